# SPDX-License-Identifier: MIT
"""What isolation costs a load, and how call sites in init's code are named when that is gone."""
import re

from test_kbuild import build, write

LOAD = "insmod object_cache; rmmod object_cache; time insmod object_cache"


def cycles(vm, listed):
    r = vm(LOAD, append="quiet loglevel=1 module.oot_list=" + listed, smp=1, icount=True)
    return int(re.search(r"^cycles\s+(\d+)", r.out, re.M).group(1))


def test_an_isolated_load_costs_hardly_more(vm):
    """100 objects of its own in init, each with its call site noted: about a twentieth more than loading it as anybody."""
    isolated, ordinary = cycles(vm, "object_cache"), cycles(vm, "Xbject_cache")
    assert ordinary < isolated < 1.055 * ordinary, (isolated, ordinary)


# Its init's area has room for another module's core; purge makes that area one for others at once.
BIG_INIT = """
#include <linux/module.h>
#include <linux/slab.h>
static char __initdata room[2 * 4096] = "big_init has started";
static int __init big_init(void)
{
	pr_info("%s\\n", room);
	return kmalloc(100, GFP_KERNEL) ? 0 : -ENOMEM;
}
static void __exit big_exit(void)
{
}
module_init(big_init);
module_exit(big_exit);
MODULE_LICENSE("GPL");
"""
PURGE = """
#include <linux/module.h>
#include <linux/vmalloc.h>
static int __init purge_init(void)
{
	vm_unmap_aliases();
	return 0;
}
module_init(purge_init);
MODULE_LICENSE("GPL");
"""


def test_a_site_in_inits_code_is_named_though_another_module_is_there(arch, vm, tmp_path):
    """hello's code comes to where big's init was: the call there is not said to be hello's."""
    write(tmp_path, Makefile="obj-m := big.o purge.o\n", big__c=BIG_INIT, purge__c=PURGE)
    status, text = build(arch, tmp_path)
    assert status == 0, text
    r = vm("insmod big; cat /sys/module/big/sections/.init.text; insmod purge; insmod hello; grep hello /proc/modules; rmmod big; rmmod hello",
           add=[str(tmp_path / "big.ko"), str(tmp_path / "purge.ko")], append="module.oot_list=big kfence.sample_interval=0")
    init = re.search(r"^(0x\w+)$", r.out, re.M).group(1)
    assert re.search(r"^hello .* " + init + r"\b", r.out, re.M), r
    assert re.search(r"1 object, 128 bytes \(100 asked for\) allocated at big_init\+0x\w+/0x\w+ \[big\]", r.out), r
