# SPDX-License-Identifier: MIT
"""gdb commands for Paddock, on a running guest and on a core (tools/vm --dump).

  lx-symbols   add the symbols of all loaded modules and, in a running guest, of each that is loaded from now on
  lx-dmesg     print the kernel's log
"""
import glob
import os

import gdb

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def find_ko(name):
    """The module's file beside the kernel that gdb debugs: build/<arch>/modules/…"""
    kernel = gdb.objfiles()[0].filename
    for path in glob.glob(os.path.join(os.path.dirname(kernel), "modules", "**", "*.ko"), recursive=True):
        if os.path.basename(path)[:-3].replace("-", "_") == name:
            return path
    return None


def add_symbols(name, where):
    path = find_ko(name)
    if path:
        gdb.execute("add-symbol-file %s %s" % (path, where), to_string=True)
        gdb.write("symbols of %s from %s\n" % (name, os.path.relpath(path, TREE)))
    else:
        gdb.write("no file of module %s\n" % name)


def list_entries(head, container, member):
    """The structs of type @container on the list at @head."""
    offset = next(f.bitpos // 8 for f in container.fields() if f.name == member)
    at = head["next"]
    while int(at) != int(head.address):
        yield (at.cast(gdb.lookup_type("char").pointer()) - offset).cast(container.pointer()).dereference()
        at = at["next"]


def loaded_modules():
    """Name and sections (" -s .text 0x…") of each module, from the loader's list."""
    for mod in list_entries(gdb.parse_and_eval("modules"), gdb.lookup_type("struct module"), "list"):
        sections = mod["priv"]["sections"].dereference()
        where, i = "", 0
        while int(sections["group"]["attrs"][i]):
            attr = sections["attr"][i]
            where += " -s %s 0x%x" % (attr["attr"]["attr"]["name"].string(), int(attr["addr"]))
            i += 1
        yield mod["name"].string(), where


class LoadLine(gdb.Breakpoint):
    """Stops for a moment where the loader tells gdb of a module: module_gdb_hook(name, sections)."""

    def __init__(self):
        super().__init__("module_gdb_hook", internal=True)
        self.silent = True

    def stop(self):
        add_symbols(gdb.parse_and_eval("name").string(), gdb.parse_and_eval("sections").string())
        return False


class Symbols(gdb.Command):
    """Load the symbols of modules, as the guest has loaded them."""

    def __init__(self):
        super().__init__("lx-symbols", gdb.COMMAND_FILES)
        self.hook = None

    def invoke(self, arg, from_tty):
        target = gdb.execute("info target", to_string=True)
        live = "core file" not in target
        try:
            for name, where in loaded_modules():
                add_symbols(name, where)
        except gdb.MemoryError:     # before boot: nothing is mapped, and nothing is loaded
            pass
        if live and self.hook is None:
            self.hook = LoadLine()


class Dmesg(gdb.Command):
    """Print the kernel's log. See kernel/log_ring.c for the two rings."""

    def __init__(self):
        super().__init__("lx-dmesg", gdb.COMMAND_DATA)

    def invoke(self, arg, from_tty):
        descs, ring, head = (gdb.parse_and_eval("'kernel/log_ring.c'::" + v) for v in ("descs", "text_ring", "text_head"))
        text = bytes(gdb.selected_inferior().read_memory(int(ring.address), ring.type.sizeof))
        head, lines = int(head), []
        for i in range(*descs.type.range()):
            state, pos = int(descs[i]["state"]), int(descs[i]["text"])
            if not state:               # never used, and so are those behind it
                break
            if state % 2 or head - pos > len(text):
                continue
            info = descs[i]["info"]
            n, at = int(info["len"]), pos % len(text)
            us = int(info["ts_ns"]) // 1000
            lines.append((state, us, (text[at:] + text)[:n].decode(errors="replace")))
        for _, us, line in sorted(lines):
            gdb.write("[%5d.%06d] %s\n" % (us // 1000000, us % 1000000, line.rstrip("\n")))


Symbols()
Dmesg()
gdb.execute("lx-symbols")
