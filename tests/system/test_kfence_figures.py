# SPDX-License-Identifier: MIT
"""KFENCE's costs, against the goals of tools/lib/kfence_bench.py; and pools of GiBs, there and back."""
import os
import re
import sys

from conftest import TREE

sys.path.insert(0, os.path.join(TREE, "tools", "lib"))
import kfence_bench as bench  # noqa: E402

PARAMS = "/sys/module/kfence/parameters"


def test_figures(arch):
    found = bench.suite(arch)
    pairs = {name: n for name, n in found.items() if name.startswith("pair_")}
    assert len(pairs) == 8 and all(0 < n <= bench.PAIR_GOAL for n in pairs.values()), pairs
    assert 0 < found["page_table_pair"] <= bench.PAGE_TABLE_GOAL, found
    assert 0 < found["enable_per_object"] <= bench.ENABLE_GOAL, found
    assert found["metadata"] <= bench.METADATA_GOAL, found
    assert found["reports_in_log"] == found["reports_on_console"] == bench.REPORTS, found


def test_the_fast_path_does_not_know_of_sampling(arch):
    off, on = bench.fast_path(arch, 0), bench.fast_path(arch, 100)
    assert off and off == on


def test_whole_reports_can_fail():
    """The reader of the console itself: a missing line, a line of somebody else's."""
    frame = " thousand_reports+0x1/0x2\n"
    head = "BUG: KFENCE: use-after-free read in thousand_reports+0x1/0x2\n\n"
    rest = ("\nkfence-#1: 0x0000000000001000-0x000000000000101f, size=32, cache=kmalloc-32\n"
            "access: 1-byte read, 0 bytes into the object\n\nallocated by task 1 on cpu 0 at 1.0s (0.1s ago):\n" + frame +
            "\nfreed by task 1 on cpu 0 at 1.0s (0.1s ago):\n" + frame + "\nCPU: 0\n" + "=" * 66 + "\n")
    detail = "Use-after-free read at 0x0000000000001000 (in kfence-#1):\n"
    assert bench.whole_reports(head + detail + frame + rest) == 1
    assert bench.whole_reports(head + frame + rest) == 0
    assert bench.whole_reports(head + detail + "hello\n" + frame + rest) == 0


def direct_map(lines):
    return {m[1]: int(m[2]) for l in lines for m in [re.match(r"(DirectMap\w+): +(\d+) kB", l)] if m}


def test_eight_gib_there_and_back(vm):
    """num_objects=1000000: whole GiBs, split; given up: one 1 GiB mapping each again."""
    r = vm("cd %s; grep DirectMap /proc/meminfo; echo ==; echo 1000000 > num_objects; echo -1 > sample_interval; echo $?\n"
           "grep DirectMap /proc/meminfo; tail -2 /sys/kernel/debug/kfence/stats; insmod uaf_read; rmmod uaf_read; echo ==\n"
           "echo 0 > sample_interval; for i in $(seq 1 200); do\n"
           "if [ $(dmesg | grep -c 'kfence: freed') -ge 7 ]; then break; fi; sleep 0.1; done; sleep 0.2\n"
           "grep DirectMap /proc/meminfo; echo ==; dmesg | grep 'kfence: '" % PARAMS,
           append="kfence.sample_interval=0", mem="12G", timeout=240)
    assert r.status == 0, r
    before, on, after, log = (part.splitlines() for part in re.split(r"^==\n", r.out, flags=re.M))
    was, now, then = direct_map(before), direct_map(on), direct_map(after)
    assert now["DirectMap4k"] - was["DirectMap4k"] == 8 << 20, (was, now)
    assert was["DirectMap1G"] - now["DirectMap1G"] == 8 << 20, (was, now)
    assert re.search(r"^0 +1048568 +8 GB$", "\n".join(on), re.M), r
    assert "BUG: KFENCE: use-after-free read in uaf_read_init" in "\n".join(on), r
    text = "\n".join(log)
    assert "kfence: initialized - using 8589934592 bytes for 1048568 objects on node 0" in text, r
    freed = len(re.findall(r"kfence: freed 1073741824 bytes for 131071 objects on node 0$", text, re.M))
    # An area in which a thread of the kernel has an object for good stays; those that went are whole again.
    assert freed >= 7, r
    assert then["DirectMap1G"] - now["DirectMap1G"] == freed << 20, (now, then, freed)


def test_a_pool_on_each_node(vm):
    """Two nodes, four CPUs: num_objects on each; announced, tabled and given back by node."""
    r = vm("""cd /sys/module/kfence/parameters
echo 300 > num_objects; echo node > pool_mode; echo -1 > sample_interval; echo $?
tail -3 /sys/kernel/debug/kfence/stats
insmod uaf_read
echo 0 > sample_interval; echo global > pool_mode; echo -1 > sample_interval; echo $?
tail -3 /sys/kernel/debug/kfence/stats
""", append="kfence.sample_interval=0", smp=4, numa=2, mem="768M")
    assert r.status == 0, r
    for node in (0, 1):
        assert re.search(r"kfence: initialized - using 2465792 bytes for 300 objects on node %d$" % node, r.out, re.M), r
    assert "BUG: KFENCE: use-after-free read in uaf_read_init" in r.out, r
    tables = re.findall(r"^node\tobject_size\tpool_size\n0 +(\d+) +(\d+) (KB|MB)\n1 +(\d+) +(\d+) (KB|MB)$", r.out, re.M)
    assert len(tables) == 2 and tables[0] == ("300", "2", "MB", "300", "2", "MB"), (tables, r)
    # Global again: one area on one node; those of before may still be there until their objects are freed.
    assert len(re.findall(r"kfence: initialized - using ", r.out)) == 3, r


def test_node_mode_is_all_or_nothing(vm):
    """More than one node has: ENOMEM, a line that says so, and nothing taken."""
    r = vm("""cd /sys/module/kfence/parameters
echo 50000 > num_objects; echo node > pool_mode
grep MemFree /proc/meminfo; echo -1 > sample_interval; grep MemFree /proc/meminfo
cat sample_interval
""", append="kfence.sample_interval=0", smp=2, numa=2, mem="768M")
    free = [int(x) for x in re.findall(r"MemFree: +(\d+) kB", r.out)]
    assert "Cannot allocate memory" in r.out and r.lines[-1] == "0", r
    assert "kfence: cannot enable: " in r.out and "initialized" not in r.out, r
    assert abs(free[0] - free[1]) < 4096, r
