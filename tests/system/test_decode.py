# SPDX-License-Identifier: MIT
"""tools/decode puts file and line behind the functions of a report; the steps of Linux's decode_stacktrace.sh work, too."""
import os
import re
import subprocess

from conftest import TREE

FULL = "kfence.sample_interval=-1 kfence.num_objects=2000 kfence.booting_max=0-:64M"
PREFIX = {"x86_64": "", "arm64": "aarch64-linux-gnu-"}


def line_of(sample, text):
    with open(os.path.join(TREE, "modules", sample + ".c")) as f:
        return next(n for n, line in enumerate(f, 1) if text in line)


def test_decode(vm):
    r = vm("insmod uaf_work; insmod double_free", append=FULL)
    d = subprocess.run([os.path.join(TREE, "tools", "decode"), "--arch", vm.arch], input=r.out, capture_output=True, text=True)
    assert d.returncode == 0, d.stderr
    for function, sample, text in [("finish", "uaf_work", "/* freed */"), ("uaf_work_init", "uaf_work", "/* should cancel"),
                                   ("open_device", "double_free", '/* "clean up'), ("double_free_init", "double_free", "the second time")]:
        where = r"modules/%s\.c:%d\b" % (sample, line_of(sample, text))
        assert re.search(r" %s\+0x\w+/0x\w+ \[%s\] \([^)]*%s" % (function, sample, where), d.stdout), (where, d.stdout)
    # The kernel's functions, and the title.
    assert re.search(r" worker_thread\+0x\w+/0x\w+ \(kernel/[\w/]+\.c:\d+", d.stdout), d.stdout
    assert re.search(r"BUG: KFENCE: use-after-free write in finish\+.* \[uaf_work\] \(modules/uaf_work\.c:%d\)"
                     % line_of("uaf_work", "/* freed */"), d.stdout), d.stdout


def tool(arch, name, *args):
    return subprocess.run([PREFIX[arch] + name, *args], capture_output=True, text=True, check=True).stdout


def test_steps_of_linux_decode_stacktrace(vm):
    """nm for the symbol, its address plus the offset to addr2line: for vmpaddock (as vmlinux), and for a module's section."""
    r = vm("insmod uaf_work", append=FULL)
    build = os.path.join(TREE, "build", vm.arch)
    for frame, image, expected in [(r" worker_thread\+0x(\w+)/0x(\w+)$", "vmpaddock", r"kernel/\S+\.c:\d+"),
                                   (r" uaf_work_init\+0x(\w+)/0x(\w+) \[uaf_work\]$", "modules/uaf_work.ko",
                                    r"modules/uaf_work\.c:%d\b" % line_of("uaf_work", "/* should cancel"))]:
        m = list(re.finditer(frame, r.out, re.M))[-1]
        path = os.path.join(build, image)
        name = re.search(r"(\w+)\\", frame)[1]
        # decode_stacktrace.sh takes the section's symbols apart by `nm`, and needs .debug_info to be there.
        base = re.search(r"^(\w+) [tT] %s$" % name, tool(vm.arch, "nm", path), re.M)
        assert m and base, (frame, r)
        assert ".debug_info" in tool(vm.arch, "readelf", "--sections", "--wide", path)
        where = tool(vm.arch, "addr2line", "-i", "-e", path, hex(int(base[1], 16) + int(m[1], 16) - 1))
        assert re.search(expected, where), where
