# SPDX-License-Identifier: MIT
"""Bad input gets a clear error in Linux's words; nothing is lost, leaked or hung."""
import os
import random
import re

import pytest

from conftest import TREE

BROKEN = {
    "truncated": lambda b, other: b[:len(b) // 2],
    "header_only": lambda b, other: b[:64],
    "empty": lambda b, other: b"",
    "garbage": lambda b, other: random.Random(1).randbytes(20000),
    "text": lambda b, other: b"#!/bin/sh\necho not a module\n",
    "wrong_machine": lambda b, other: other,
}


def module(arch, name):
    with open(os.path.join(TREE, "build", arch, "modules", name + ".ko"), "rb") as f:
        return f.read()


def test_broken_modules(vm, tmp_path):
    other = module({"x86_64": "arm64", "arm64": "x86_64"}[vm.arch], "hello")
    files = []
    for name, make in BROKEN.items():
        path = tmp_path / (name + ".ko")
        path.write_bytes(make(module(vm.arch, "hello"), other))
        files.append(str(path))
    one_round = "".join("insmod /lib/modules/%s.ko; echo status $?\n" % name for name in BROKEN)
    script = "insmod hello; rmmod hello\n" + one_round + "insmod /no/such.ko; echo status $?\nlsmod | wc -l\n"
    # A leak grows with the rounds; what the slabs keep cached goes up and down.
    script += """used() { for s in /sys/kernel/slab/*/shrink; do echo 1 > $s; done; sleep 0.05; free | grep Mem; }
for round in 1 2 3 4 5 6; do
%s
used
done
""" % one_round.replace("echo status $?", "true")
    r = vm(script, add=files, append="loglevel=1", timeout=90)
    assert r.status == 0, r
    for name in BROKEN:
        assert re.search(r"insmod: ERROR: could not insert module \S*%s\.ko: (Invalid module format|Exec format error)" % name, r.out), (name, r)
    assert "insmod: ERROR: could not load module /no/such.ko: No such file or directory" in r.out, r
    assert len(re.findall(r"^status [1-9]", r.out, re.M)) == len(BROKEN) + 1, r
    used = [int(l.split()[2]) for l in r.lines if l.startswith("Mem:")]
    assert len(used) == 6 and min(used[3:]) <= max(used[:3]) + 16, used


def test_bad_slub_debug(vm):
    """Unknown letters are told and passed over, the rest counts; files of caches refuse what they cannot do."""
    r = vm("""dmesg | grep 'slub_debug option'
cd /sys/kernel/slab; cat kmalloc-64/red_zone kmalloc-64/poison kmalloc-8k/poison kmalloc-8k/red_zone kmalloc-32/sanity_checks
echo 2 > kmalloc-64/validate; echo 1 > kmalloc-32/validate; echo x > kmalloc-32/shrink
echo 1 > kmalloc-64/validate && echo 1 > kmalloc-32/shrink && echo good
""", append="slub_debug=FQ,nosuch;P,kmalloc-8k;zx-Z,*-64,")
    assert [l.split("] ")[1] for l in r.lines[:2]] == ["slub_debug option 'Q' unknown. skipped",
                                                      "slub_debug option 'x' unknown. skipped"], r
    assert r.lines[2:7] == ["1", "0", "1", "0", "0"], r
    assert r.lines[7:] == ["sh: write error: Invalid argument"] * 3 + ["good"], r


def test_bad_command_line_values(vm):
    r = vm("dmesg | grep -i -E 'kfence|loglevel|oot'; echo alive",
           append="kfence.sample_interval=soon kfence.num_objects=-3 kfence.booting_max=1-2-3 loglevel=high "
                  "module.oot_page_limit=many nosuch=1 kfence.nosuch=1 a.b.c=d =x ===")
    assert r.lines[-1] == "alive", r
    assert "`soon' invalid for parameter `kfence.sample_interval'" in r.out or \
           "kfence: `soon' invalid for parameter `sample_interval'" in r.out, r


@pytest.mark.parametrize("line,words", [
    ("if true", "syntax error"), ("for", "syntax error"), ("echo 'abc", "unterminated"), ("| cat", "syntax error"),
    ("echo $((1/0))", "division by"), ("nosuchcommand", "not found"), ("cat /nosuch", "No such file or directory"),
    ("cd /etc/vm-script", "Not a directory"), ("done", "syntax error"), ("( echo a", "syntax error"),
])
def test_bad_shell_lines(vm, tmp_path, line, words):
    path = tmp_path / "line"
    path.write_text(line + "\n")
    r = vm("sh /line; echo status $?; echo alive", add="%s:/line" % path)
    assert r.lines[-1] == "alive" and re.search(words, r.out), r
    assert re.search(r"^status [1-9]", r.out, re.M), r


def test_bad_writes_to_files(vm):
    r = vm("""cd /sys/module/kfence/parameters
for v in '' abc 99999999999999999999 0x; do echo "$v" > num_objects; echo status $?; done
cat num_objects
echo nonsense > fault; echo status $?
cat fault""")
    assert r.out.count("sh: write error: Invalid argument") + r.out.count("sh: write error: Numerical result out of range") == 5, r
    assert r.lines.count("status 1") == 5 and "255" in r.lines and r.lines[-1] == "report", r
