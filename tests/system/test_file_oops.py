# SPDX-License-Identifier: MIT
"""A driver that crashes in its file operations: the command dies, the shell and the module's way out stay."""
import re
import subprocess

import pytest
from conftest import TREE

# One use of a bad file each, wherever the shell may open, read, write or close it.
USES = [
    "cat /dev/file_oops",
    "echo x > /dev/file_oops",
    "cat /proc/file_oops",
    "cat /sys/kernel/file_oops/value",
    "echo 1 > /sys/kernel/file_oops/value",
    "cat /sys/kernel/debug/file_oops/open",
    "cat /sys/kernel/debug/file_oops/close",
    "cat < /dev/file_oops",
    ": > /sys/kernel/debug/file_oops/open",
    ": < /sys/kernel/debug/file_oops/close",
    "{ pwd; } > /dev/file_oops",
    "while read a; do echo $a; done < /dev/file_oops",
    "x=$(cat /dev/file_oops)",
    "cat /dev/file_oops | cat",
    "( cat /dev/file_oops )",
    "( echo > /dev/file_oops ) | cat",
    "cp /dev/file_oops /tmp/x",
    "hexdump /dev/file_oops",
    "wc /dev/file_oops",
    "cat /sys/module/file_oops/parameters/knob",
    "echo 1 > /sys/module/file_oops/parameters/knob",
]


def test_each_use_ends_only_the_command(vm):
    script = "insmod file_oops\n" + "".join(
        "%s\necho use %d refcnt $(cat /sys/module/file_oops/refcnt)\n" % (use, i) for i, use in enumerate(USES))
    r = vm(script + "cat /proc/sys/fs/file-nr; rmmod file_oops; echo rmmod $?; lsmod", append="loglevel=1")
    for i, use in enumerate(USES):
        assert re.search(r"^use %d refcnt 0$" % i, r.out, re.M), "%s\n%r" % (use, r)
    assert r.out.count("Oops: ") + r.out.count("Internal error: Oops") >= len(USES), r
    assert re.search(r"^2\nrmmod 0$", r.out, re.M), r         # the console, and the file that is asked
    assert "file_oops" not in r.lines[-1], r


FREE_OOPS = """
#include <linux/module.h>
static int *nowhere;
static int set(const char *val, const struct kernel_param *kp) { return 0; }
static void free_knob(void *arg) { WRITE_ONCE(*nowhere, 1); }
static const struct kernel_param_ops ops = { .set = set, .free = free_knob };
module_param_cb(knob, &ops, NULL, 0644);
static int __init free_oops_init(void) { return 0; }
static void __exit free_oops_exit(void) { }
module_init(free_oops_init);
module_exit(free_oops_exit);
MODULE_LICENSE("GPL");
"""


def test_a_parameter_that_dies_takes_no_lock_along(vm, arch, tmp_path):
    """get(), set(), set() during the load, free(): other parameters and other modules work as before."""
    (tmp_path / "free_oops.c").write_text(FREE_OOPS)
    (tmp_path / "Makefile").write_text("obj-m := free_oops.o\n")
    subprocess.run(["make", "-s", "ARCH=" + arch, "M=%s" % tmp_path, "modules"], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    others = "cat /sys/module/params/parameters/count; insmod hello && rmmod hello && echo others work\n"
    r = vm("insmod params count=5\ninsmod file_oops\n" +
           "cat /sys/module/file_oops/parameters/knob; echo died $?\n" + others +
           "echo 1 > /sys/module/file_oops/parameters/knob; echo died $?\n" + others +
           "rmmod file_oops && insmod file_oops knob=1; echo died $?\n" + others + "rmmod file_oops\n" +
           "insmod free_oops; rmmod free_oops; echo died $?\n" + others + "rmmod free_oops; lsmod",
           add=[tmp_path / "free_oops.ko"], append="loglevel=1")
    said = re.findall(r"^(?:died \d+|5|others work)$", r.out, re.M)
    assert said == ["died 137", "5", "others work"] * 4, r


@pytest.mark.parametrize("state", ["open", "read"])
def test_rmmod_while_a_file_is_in_use(vm, state):
    """proc_file's entry goes while somebody has it open: he gets an error, nobody hangs."""
    use = {"open": "sleep 1", "read": "cat"}[state]
    r = vm("insmod proc_file; ls /proc > /tmp/names; insmod hello\n"
           "( %s ) < /proc/modules &\n" % use +
           "rmmod hello; rmmod proc_file; echo rmmod $?; sleep 1.2; echo end", timeout=30)
    assert re.search(r"^rmmod 0$", r.out, re.M) and r.lines[-1] == "end", r
