# SPDX-License-Identifier: MIT
"""stomper and victim: what a bad driver corrupts is its own memory."""
import re

DEMO = "insmod victim; insmod stomper; rmmod stomper; rmmod victim; echo end"


def test_without_isolation_the_victim_is_corrupted(vm):
    r = vm(DEMO, append="kfence.sample_interval=0")
    assert re.search(r"victim: .*corrupt", r.out), r


def test_with_isolation_it_never_is(vm):
    r = vm(DEMO, append="kfence.sample_interval=0 module.oot_list=stomper")
    assert "Module stomper use oot-kmalloc-0." in r.out, r
    assert not re.search(r"victim: .*corrupt", r.out) and r.lines[-1] == "end", r


def test_the_manuals_commands(vm):
    """The commands of the vendor's manual, pasted."""
    r = vm("""sudo sh -c 'echo hello,uaf_read > /sys/module/module/parameters/oot_list'
cat /sys/module/module/parameters/oot_list
insmod hello
rmmod hello.ko
insmod uaf_read.ko
grep oot-kmalloc-0 /proc/slabinfo | head -n 1
cat /sys/kernel/slab/oot-kmalloc-0-64/order
cat /sys/kernel/slab/oot-kmalloc-0-64/oot_page
sudo sh -c 'echo 100 > /sys/module/module/parameters/oot_page_limit'
cat /sys/module/module/parameters/oot_page_limit
for file in /sys/kernel/slab/*
do
    sudo sh -c 'echo 0 > $file/kfence_enable'
done
sudo sh -c 'echo 0 > /sys/module/kfence/parameters/order0_page'
sudo sh -c 'echo 1 > /sys/kernel/slab/oot-kmalloc-0-64/kfence_enable'
cat /sys/kernel/slab/kmalloc-64/kfence_enable /sys/kernel/slab/oot-kmalloc-0-64/kfence_enable
cat /sys/module/kfence/parameters/order0_page
""")
    assert r.status == 0, r
    assert r.lines[0] == "hello,uaf_read", r
    assert re.search(r"Module hello use oot-kmalloc-\d+\.", r.out), r
    assert r.lines[-3:] == ["0", "1", "0"], r
    assert "100" in r.lines, r
