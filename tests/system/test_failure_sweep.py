# SPDX-License-Identifier: MIT
"""Every allocation of common commands fails, one after the other: nothing is left behind, and nothing hangs.

`failnth -s` counts exactly what the command's threads allocated and did not free (docs/fault-injection.md).
"""
import re

# What a failed rm or rmmod leaves on purpose is taken away before the count.
COMMANDS = [
    "cat /proc/version /proc/slabinfo /sys/kernel/slab/kmalloc-64/objects",
    "ls -l /sys/module/kernel /proc",
    "mkdir /tmp/d; echo text >/tmp/d/f; cp /tmp/d/f /tmp/d/g; mv /tmp/d/g /tmp/d/h; ln -s h /tmp/d/l; cat /tmp/d/l; "
    "rm -rf /tmp/d || rm -rf /tmp/d; true",
    "insmod params; rmmod params || rmmod params; true",
    "cat /proc/meminfo | grep Mem | wc -l",
    "for i in a b; do x=\"$x$i\"; done; echo $(echo hi) /sys/kernel/*/k* ${x%b}; f() { echo $1; }; f a; sh -c 'echo c'",
    "l() { local a=$1 b='x y' c=(1 $1); expr $a : '\\([a-z]*\\)[0-9]*'; (local b=z); c=1; }; l kmalloc64; "
    "r() { [ $1 -gt 0 ] && r $(($1 - 1)); }; r 4; true",
    "echo 4 >/proc/sys/kernel/printk; echo 100 >/sys/module/kfence/parameters/sample_interval; "
    "echo hello >/dev/kmsg; cat /sys/module/kfence/parameters/num_objects",
    "ps; free; lsmod; modinfo hello; find /sys/kernel/debug -name stats; uptime | tail -n 1",
]


def test_no_failed_allocation_leaves_anything(vm):
    script = "free >/dev/null\n"
    for command in COMMANDS:
        script += "failnth -s '{ %s; } >/dev/null 2>&1'\n" % command.replace("'", "'\\''")
    r = vm(script + "dmesg | grep -c 'BUG:\\|Oops\\|WARNING'; true", append="loglevel=0", timeout=500)
    assert r.status == 0, r
    done = re.findall(r"failnth: (\d+) allocations failed in turn, (\d+) of them unnoticed, (\d+) left something; "
                      r"status 0 without", r.out)
    assert len(done) == len(COMMANDS), r
    assert all(int(total) > 20 and int(leaks) == 0 for total, _, leaks in done), r
    assert r.lines[-1] == "0", r        # no report of a mistake while memory was short


def test_memory_runs_out_and_comes_back(vm):
    """A file that takes all there is: an error for the writer, memory for everybody once it is gone."""
    r = vm("echo 3 >/proc/sys/vm/drop_caches; free | head -n 2 | tail -n 1; cat /dev/zero >/tmp/fill; echo status $?; rm /tmp/fill; "
           "echo 3 >/proc/sys/vm/drop_caches; free | head -n 2 | tail -n 1; insmod hello; echo 5 >/proc/sys/vm/drop_caches; true",
           mem="64M", append="loglevel=0")
    assert r.status == 0 and "status 1" in r.lines and "write error: No space left on device" in r.out, r
    before, after = [int(n) for n in re.findall(r"^Mem: +\d+ +(\d+)", r.out, re.M)]
    assert abs(after - before) < 256, r         # KiB; the file had tens of thousands
    assert "Invalid argument" in r.out, r       # 5 is no number of drop_caches
