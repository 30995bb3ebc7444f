# SPDX-License-Identifier: MIT
"""Out-of-tree builds on the host: what a kbuild Makefile may say, and what the build says when it cannot."""
import os
import subprocess

from conftest import TREE


def build(arch, folder, target="modules"):
    r = subprocess.run(["make", "-C", TREE, "ARCH=" + arch, "M=" + str(folder), target], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    return r.returncode, r.stdout.decode(errors="replace")


def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_missing_headers_are_all_named(arch, tmp_path):
    write(tmp_path, Makefile="obj-m := x.o\n", x__c="#include <linux/module.h>\n#include <linux/netdevice.h>\n"
          "#include <linux/slap.h>\n#include \"mine.h\"\nMODULE_LICENSE(\"GPL\");\n")
    status, text = build(arch, tmp_path)
    assert status != 0, text
    assert "x.c: Paddock has no <linux/netdevice.h>;" in text, text
    assert "x.c: Paddock has no <linux/slap.h>;" in text and "(is it <linux/slab.h>?)" in text, text
    assert 'x.c: there is no "mine.h"' in text, text


def test_undefined_symbol_is_an_error(arch, tmp_path):
    write(tmp_path, Makefile="obj-m := x.o\n", x__c="#include <linux/module.h>\nint nowhere(void);\n"
          "static int __init i(void) { return nowhere(); }\nmodule_init(i);\nMODULE_LICENSE(\"GPL\");\n")
    status, text = build(arch, tmp_path)
    assert status != 0 and 'ERROR: modpost: "nowhere"' in text, text
    assert not os.path.exists(tmp_path / "x.ko")


def test_parts_flags_and_folders(arch, vm, tmp_path):
    """x-y := a.o b.o, ccflags-y, CFLAGS_a.o, a sub-folder, results beside the sources, clean."""
    (tmp_path / "sub").mkdir()
    write(tmp_path, Makefile="obj-m := whole.o sub/\nwhole-y := a.o b.o\nccflags-y := -DALL=1 -I$(src)/inc\nCFLAGS_a.o := -DONLY_A=2\n",
          a__c="#include <linux/module.h>\nint b(void);\nstatic int __init i(void) { pr_info(\"whole: %d %d\\n\", ALL + ONLY_A, b());"
          " return 0; }\nstatic void __exit e(void) { }\nmodule_init(i);\nmodule_exit(e);\nMODULE_LICENSE(\"GPL\");\n",
          b__c="#ifdef ONLY_A\n#error a's flag reached b\n#endif\n#include \"ten.h\"\nint b(void);\nint b(void) { return TEN * ALL; }\n")
    (tmp_path / "inc").mkdir()
    write(tmp_path / "inc", ten__h="#define TEN 10\n")
    write(tmp_path / "sub", Makefile="obj-m += inner.o\n",
          inner__c="#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n")
    status, text = build(arch, tmp_path)
    assert status == 0, text
    kos = [str(tmp_path / "whole.ko"), str(tmp_path / "sub" / "inner.ko")]
    r = vm("insmod whole; insmod inner; lsmod; rmmod whole inner", add=kos)
    assert r.status == 0 and "whole: 3 10" in r.out, r
    status, text = build(arch, tmp_path, "clean")
    left = sorted(os.path.relpath(os.path.join(top, f), tmp_path) for top, _, files in os.walk(tmp_path) for f in files)
    assert status == 0 and left == ["Makefile", "a.c", "b.c", "inc/ten.h", "sub/Makefile", "sub/inner.c"], left


def test_other_processor_and_other_flags_compile_again(tmp_path, monkeypatch):
    """Without a clean in between, as in Linux."""
    write(tmp_path, Makefile="obj-m := x.o\nccflags-y := -DN=$(N)\n", x__c="#include <linux/module.h>\n"
          "static int n = N;\nmodule_param(n, int, 0444);\nMODULE_LICENSE(\"GPL\");\n")
    made = []
    for arch, n, machine in (("x86_64", "1", 62), ("arm64", "1", 183), ("arm64", "2", 183), ("arm64", "2", 183), ("x86_64", "2", 62)):
        monkeypatch.setenv("N", n)
        status, text = build(arch, tmp_path)
        assert status == 0, text
        ko = (tmp_path / "x.ko").read_bytes()
        assert ko[18] == machine, text      # e_machine
        made.append("CC [M]" in text)
    assert made == [True, True, True, False, True], made
