# SPDX-License-Identifier: MIT
"""gdb on a core (`tools/vm --dump`) and on a running guest (`tools/vm --gdb`), with symbols of kernel and modules."""
import os
import re
import stat
import subprocess
import time

from conftest import TREE

GDB_ARGS = ["gdb-multiarch", "-q", "-batch", "-nx"]


def gdb(arch, core, *commands):
    argv = GDB_ARGS + ["-ex", "file " + os.path.join(TREE, "build", arch, "vmpaddock"), "-ex", "core-file " + str(core),
                       "-ex", "source " + os.path.join(TREE, "tools", "gdb", "paddock.py")]
    for c in commands:
        argv += ["-ex", c]
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return r.stdout.decode(errors="replace")


def test_core_of_a_kfence_panic(vm, arch, tmp_path):
    core = tmp_path / "core"
    r = vm("insmod params list=1,2,3\ninsmod uaf_read\n", append="kfence.sample_interval=-1 kfence.fault=panic", dump=core)
    assert r.status == 100 and r.err == "", r
    addr = re.search(r"Use-after-free read at (0x[0-9a-f]{16}) \(in", r.out)[1]
    assert stat.S_ISREG(os.stat(core).st_mode)

    out = gdb(arch, core,
              "printf \"numbers: %d\\n\", list_count",                    # a module's variable
              "printf \"module %s\\n\", ((struct module *)((char *)modules.next - (long)&((struct module *)0)->list))->name",
              "printf \"kfence says %d\\n\", kfence_fault_action",          # the image
              "printf \"id was %%d\\n\", *(int *)%s" % addr,               # the linear map: a freed, closed page
              "thread apply all bt", "lx-dmesg")
    assert re.search(r"^symbols of params from build/%s/modules/params\.ko$" % arch, out, re.M), out
    assert re.search(r"^numbers: 3$", out, re.M), out
    assert re.search(r"^module uaf_read$", out, re.M), out
    assert re.search(r"^kfence says 2$", out, re.M), out
    assert re.search(r"^id was 7$", out, re.M), out
    # Vmalloc, too: the stack of the thread that panicked is there.
    assert re.search(r"panic \(fmt=.*kfence\.fault=panic set", out), out
    assert re.search(r"kfence_handle_page_fault \(addr=%s|kfence_handle_page_fault \(addr=%d" % (addr, int(addr, 16)), out), out
    assert "BUG: KFENCE: use-after-free read in uaf_read_init" in out, out


def test_core_with_a_split_pool_and_two_nodes(vm, arch, tmp_path):
    """Half a GiB of 4 KiB pages, every other one absent: still few segments, and everything is readable."""
    core = tmp_path / "core"
    r = vm("echo 20000 > /sys/module/kfence/parameters/num_objects\n"
           "echo node > /sys/module/kfence/parameters/pool_mode\n"
           "echo -1 > /sys/module/kfence/parameters/sample_interval\ninsmod oob_write\n",
           append="kfence.sample_interval=0 kfence.fault=panic", dump=core, mem="768M", smp=2, numa=2)
    assert r.status == 100 and r.err == "", r
    guard = re.search(r"Out-of-bounds write at (0x[0-9a-f]{16}) \(", r.out)[1]
    out = gdb(arch, core, "printf \"guard %%d\\n\", *(char *)%s" % guard, "info symbol oob_write_init")
    assert re.search(r"^guard \d+$", out, re.M), out
    assert "init_module in section .text of" in out or "oob_write_init" in out, out


def test_a_running_guest(arch, tmp_path):
    """From the first instruction on: a breakpoint in a module that is not loaded yet, its caller, its parameter, and the guest goes on."""
    stub = str(tmp_path / "gdb")
    guest = subprocess.Popen([os.path.join(TREE, "tools", "vm"), "--arch", arch, "--append", "kfence.sample_interval=0", "--timeout", "100",
                              "--qemu-arg=-gdb", "--qemu-arg=unix:%s,server=on,wait=off" % stub, "--qemu-arg=-S", "-c", "insmod hello"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not os.path.exists(stub) and guest.poll() is None:
        time.sleep(0.02)
    out = subprocess.run(GDB_ARGS + ["-ex", "file " + os.path.join(TREE, "build", arch, "vmpaddock"),
                                     "-ex", "source " + os.path.join(TREE, "tools", "gdb", "paddock.py"), "-ex", "target remote " + stub,
                                     "-ex", "set breakpoint pending on", "-ex", "break hello_init", "-ex", "continue", "-ex", "bt",
                                     "-ex", "lx-dmesg", "-ex", "delete", "-ex", "detach"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100).stdout.decode(errors="replace")
    log = guest.communicate(timeout=100)[0].decode(errors="replace")
    assert re.search(r"^symbols of hello from build/%s/modules/hello\.ko$" % arch, out, re.M), out
    assert re.search(r"Breakpoint 1, .*hello_init", out) and re.search(r"#\d+ .* module_load \(", out), out
    assert "loading out-of-tree module taints kernel" in out, out      # lx-dmesg, in the middle
    assert guest.returncode == 0 and "hello: " in log, (log, out)


def test_a_foreign_kernel_is_told_of(vm, arch, tmp_path):
    """The library by itself: a core without the kernel's build ID."""
    import sys
    sys.path.insert(0, os.path.join(TREE, "tools", "lib"))
    import core as lib
    import pytest
    other = {"x86_64": "arm64", "arm64": "x86_64"}[arch]
    kernel = os.path.join(TREE, "build", arch, "vmpaddock")
    copy = tmp_path / "core"
    copy.write_bytes(open(kernel, "rb").read())
    with pytest.raises(lib.Error, match="another processor"):
        lib.by_virtual_address(str(copy), os.path.join(TREE, "build", other, "vmpaddock"))
    (tmp_path / "junk").write_bytes(b"no core at all, and long enough for a header" * 4)
    with pytest.raises(lib.Error, match="not a 64-bit"):
        lib.by_virtual_address(str(tmp_path / "junk"), kernel)
