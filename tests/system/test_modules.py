# SPDX-License-Identifier: MIT
"""Modules seen from the shell: what one leaves running when it goes, what compilers make, what the loader explains."""
import re
import subprocess

from conftest import TREE

WARN = r"\[ *[\d.]+\] "


def left(kind, function, detail, outcome):
    return r"Module left_running left %s %s \[left_running\] \(%s\): %s" % (kind, function, detail, outcome)


LEFT = {
    "timer": left("a timer", "on_timer", r"expires in \d+ ms", "deleted"),
    "hrtimer": left("an hrtimer", "on_hrtimer", r"expires in \d+ us", "deleted"),
    "work": left("a work item", "on_work", "(queued|running in .*)", "run"),
    "delayed": left("a work item", "on_work", r"expires in \d+ ms", "cancelled"),
    "requeue": left("a work item", "on_requeue", "(queued|running in .*)", "cancelled"),
    "tasklet": left("a tasklet", "on_tasklet", r"scheduled but disabled on CPU \d", "killed"),
    "thread": left("a thread", "on_thread", r"pid \d+ \(left_running\), (sleeping|running)", "stopped"),
    "notifier": left("a notifier", "on_module", "of module_notifiers", "unregistered"),
    "rcu": left("an RCU callback", "on_rcu", "waits for a grace period", "run"),
}
STUBBORN = left("a thread", "on_stubborn", r"pid \d+ \(left_running\), (sleeping|running)", "it does not stop")


def test_what_a_module_leaves_running_is_named_and_ended(vm):
    """On both ways out, exit and a failed init: named in the log, ended, and nothing fires afterwards."""
    script = "".join("echo == %s\ninsmod left_running what=%s ms=20000\nrmmod left_running || echo bad\n" % (k, k) for k in LEFT)
    script += "".join("echo == fail %s\ninsmod left_running fail=19 what=%s ms=20000\n" % (k, k) for k in LEFT)
    script += "echo == end\nlsmod\ndmesg | grep -ci 'bug:\\|oops\\|fired'\ncat /sys/kernel/debug/wx_check"
    r = vm(script, smp=2, append="kfence.sample_interval=-1")
    parts = dict(zip(*[iter(re.split(r"^== (.*)\n", r.out, flags=re.M)[1:])] * 2))
    for kind, line in LEFT.items():
        if kind == "rcu":       # a grace period may be over at once: then it has run by itself
            line = "left_running: the RCU callback ran"
        assert re.search(WARN + line, parts[kind]), (kind, line, r)
        assert "bad" not in parts[kind] and "ERROR" not in parts[kind], r
        failed = parts["fail " + kind]
        assert re.search(r"^insmod: ERROR: could not insert module .*: No such device$", failed, re.M), r
        if kind != "rcu":
            assert re.search("^" + line, failed, re.M), (kind, line, r)   # on insmod's own stderr, too
    end = parts["end"].splitlines()
    assert end[0].startswith("Module ") and end[1] == "0", r


def test_a_module_whose_thread_does_not_stop_stays(vm):
    r = vm("insmod left_running what=stubborn ms=4000; rmmod left_running; echo status $?; lsmod | grep left; "
           "insmod left_running; echo status $?; while ! rmmod left_running 2>/dev/null; do sleep 1; done; lsmod; "
           "insmod hello && rmmod hello && echo alive", smp=2)
    assert re.search(WARN + STUBBORN, r.out), r
    assert re.search(r"^rmmod: ERROR: could not remove 'left_running': Device or resource busy\n" + STUBBORN +
                     r"\nModule left_running stays in memory until that ends; try rmmod again then\nstatus 1\n"
                     r"left_running +\d+  0 \(Lingering\)$", r.out, re.M), r
    assert "something still runs its code, see rmmod\nstatus 1" in r.out, r
    assert re.search(r"Used by\n(\[.*\n)*alive\n$", r.out), r


def test_what_would_run_in_inits_memory_is_told_when_init_returns(vm):
    """Linux frees it, and the next timer executes what is there then. A thread that does not end keeps it."""
    script = "".join("echo == %s\ninsmod left_running what=%s ms=6000\n%s" % (k, k, v) for k, v in (
        ("init_timer", "rmmod left_running\n"), ("init_work", "rmmod left_running\n"),
        ("init_thread", "grep on_init_thread /proc/kallsyms; while ! rmmod left_running 2>/dev/null; do sleep 1; done\n")))
    r = vm(script + "echo == end\nlsmod; dmesg | grep -ci 'bug:\\|oops\\|fired\\|ran$'; cat /sys/kernel/debug/wx_check", smp=2)
    parts = dict(zip(*[iter(re.split(r"^== (.*)\n", r.out, flags=re.M)[1:])] * 2))
    start = WARN + "Module left_running left "
    assert re.search(start + r"a timer on_init_timer \[left_running\] in its init memory \(expires in \d+ ms\): deleted\n$",
                    parts["init_timer"]), r
    assert re.search(start + r"a work item on_init_work \[left_running\] in its init memory \(expires in \d+ ms\): cancelled\n$",
                    parts["init_work"]), r
    assert re.search(start + r"a thread on_init_thread \[left_running\] in its init memory \(pid .*\): it does not stop\n" +
                    WARN + r"Module left_running: its init memory stays until the module goes\n"
                    r"[0-9a-f]+ t on_init_thread\t\[left_running\]\n", parts["init_thread"]), r
    end = parts["end"].splitlines()
    assert end[0].startswith("Module ") and end[1] == "0", r


FILES = {       # kind: what is told, and a command that must fail afterwards
    "proc": ("a file left_proc_ops [left_files] (/proc/left_files)", "cat /proc/left_files"),
    "seq": ("a file left_show [left_files] (/proc/left_files)", "cat /proc/left_files"),
    "debugfs": ("a file left_fops [left_files] (/sys/kernel/debug/left_files)", "cat /sys/kernel/debug/left_files"),
    "value": ("a file value [left_files] (/sys/kernel/debug/left_files)", "cat /sys/kernel/debug/left_files"),
    "attr": ("a file left_value_attr [left_files] (/sys/kernel/left_value)", "cat /sys/kernel/left_value"),
    "misc": ("a misc device left_fops [left_files] (left_files, 10:", "cat /dev/left_files"),
    "kobject": ("a folder (/sys/kernel/left_files)", "ls /sys/kernel/left_files"),
    "folder": ("a folder (/proc/left_files)", "ls /proc/left_files"),
    "class": ("a device (left0 of class left_files)", "ls /sys/class/left_files"),
    "numbers": ("a range of device numbers (left_files, ", "grep left_files /proc/devices"),
    "cdev": ("a character device left_fops [left_files] (", "grep left_files /proc/devices"),
}


def test_a_file_that_a_module_forgets_is_named_and_removed(vm):
    """Twice each: the name is free again. An open one: the module stays until it is closed."""
    script = ""
    for kind, (_, use) in FILES.items():
        load = "insmod left_files what=%s || echo bad\nrmmod left_files || echo bad\n" % kind
        script += "echo == %s\n%s%s 2>/dev/null && echo bad\n%s" % (kind, load, use, load)
    script += ("echo == held\ninsmod left_files what=debugfs; { rmmod left_files; echo refused $?; } </sys/kernel/debug/left_files\n"
               "rmmod left_files; echo gone $?\n"
               "echo == open\ninsmod left_files what=open; { rmmod left_files; echo refused $?; } </dev/left_files\n"
               "rmmod left_files; echo gone $?\n"
               "echo == end\nlsmod\ndmesg | grep -ci 'bug:\\|oops'\nls /proc/left_files /dev/left_files 2>/dev/null\necho alive")
    r = vm(script, smp=2, append="kfence.sample_interval=-1")
    parts = dict(zip(*[iter(re.split(r"^== (.*)\n", r.out, flags=re.M)[1:])] * 2))
    for kind, (line, _) in FILES.items():
        told = [x for x in parts[kind].splitlines() if x.startswith("[") and "Module left_files left " + line in x]
        assert len(told) == 2 and all(x.endswith((": removed", ": given back")) for x in told), (kind, r)
        assert "bad" not in parts[kind], (kind, r)
    assert parts["class"].count("left a class (/sys/class/left_files): removed") == 2, r
    assert "Module left_files is in use\nrefused 1\n" in parts["held"] and "gone 0" in parts["held"], r
    assert re.search(r"Module left_files left an open file ownerless_fops \[left_files\] \(/dev/left_files\): it is open\n", parts["open"]), r
    assert "refused 1\n" in parts["open"] and "gone 0" in parts["open"], r
    end = parts["end"].splitlines()
    assert end[0].startswith("Module ") and end[1:] == ["0", "alive"], r


def test_a_bad_parameter_is_named_on_stderr(vm):
    r = vm("insmod params level=10 2>/tmp/e; insmod params count=many 2>>/tmp/e; cat /tmp/e; lsmod")
    lines = [x for x in r.out.splitlines() if not x.startswith("[")]
    assert lines[:4] == ["insmod: ERROR: could not insert module /lib/modules/params.ko: Numerical result out of range",
                         "params: `10' invalid for parameter `level'",
                         "insmod: ERROR: could not insert module /lib/modules/params.ko: Invalid parameters",
                         "params: `many' invalid for parameter `count'"], r


# ---- What compilers make ----

SHAPES = r"""
/* Code and data of many shapes, so that the compiler leaves many kinds of relocation. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/init.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

struct op { const char *name; int (*fn)(int); };
static int twice(int x) { return 2 * x; }
static int minus(int x) { return x - 7; }
int shared_global = 11;
static int counter;			/* .bss */
static u8 bytes[] = { 1, 2, 3 };
static u16 halves[] = { 100, 200 };
static u64 words[4] __aligned(32) = { 1000, 2000 };
static const struct op ops[] = { { "twice", twice }, { "minus", minus } };
static const char *const names[] = { "zero", "one", "two" };
static const long distances[] = { 1L << 40, -(1L << 35) };
static int *pointer_to_data = &shared_global;
static DEFINE_PER_CPU(int, per_cpu_value) = 5;
static int ro __ro_after_init = 3;
extern int not_there(void) __attribute__((weak));

static noinline int choose(int x)
{
	switch (x) {
	case 0: return 3;
	case 1: return twice(x);
	case 2: return minus(x);
	case 3: return strlen(names[x - 1]);
	case 4: return halves[1];
	case 5: return bytes[2] + words[1];
	default: return ++counter;
	}
}

static noinline int sum(void)
{
	int i, n = 0;
	char *copy = kmalloc(16, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	strcpy(copy, ops[1].name);
	for (i = 0; i < 8; i++)
		n += choose(i);
	for (i = 0; i < 2; i++)
		n += ops[i].fn(i + 10) + (int)(distances[i] >> 30);
	n += *pointer_to_data + strlen(copy) + this_cpu_read(per_cpu_value) + ro;
	n += not_there ? 1000 : 0;
	kfree(copy);
	return n;
}

static int __init shapes_init(void)
{
	ro = 4;
	pr_info("sum %d\n", sum());
	return 0;
}

static void __exit shapes_exit(void)
{
	pr_info("exit %d\n", shared_global);
}
module_init(shapes_init);
module_exit(shapes_exit);
MODULE_LICENSE("GPL");
"""

# A library compiled on its own, since Linux's headers, like ours, need inlining: -O0 of plain C.
PLAIN = r"""
static int table[5] = { 1, 2, 3, 4, 5 };
int *entry = &table[3];
static int add(int a, int b) { return a + b; }
static int (*const pick[])(int, int) = { add };
int plain(int n);
int plain(int n)
{
	switch (n & 7) {
	case 0: return pick[0](*entry, table[1]);
	case 1: return 5; case 2: return 9; case 3: return -1; case 4: return 77;
	default: return add(n, table[0]);
	}
}
"""
PLAIN_USER = r"""
#include <linux/module.h>
int plain(int n);
static int __init plain_init(void)
{
	pr_info("plain_O0: sum %d\n", plain(0) + plain(4) + plain(6));
	return 0;
}
module_init(plain_init);
static void __exit plain_exit(void) { }
module_exit(plain_exit);
MODULE_LICENSE("GPL");
"""
VARIANTS = {
    "shapes_O1": "-O1", "shapes_O2": "-O2", "shapes_O3": "-O3 -funroll-loops", "shapes_Os": "-Os", "shapes_g": "-g3",
    "shapes_sections": "-ffunction-sections -fdata-sections", "shapes_tables": "-fno-jump-tables -fno-section-anchors",
}

# 33,000 functions, each in a section of its own, each with a relocation: section numbers beyond 16 bits.
MANY = r"""
#include <linux/module.h>
#ifdef __aarch64__
#define CALL "b"
#else
#define CALL "jmp"
#endif
asm(".altmacro\n.macro one n m\n.section .text.f\\n, \"ax\", %progbits\n.globl f\\n\nf\\n: " CALL " f\\m\n.endm\n"
    ".set i, 1\n.rept 32999\none %i, %(i-1)\n.set i, i+1\n.endr\n.text\n");
int f0(int x);
int f0(int x) { return x + 42; }
int f32999(int x);
static int __init many_init(void)
{
	pr_info("many: %d\n", f32999(1));
	return 0;
}
module_init(many_init);
static void __exit many_exit(void) { }
module_exit(many_exit);
MODULE_LICENSE("GPL");
"""


def build(folder, arch):
    r = subprocess.run(["make", "-s", "-C", TREE, "M=%s" % folder, "ARCH=" + arch, "modules"], capture_output=True)
    assert r.returncode == 0, r.stderr.decode()


def test_modules_of_all_optimizations_and_of_thousands_of_sections(vm, tmp_path):
    makefile = "obj-m := many.o plain_O0.o %s\nplain_O0-y := plain.o user.o\nCFLAGS_plain.o := -O0 -g\n" % " ".join(
        v + ".o" for v in VARIANTS)
    for name, flags in VARIANTS.items():
        (tmp_path / (name + ".c")).write_text(SHAPES)
        makefile += "CFLAGS_%s.o := %s\n" % (name, flags)
    (tmp_path / "plain.c").write_text(PLAIN)
    (tmp_path / "user.c").write_text(PLAIN_USER)
    (tmp_path / "many.c").write_text(MANY)
    (tmp_path / "Makefile").write_text(makefile)
    build(tmp_path, vm.arch)
    header = subprocess.run(["readelf", "-h", str(tmp_path / "many.ko")], capture_output=True).stdout.decode()
    assert re.search(r"section headers: +0 \(6\d{4}\)", header), header
    mods = list(VARIANTS) + ["plain_O0", "many"]
    script = "".join("insmod %s && ls -A /sys/module/%s/sections | wc -l && rmmod %s\n" % (m, m, m) for m in mods)
    r = vm(script + "lsmod; cat /sys/kernel/debug/wx_check", mem="512M", timeout=120,
           add=[str(tmp_path / (m + ".ko")) for m in mods])
    for name in VARIANTS:
        assert re.search(WARN + name + r": sum 3250$", r.out, re.M), (name, r)
        assert re.search(WARN + name + r": exit 11$", r.out, re.M), (name, r)
    assert re.search(WARN + r"plain_O0: sum 90$", r.out, re.M), r
    assert re.search(WARN + r"many: 43\n3\d{4}$", r.out, re.M), r
    assert r.status == 0 and r.out.rstrip().splitlines()[-2].startswith("Module "), r


ROA = r"""
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/init.h>
#include <linux/module.h>
#include <linux/proc_fs.h>

static int limit __ro_after_init = 1;
static int count = 5;				/* .data */
static const int step[3] = { 2, 3, 4 };		/* .rodata */


module_param(limit, int, 0444);

static ssize_t limit_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	limit = step[count % 3];
	return count;
}
static const struct proc_ops limit_ops = { .proc_write = limit_write };

static noinline int after_init(void) { return ++count; }
static noinline int __init only_in_init(int n) { return limit += n; }
static int __init roa_init(void)
{
	if (!proc_create("roa", 0222, NULL, &limit_ops))
		return -ENOMEM;
	pr_info("limit %d\n", only_in_init(after_init()));
	return 0;
}
static void __exit roa_exit(void) { remove_proc_entry("roa", NULL); pr_info("exit %d\n", after_init()); }
module_init(roa_init);
module_exit(roa_exit);
MODULE_LICENSE("GPL");
"""


def test_after_init(vm, tmp_path):
    """Init's data and names are gone, __ro_after_init is read-only, and gdb's line says where everything is."""
    (tmp_path / "roa.c").write_text(ROA)
    (tmp_path / "Makefile").write_text("obj-m := roa.o\n")
    build(tmp_path, vm.arch)
    r = vm("insmod roa limit=7; echo == gdb; dmesg | grep 'add-symbol-file roa'; echo == sections; "
           "cd /sys/module/roa/sections; for s in .text .rodata .data .bss .init.text .exit.text; do [ -e $s ] && echo $s $(cat $s); done; cd /; "
           "echo == names; grep '\\[roa\\]' /proc/kallsyms; echo == write; "
           "cat /sys/module/roa/parameters/limit; echo 9 > /proc/roa; cat /sys/module/roa/parameters/limit; "
           "echo == end; rmmod roa; echo alive", add=[tmp_path / "roa.ko"], append="loglevel=8")
    parts = dict(zip(*[iter(re.split(r"^== (.*)\n", r.out, flags=re.M)[1:])] * 2))
    where = dict(line.split() for line in parts["sections"].splitlines())
    line = re.search(r"add-symbol-file roa.ko(.*)", parts["gdb"])[1]
    assert dict(zip(*[iter(line.replace(" -s", "").split())] * 2)) == {
        s: re.sub("^0x0*", "0x", a) for s, a in where.items() if s in line.split()}, r
    assert {".text", ".rodata", ".data", ".init.text", ".exit.text"} <= set(line.split()), r
    names = {x.split()[2]: int(x.split()[0], 16) for x in parts["names"].splitlines()}
    assert {"after_init", "roa_exit", "limit", "count", "step"} <= set(names), r
    assert not {"only_in_init", "roa_init"} & set(names), r
    assert names["count"] >= int(where[".data"], 16) and names["after_init"] >= int(where[".text"], 16), r
    # What the command line gave before init, init's own change, and nothing since.
    write = parts["write"]
    assert write.startswith("13\n") and write.rstrip().endswith("13"), r
    assert re.search(r"BUG: unable to handle|Unable to handle kernel write", write) and "limit_write+0x" in write, r
    assert "alive" in parts["end"], r


# ---- What the loader explains ----

def patched(vm, tmp_path, name, new_name, *changes):
    """A copy of a sample with bytes replaced; each change must hit."""
    with open("%s/build/%s/modules/%s.ko" % (TREE, vm.arch, name), "rb") as f:
        data = f.read()
    for old, new in changes:
        assert len(old) == len(new) and old in data, (name, old)
        data = data.replace(old, new, 1)
    path = tmp_path / (new_name + ".ko")
    path.write_bytes(data)
    return str(path)


def crc_of(vm, symbol):
    with open("%s/build/%s/Module.symvers" % (TREE, vm.arch)) as f:
        for line in f:
            crc, name = line.split("\t")[:2]
            if name == symbol:
                return int(crc, 16).to_bytes(8, "little")
    raise AssertionError(symbol)


def test_refused_symbols_are_told_all_at_once_by_cause(vm, tmp_path):
    crc = crc_of(vm, "_printk")
    add = [
        # Isolated; of another compiler.
        patched(vm, tmp_path, "stomper", "rewritten", (crc + b"_printk\0", bytes([crc[0] ^ 1]) + crc[1:] + b"_printk\0")),
        patched(vm, tmp_path, "hello", "other_compiler", (crc + b"_printk\0", bytes([crc[0] ^ 1]) + crc[1:] + b"_printk\0"),
                (b"GCC: (Debian", b"ICC: (Debian"), (b") 12.2.0\0", b") 12.9.0\0")),
        # No GPL license; its other symbols are fine. One of another version. And names that nobody has.
        patched(vm, tmp_path, "counter_user", "no_gpl", (b"license=Dual MIT/GPL", b"license=My very own ")),
        patched(vm, tmp_path, "hello", "other_version",
                (crc + b"_printk\0", bytes([crc[0] ^ 1]) + crc[1:] + b"_printk\0")),
        patched(vm, tmp_path, "hello", "other_kernel", (b"vermagic=6.1.0-paddock SMP preempt", b"vermagic=6.1.0-paddock UP  preempt")),
        patched(vm, tmp_path, "hello", "escape", *[(b"\0_printk\0", b"\0_pr\x1b[2m\0")] * 3),
        patched(vm, tmp_path, "hello", "machine", (b"\x01\x00\x3e\x00" if vm.arch == "x86_64" else b"\x01\x00\xb7\x00",
                                                   b"\x01\x00\xb7\x00" if vm.arch == "x86_64" else b"\x01\x00\x3e\x00")),
    ]
    r = vm("""
        insmod counter_user; echo "status $?"
        insmod counter_lib
        for m in no_gpl other_version other_compiler other_kernel rewritten unknown_symbol escape machine; do echo "== $m"; insmod $m; echo "status $?"; done
        rmmod counter_lib; lsmod; modprobe counter_user; modprobe -r counter_user; lsmod; modinfo -p params
        echo not-a-module >/tmp/garbage.ko; insmod /tmp/garbage.ko; dmesg | grep -c "Unknown symbol"
        """, add=add, append="module.oot_list=stomper,unknown_symbol")
    assert re.search(WARN + r"counter_user: Unknown symbol counter_add \(err -2\)\n" + WARN +
                     r"counter_user: Unknown symbol counter_read \(err -2\)\n"
                     r"insmod: ERROR: could not insert module /lib/modules/counter_user.ko: Unknown symbol in module\n"
                     r"counter_user: unknown symbols, exported by neither the kernel nor a loaded module \(2\):\n"
                     r"  counter_add\n  counter_read\n"
                     r"counter_user: it depends on counter_lib, which is not loaded \(modprobe loads both\)\nstatus 1\n",
                     r.out), r
    part = dict(zip(*[iter(re.split(r"^== (.*)\n", r.out, flags=re.M)[1:])] * 2))
    assert "counter_user: Unknown symbol counter_read (err -2)" in part["no_gpl"], r
    assert "only for modules with a GPL-compatible MODULE_LICENSE (1):\n  counter_read\n" in part["no_gpl"], r
    assert "counter_add" not in part["no_gpl"], r
    assert re.search(r"hello: disagrees about version of symbol _printk\n.*hello: Unknown symbol _printk \(err -22\)\n"
                     r"insmod: ERROR: could not insert module /lib/modules/other_version.ko: Invalid parameters\n",
                     part["other_version"]), r
    assert "declaration differs from the exporter's (1)" in part["other_version"], r
    assert "hello: it was built for '6.1.0-paddock SMP preempt" in part["other_version"], r
    assert "compiler" not in part["other_version"], r
    assert re.search(r"^hello: its compiler was 'ICC: \(Debian .*\) 12.9.0', this kernel's GCC 12\.", part["other_compiler"], re.M), r
    assert re.search(r"^  isolated in oot-kmalloc-\d; rewritten:\n    __kmalloc -> oot___kmalloc at 0x[0-9a-f]+\n", part["rewritten"], re.M), r
    assert "becomes" not in part["rewritten"] and "nothing in it is rewritten" in part["unknown_symbol"], r
    assert re.search(r"hello: version magic '6.1.0-paddock UP  preempt .*' should be '6.1.0-paddock SMP preempt .*'\n"
                     r"insmod: ERROR: .*other_kernel.ko: Invalid module format\n", part["other_kernel"]), r
    assert "word 2 differs: the module has 'UP', this kernel 'SMP'" in part["other_kernel"], r
    assert "\x1b" not in part["escape"] and "_pr?[2m" in part["escape"], r
    assert "built for another machine" in part["machine"] and "Invalid module format" in part["machine"], r
    assert all("status 1\n" in p for p in part.values()), r
    tables = re.findall(r"^Module .*\n((?:\w.*\n)*)", part["machine"], re.M)
    assert [t.split("\n")[0] for t in tables][0] == "" and len(tables) == 2, r
    assert re.search(r"counter_user: the count is", part["machine"]), r
    assert re.search(r"^list:up to four numbers \(array of int\)$", part["machine"], re.M), r
    assert "garbage.ko: Invalid module format" in part["machine"], r
