# SPDX-License-Identifier: MIT
"""make DEBUG=1: each __pa() and virt_to_page() asks whether the address is one of the linear map."""
import os
import re
import subprocess


def test_image_addresses_are_told(vm, arch, tree):
    """It builds, boots, loads a module; and the suite's __pa() of a function is a warning with a stack."""
    subprocess.run(["make", "-s", "-j2", "kernel", "ARCH=" + arch, "DEBUG=1"], cwd=tree, check=True, timeout=900)
    kernel = "build/%s-debug/%s" % (arch, "vmpaddock" if arch == "x86_64" else "Image")
    r = vm("insmod hello && rmmod hello && dmesg", append="kunit=pgtable", kernel=os.path.join(tree, kernel), timeout=120)
    assert r.status == 0 and "not ok" not in r.out, r
    told = re.findall(r"virt_to_phys used for non-linear address.*\n(?:.*\n){1,40}?.* other_addresses_are_told\+", r.out)
    # The function that checks is called twice, which any build does; the third is __pa().
    assert r.out.count("virt_to_phys used for non-linear address") == 3 and told, r


def test_nothing_else_is_told(vm, arch, tree):
    """Boot, shell and files under slub_debug give no image address to __pa(). The kernel is the one built above."""
    subprocess.run(["make", "-s", "-j2", "kernel", "ARCH=" + arch, "DEBUG=1"], cwd=tree, check=True, timeout=900)
    kernel = "build/%s-debug/%s" % (arch, "vmpaddock" if arch == "x86_64" else "Image")
    r = vm("cat /sys/kernel/debug/wx_check /proc/buddyinfo && dmesg | grep -c non-linear; echo end",
           append="slub_debug=FZPU", kernel=os.path.join(tree, kernel), timeout=120)
    assert r.status == 0 and r.lines[-2:] == ["0", "end"], r
