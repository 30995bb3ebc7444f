# SPDX-License-Identifier: MIT
"""Firmware's memory maps that make no sense: what can be used is, with a line in the log; what cannot ends clearly."""
import os
import re

import memory_maps
from memory_maps import RAM, RESERVED

MIB = 1 << 20
BASE = {"x86_64": 0, "arm64": 0x40000000}

# The system works, and memory can be filled up to where RAM ends.
WORK = """dmesg | grep memblock; grep MemTotal /proc/meminfo; cat /sys/kernel/debug/wx_check
insmod hello && rmmod hello && echo loaded
"""


def boot(vm, tree, tmp_path, ranges, append="", commands=WORK, **options):
    kernel = memory_maps.kernel_with_map(vm, tree, tmp_path, ranges, commands, append=append, **options)
    return vm(commands, append=append, kernel=kernel, **options)


def total_mib(r):
    return int(re.search(r"MemTotal: +(\d+) kB", r.out)[1]) / 1024


def works(r):
    return r.status == 0 and r.lines[-1] == "loaded" and re.search("^0$", r.out, re.M)


def test_a_map_with_every_mistake(vm, tree, tmp_path):
    """Unsorted, overlapping, odd, empty, wrapping, out of reach; and it says that image and initramfs lie in no RAM."""
    at = BASE[vm.arch]
    initrd = 480 if vm.arch == "x86_64" else 120     # where QEMU puts it
    r = boot(vm, tree, tmp_path, [
        (at + 300 * MIB, 212 * MIB, RAM), (1 << 50, 1024 * MIB, RAM), (at + 64 * MIB, 0, RAM),
        (at + 1 * MIB, 309 * MIB, RAM), (at + 5 * MIB + 10, 100, RAM), (2**64 - MIB, 2 * MIB, RAM),
        (at + 100 * MIB, MIB + 1, RESERVED), (at, 32 * MIB, RESERVED), (at + initrd * MIB, 32 * MIB, RESERVED)])
    assert works(r), r
    for words in ("overlaps other RAM, merged", "is not of whole pages, trimmed",
                  r"[mem 0x0004000000000000-0x000400003fffffff] exceeds the (CPU's|linear map's) \d+ physical bits, cut",
                  r"[mem 0xfffffffffff00000-0xfffffffffffffffe] exceeds ", "is both RAM and reserved, not used",
                  "is not RAM by the memory map, but the kernel lies there; kept",
                  "is not RAM by the memory map, but the initramfs lies there; kept"):
        assert re.search("memblock: .*" + words.replace("[", r"\["), r.out), (words, r)
    assert 400 < total_mib(r) < 460, r


def test_a_map_that_leaves_out_the_kernel(vm, tree, tmp_path):
    at = BASE[vm.arch]
    r = boot(vm, tree, tmp_path, [(at + 256 * MIB, 100 * MIB, RAM)])
    assert works(r), r
    assert "but the kernel lies there; kept" in r.out and "but the initramfs lies there; kept" in r.out, r
    assert 80 < total_mib(r) < 120, r


def test_more_ranges_than_there_is_room_for(vm, tree, tmp_path):
    at = BASE[vm.arch]
    pages = [(at + 480 * MIB + 8192 * i, 4096, RAM) for i in range(300)]
    r = boot(vm, tree, tmp_path, [(at + MIB, 400 * MIB, RAM)] + pages)
    assert works(r), r
    assert re.search("firmware names more than 128 memory ranges, the rest is not used", r.out), r


def test_mem_smaller_than_where_the_initramfs_lies(vm):
    """mem= takes the lowest RAM; what the loader has put above stays usable."""
    r = vm(WORK, append="mem=64M")
    assert works(r), r
    assert "but the initramfs lies there; kept" in r.out, r
    assert 40 < total_mib(r) < 80, r


def test_no_map_at_all(vm, tree, tmp_path):
    """An empty one, and one with nothing in the CPU's reach: a panic that says so, and the machine goes off."""
    for ranges in ([], [(1 << 50, 1024 * MIB, RAM)]):
        r = boot(vm, tree, tmp_path, ranges, bootlog=True, timeout=30)
        assert r.status == 100, r
        assert "Kernel panic - not syncing: memblock: firmware names no usable RAM" in r.out, r


def test_a_table_that_is_out_of_reach(vm, tree, tmp_path):
    """x86_64's start info names an address where nothing is. (arm64's tree brings its ranges itself.)"""
    if vm.arch != "x86_64":
        return
    kernel = str(tmp_path / "kernel")
    memory_maps.x86_64(os.path.join(tree, "build", "x86_64", "vmpaddock"), kernel, [(0, MIB, RAM)], table_at=1 << 40)
    r = vm("true", kernel=kernel, bootlog=True, timeout=30)
    assert r.status == 100, r
    assert re.search("PVH memory map of 1 entries at 0x10000000000 is out of reach", r.out), r
    assert "memblock: firmware names no usable RAM" in r.out, r
