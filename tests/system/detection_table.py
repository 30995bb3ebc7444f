#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The table of detection in docs/kfence.md: how often KFENCE catches each sample bug, sampling and in full mode.

    tests/system/detection_table.py --arch arm64

Ten runs per bug and mode. A run loads the module so many times, and the bug is caught if there is a report that names the
module. The guest counts instructions as nanoseconds, so that the host's load does not change how many samples a load meets.
"""
import argparse
import os
import random
import re
import subprocess
import sys

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNS = 10
# Column, sample_interval, loads in a run.
MODES = [("full mode", -1, 1), ("1 ms", 1, 100), ("100 ms", 100, 100)]
OPTIONS = {"stomper": "batch=4 rounds=1"}
# What these do comes a little after insmod.
LATER = ("uaf_timer", "uaf_work", "uaf_cpu")
MARK = "=-=run"


def sample_bugs():
    """The modules that say so in their first lines: those that KFENCE can see, and the others."""
    seen, others = [], []
    folder = os.path.join(TREE, "modules")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".c"):
            with open(os.path.join(folder, name)) as f:
                text = f.read()
            if re.search(r"^ \* BUG: ", text, re.M):
                touches = name == "stomper.c" or re.search(r"^ \*\tBUG: KFENCE: ", text, re.M)
                (seen if touches else others).append(name[:-2])
    return seen, others


def one_run(bug, loads, dice):
    """The commands. Between two loads the shell is busy for a while, so that they do not keep step with the samples."""
    pauses = " ".join(str(dice.randrange(1, 60)) for _ in range(loads))
    wait = "sleep 0.03; " if bug in LATER else ""
    return "for n in %s; do insmod %s %s; %srmmod %s; seq 1 $n >/dev/null; done\n" % (pauses, bug, OPTIONS.get(bug, ""), wait, bug)


def catches(arch, interval, loads, bugs, runs=RUNS, timeout=600):
    """{bug: [reports that name it, in each run]}, from one boot."""
    dice = random.Random(interval)
    script = "".join("echo %s\n%s" % (MARK, one_run(b, loads, dice)) for b in bugs for _ in range(runs)) + "echo %s\n" % MARK
    r = subprocess.run([os.path.join(TREE, "tools", "vm"), "--arch", arch, "--icount", "--smp", "1", "--timeout", str(timeout),
                        "--append", "kfence.sample_interval=%d kfence.num_objects=6000 kfence.booting_max=0-:64M" % interval,
                        "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout + 30)
    parts = re.split(r"^%s\r?\n" % MARK, r.stdout.decode(errors="replace"), flags=re.M)[1:]
    if r.returncode or len(parts) != len(bugs) * runs + 1 or parts[-1].strip():
        raise RuntimeError("the guest did not get through (status %d):\n%s" % (r.returncode, r.stdout.decode(errors="replace")))
    found = {}
    for i, bug in enumerate(bugs):
        reports = [re.findall(r"BUG: KFENCE: .*?={66}", p, re.S) for p in parts[i * runs:(i + 1) * runs]]
        found[bug] = [sum("[%s]" % bug in text for text in run) for run in reports]
    return found


def table(arch):
    bugs = sample_bugs()[0]
    columns = [catches(arch, interval, loads, bugs) for _, interval, loads in MODES]
    heads = ["%s, %d load%s" % (name, loads, "s" if loads > 1 else "") for name, _, loads in MODES]
    lines = ["| %s | %s |" % (arch, " | ".join(heads)), "| --- |" + " --- |" * len(MODES)]
    for bug in bugs:
        lines.append("| `%s` | %s |" % (bug, " | ".join("%d" % sum(n > 0 for n in c[bug]) for c in columns)))
    lines.append("| of all runs | %s |" % " | ".join(
        "%.0f %%" % (100 * sum(n > 0 for b in bugs for n in c[b]) / (RUNS * len(bugs))) for c in columns))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--arch", choices=("x86_64", "arm64"), default="x86_64")
    sys.stdout.write(table(p.parse_args().arch))
