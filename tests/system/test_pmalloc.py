# SPDX-License-Identifier: MIT
"""pmalloc's switches, and what needs a boot of its own."""
import re


def test_locks_seal_the_settings(vm):
    r = vm("", append="kfence.lock=1 pmalloc.lock=1 module.oot_lock=1 kunit=pmalloc_fault.settings*")
    assert r.status == 0 and len(re.findall(r"parameters/(?:oot_)?lock: locked", r.out)) == 3, r


def test_fault_panic(vm):
    r = vm("insmod pmalloc_policy; insmod pmalloc_attack attack=direct; echo alive", append="pmalloc.fault=panic")
    report = r.out.find("BUG: pmalloc: write to sealed memory in attack_direct+0x")
    panic = r.out.find("Kernel panic - not syncing: pmalloc.fault=panic set")
    assert 0 <= report < panic and "\nalive" not in r.out and r.status == 100, r


def test_bad_values(vm):
    r = vm("cd /sys/module/pmalloc/parameters; echo maybe > fault; echo 7 > seal; cat fault seal lock",
           append="pmalloc.fault=sometimes")
    assert r.lines[-3:] == ["oops", "Y", "N"], r
    assert len(re.findall("Invalid argument", r.out)) == 2, r


def test_no_page_is_lost_by_reloading(vm):
    """A module that forgets its pools, loaded again and again; also one whose init fails."""
    r = vm("""insmod pmalloc_user forget=1; rmmod pmalloc_user; tail -n 1 /sys/kernel/debug/pmalloc/pools
i=0
while [ $i -lt 25 ]; do
    insmod pmalloc_user forget=1; rmmod pmalloc_user; insmod pmalloc_user forget=1 fail=5
    i=$((i+1))
done
tail -n 1 /sys/kernel/debug/pmalloc/pools; grep writable /sys/kernel/debug/pmalloc/audit""", timeout=120)
    pages = re.findall(r"^pages: .*", r.out, re.M)
    assert len(pages) == 2 and pages[0] == pages[1], r
    assert r.lines[-1] == "writable aliases: 0", r


def test_a_locked_module_can_be_loaded_again(vm):
    """Its sealed pools stay, and their names are free."""
    r = vm("""echo 1 > /sys/module/pmalloc/parameters/lock
for i in 1 2 3; do insmod pmalloc_policy; insmod pmalloc_user; echo loaded $?; rmmod pmalloc_user; rmmod pmalloc_policy; done
insmod pmalloc_policy; ls /sys/kernel/pmalloc; grep -c gone /sys/kernel/debug/pmalloc/pools
grep writable /sys/kernel/debug/pmalloc/audit""")
    assert r.out.count("loaded 0") == 3 and "policy-counters" in " ".join(r.lines[-4:-2]), r
    assert r.lines[-2:] == ["9", "writable aliases: 0"], r
