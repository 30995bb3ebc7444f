# SPDX-License-Identifier: MIT
"""Every way in: boot paths, machine shapes, and how tools/vm reports the end."""
import os
import re
import time

import pexpect
import pytest

from conftest import TREE, VM
from memory_maps import dump_device_tree

PATHS = [("x86_64", "direct", "PVH"), ("x86_64", "bios", "Multiboot2"), ("x86_64", "uefi", "Multiboot2"),
         ("arm64", "direct", "Linux Image"), ("arm64", "uefi", "EFI stub")]


def skip_other_arch(request, arch):
    wanted = request.config.getoption("--arch")
    return bool(wanted) and arch not in wanted


@pytest.mark.parametrize("machine,boot,protocol", PATHS, ids=["%s-%s" % p[:2] for p in PATHS])
def test_boot_path(request, machine, boot, protocol):
    arch = machine
    if skip_other_arch(request, arch):
        return
    r = VM(arch)("uname -m; cat /proc/cmdline; ls /lib/modules/hello.ko; nproc; dmesg | grep -oE 'Unknown.*|started by .*'", append="loglevel=7 word='a b'",
                 boot=boot, smp=2)
    assert r.status == 0, r
    assert r.lines[0] == {"x86_64": "x86_64", "arm64": "aarch64"}[arch]
    assert "loglevel=7" in r.lines[1] and "vmrun" in r.lines[1]
    assert r.lines[2:4] == ["/lib/modules/hello.ko", "2"], r
    assert r.lines[4] == "started by " + protocol, r
    # Of the words, only ours is nobody's: what the loader adds is known. GRUB takes the quotes away.
    assert re.fullmatch("Unknown kernel command line parameters \"word='?a b'?\", ignored.", r.lines[5]), r
    assert len(r.lines) == 6, r


@pytest.mark.parametrize("mem", ["64M", "1G", "20G", "24G"])
def test_memory_sizes(vm, mem):
    # The host need not have that much: only what the guest touches is taken.
    backend = ["-object", "memory-backend-ram,id=ram,reserve=off,size=" + mem, "-machine", "memory-backend=ram"]
    r = vm("grep MemTotal /proc/meminfo; insmod hello; rmmod hello", mem=mem, smp=1, qemu_arg=backend)
    assert r.status == 0, r
    total_kib = int(re.search(r"MemTotal: +(\d+) kB", r.out)[1])
    want = int(mem[:-1]) << (20 if mem[-1] == "G" else 10)
    assert 0.75 * want < total_kib <= want, r


@pytest.mark.parametrize("smp", [1, 4])
def test_cpus(vm, smp):
    r = vm("nproc; grep -c ^processor /proc/cpuinfo", smp=smp)
    assert (r.status, r.lines) == (0, [str(smp)] * 2), r


def test_boot_work_does_not_grow_with_ram(vm):
    """Instructions until the shell, by the guest's clock under icount: 20 GiB take less than twice those of 256 MiB."""
    work = {}
    for mem in ("256M", "20G"):
        r = vm("echo here >/dev/kmsg; dmesg | tail -n 1", mem=mem, smp=1, icount=True)
        work[mem] = float(re.search(r"\[ *([\d.]+)\] here", r.out)[1])
    assert work["20G"] < 2 * work["256M"], work


def test_numa_nodes(vm):
    """Four nodes, the distances as on a ring: firmware's tables decide who is asked next."""
    far = {(0, 1): 20, (1, 2): 20, (2, 3): 20, (0, 3): 20, (0, 2): 31, (1, 3): 31}
    dist = [arg for (a, b), d in far.items() for arg in ("-numa", "dist,src=%d,dst=%d,val=%d" % (a, b, d))]
    r = vm("cd /sys/devices/system/node; cat online has_memory node2/distance node2/cpulist; head -n 1 node3/meminfo; "
           "dmesg | grep Fallback; grep -c zone /proc/buddyinfo; cut -d ' ' -f 2- /sys/kernel/slab/kmalloc-64/objects",
           smp=4, numa=4, mem="1G", qemu_arg=dist)
    assert r.status == 0, r
    out = [re.sub(r"^\[ *[\d.]+\] ", "", line) for line in r.lines]
    assert out[:4] == ["0-3", "0-3", "31 20 10 20", "2"], r
    assert re.fullmatch(r"Node 3 MemTotal: +2\d{5} kB", out[4]), r
    assert out[5:9] == ["Fallback order for Node %d: %s" % (n, o)
                        for n, o in enumerate(["0 1 3 2", "1 2 0 3", "2 3 1 0", "3 0 2 1"])], r
    assert out[9] == "4", r


def test_other_machines(vm):
    """The machine types and CPU models that people have besides the default ones."""
    shapes = {"x86_64": [dict(machine="pc"), dict(machine="q35,hpet=off")],
              "arm64": [dict(machine="virt,gic-version=2"), dict(cpu="cortex-a57")]}
    for shape in shapes[vm.arch]:
        r = vm("echo fine", **shape)
        assert (r.status, r.out) == (0, "fine\n"), (shape, r)


def test_odd_device_trees(request, tmp_path):
    """docs/boot.md's table: what is missing costs a line in the log, or is told by a panic."""
    if skip_other_arch(request, "arm64"):
        return
    whole = dump_device_tree(VM("arm64"), tmp_path / "whole")

    def boot(blob):
        path = tmp_path / "odd.dtb"
        path.write_bytes(blob)
        return VM("arm64")("nproc; dmesg", bootlog=True, qemu_arg="-dtb %s" % path)

    def without(name):
        assert name in whole
        return whole.replace(name, name[:-2] + b"?" + name[-1:])

    r = boot(whole)
    assert r.status == 0 and "\n2\n" in r.out, r
    r = boot(without(b"\1cpus\0"))
    assert r.status == 0 and "\n1\n" in r.out and "smp: the device tree names no CPUs" in r.out, r
    r = boot(without(b"arm,gic-v3\0"))
    assert r.status == 100 and "Kernel panic - not syncing: no usable interrupt controller" in r.out, r
    r = boot(without(b"arm,pl011\0"))      # unheard it does all, and switches itself off
    assert (r.status, r.out) == (101, ""), r
    # QEMU leaves twice the file's size behind it: more than 2 MiB is no tree's size.
    r = boot(whole + bytes(2 << 20))
    assert r.status == 100 and re.search("fdt: no device tree at 0x.*fdt: the device tree names no memory.*"
                                         "Kernel panic - not syncing: memblock", r.out, re.S), r


def test_status_is_the_last_commands(vm):
    assert vm("true; false").status == 1
    assert vm("false; true").status == 0


def test_panic_exits_100(vm):
    r = vm("echo c > /proc/sysrq-trigger")
    assert r.status == 100, r
    assert "Kernel panic - not syncing: sysrq triggered crash" in r.out


def test_reset_exits_101(vm):
    r = vm("reboot -f; sleep 10")
    assert r.status == 101, r


def test_hang_exits_124(vm):
    r = vm("while true; do true; done", timeout=5)
    assert r.status == 124, r


def test_output_is_only_the_commands(vm):
    r = vm("echo one; echo two >&2; echo three")
    assert (r.out, r.status) == ("one\ntwo\nthree\n", 0)


def prompt_seconds(arch):
    t = time.monotonic()
    p = pexpect.spawn(os.path.join(TREE, "tools", "vm"), ["--arch", arch, "--smp", "2"], timeout=20)
    try:
        p.expect("paddock:/# ")
        return time.monotonic() - t
    finally:
        p.sendcontrol("a")
        p.send("x")
        p.expect(pexpect.EOF)
        p.close()


def test_prompt_comes_quickly(arch):
    """Issue 2: under 1 s on x86_64, under 1.5 s on arm64; the best of some boots, for machines are noisy."""
    limit = {"x86_64": 1.0, "arm64": 1.5}[arch]
    best = 99
    for _ in range(6):
        best = min(best, prompt_seconds(arch))
        if best < limit:
            return
    assert best < limit
