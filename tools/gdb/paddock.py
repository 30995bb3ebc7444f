# SPDX-License-Identifier: MIT
"""gdb commands for Paddock: symbols of modules as they are loaded.

  lx-symbols   add the symbols of all loaded modules, and of each that is loaded from now on
"""
import glob
import os

import gdb

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def find_ko(name):
    for path in glob.glob(os.path.join(TREE, "build", "*", "modules", "**", "*.ko"), recursive=True):
        if os.path.basename(path)[:-3].replace("-", "_") == name:
            return path
    return None


class LoadLine(gdb.Breakpoint):
    """Stops for a moment where the loader tells gdb of a module: module_gdb_hook(name, sections)."""

    def __init__(self):
        super().__init__("module_gdb_hook", internal=True)
        self.silent = True

    def stop(self):
        name = gdb.parse_and_eval("name").string()
        where = gdb.parse_and_eval("sections").string()     # " -s .text 0x… -s .data 0x…"
        path = find_ko(name)
        if path:
            gdb.execute("add-symbol-file %s %s" % (path, where), to_string=True)
            gdb.write("symbols of %s from %s\n" % (name, os.path.relpath(path, TREE)))
        return False


class Symbols(gdb.Command):
    """Load the symbols of modules as the guest loads them."""

    def __init__(self):
        super().__init__("lx-symbols", gdb.COMMAND_FILES)
        self.hook = None

    def invoke(self, arg, from_tty):
        if self.hook is None:
            self.hook = LoadLine()


Symbols()
gdb.execute("lx-symbols")
