#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The table of docs/isolation.md: what happened, for each bug, with isolation off and on, KFENCE off and on.

    tests/system/isolation_table.py --arch arm64

The sample modules do what they do, and what the log says about it is put into a few words.
"""
import argparse
import os
import re
import subprocess
import sys

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What it is, the modules that are isolated, the commands.
BUGS = [
    ("write through freed pointers, beside a victim", "stomper", "insmod victim max_nodes=1500; insmod stomper batch=16 rounds=8; rmmod stomper; rmmod victim"),
    ("write after free", "uaf_write", "insmod uaf_write; rmmod uaf_write"),
    ("read after free", "uaf_read", "insmod uaf_read; rmmod uaf_read"),
    ("write out of bounds", "oob_write", "insmod oob_write; rmmod oob_write"),
    ("write into the padding behind an object", "redzone", "insmod redzone; rmmod redzone"),
    ("double free", "double_free", "insmod double_free; rmmod double_free"),
    ("free of a pointer into an object", "invalid_free", "insmod invalid_free; rmmod invalid_free"),
    ("objects forgotten at unload", "leak", "insmod leak; rmmod leak"),
    ("access to memory of an unloaded module", "dangling_file",
     "insmod dangling_file; rmmod dangling_file; cat /sys/kernel/debug/dangling_file"),
]
COLUMNS = [(False, False), (True, False), (False, True), (True, True)]
MARK = "=-=bug"


def verdict(text):
    """What the log says, in a few words."""
    said = []
    for m in re.finditer(r"BUG: KFENCE: ([a-z -]+?) in |BUG: isolation: (read from|write to) memory of|"
                         r"BUG (?:oot-)?kmalloc[-\w]* \([^)]*\): (Object already free|Invalid object pointer)|"
                         r"victim: the list is (corrupted)|victim: \d+ nodes, all (intact)|Module \w+ (left \d+ objects?)", text):
        kfence, unloaded, slab, corrupted, intact, left = m.groups()
        what = ("KFENCE: " + kfence if kfence else "reported: " + unloaded + " an unloaded module's memory" if unloaded
                else "slab: " + slab if slab else "**the victim is corrupted**" if corrupted
                else "the victim is intact" if intact else "told at unload")
        if what not in said:
            said.append(what)
    return "; ".join(said) or "nothing is said"


def boot(arch, isolated, guarded, bugs, timeout=120):
    """What each of @bugs comes to, one after the other in one boot."""
    append = "kfence.sample_interval=%d kfence.num_objects=6000 kfence.booting_max=0-:64M" % (-1 if guarded else 0)
    if isolated:
        append += " module.oot_list=" + ",".join(b[1] for b in BUGS)
    script = "".join("echo %s%d\n%s\n" % (MARK, i, b[2]) for i, b in enumerate(bugs))
    r = subprocess.run([os.path.join(TREE, "tools", "vm"), "--arch", arch, "--append", append, "--timeout", str(timeout),
                        "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout + 30)
    out = r.stdout.decode(errors="replace")
    parts = re.split(r"^%s\d+\r?\n" % MARK, out, flags=re.M)
    if len(parts) != len(bugs) + 1:
        sys.exit("isolation_table: the guest did not get through (status %d):\n%s" % (r.returncode, out))
    return [verdict(p) for p in parts[1:]]


def column(arch, isolated, guarded):
    # Where nothing holds them back, one bug may be the next one's end; and a victim needs room of its own.
    if not isolated and not guarded:
        return [boot(arch, isolated, guarded, [b])[0] for b in BUGS]
    first = boot(arch, isolated, guarded, BUGS[:1])
    if not isolated:
        # A page that a report has opened may serve the victim next, or may not.
        first = [re.sub(r"; (\*\*the victim is corrupted\*\*|the victim is intact).*", "; the victim's fate is chance", first[0])]
    return first + boot(arch, isolated, guarded, BUGS[1:])


def table(arch):
    columns = [column(arch, *c) for c in COLUMNS]
    lines = ["| bug | neither | isolation | KFENCE | both |", "| --- | --- | --- | --- | --- |"]
    for i, bug in enumerate(BUGS):
        lines.append("| " + " | ".join([bug[0]] + [c[i] for c in columns]) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--arch", choices=("x86_64", "arm64"), default="x86_64")
    sys.stdout.write(table(p.parse_args().arch))
