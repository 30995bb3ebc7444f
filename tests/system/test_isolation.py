# SPDX-License-Identifier: MIT
"""Isolation from the shell: stomper and victim, the manual's commands, the verdict at unload, options and bad input."""
import os
import re
import subprocess
import sys

from conftest import TREE

DEMO = "insmod victim size=%d; insmod stomper size=%d batch=%d; rmmod stomper; rmmod victim\n"
# Sizes of objects: in slabs of one page, and of several; the largest that has a cache.
SIZES = [(64, 256), (192, 256), (1024, 128), (4096, 64), (8192, 32)]
PARAMS = "/sys/module/module/parameters/"


def demo(sizes):
    return "".join("echo == %d\n" % s[0] + DEMO % (s[0], s[0], s[1]) for s in sizes) + "echo == end"


def test_without_isolation_the_victim_is_corrupted(vm):
    for size in (SIZES[0], SIZES[3]):
        r = vm(demo([size]), append="kfence.sample_interval=0")
        assert re.search(r"victim: .*corrupt", r.out), r


def test_with_isolation_it_never_is(vm):
    """Whatever the size, and in whichever order they are loaded."""
    r = vm(demo(SIZES) + "\ninsmod stomper; insmod victim; rmmod stomper; insmod stomper; rmmod stomper; rmmod victim\necho == last",
           append="kfence.sample_interval=0 module.oot_list=stomper", smp=2)
    assert r.out.count("Module stomper use oot-kmalloc-0.") == len(SIZES) + 2, r
    assert r.out.count("nodes, all intact") == len(SIZES) + 1, r
    assert not re.search(r"victim: .*corrupt", r.out) and r.lines[-1] == "== last", r


def test_the_manuals_commands(vm):
    """The commands of the vendor's manual, pasted one by one, with names and numbers where it has <…>."""
    steps = """sudo sh -c 'echo hello,uaf_read > /sys/module/module/parameters/oot_list'
cat /sys/module/module/parameters/oot_list
insmod hello.ko
rmmod hello.ko
insmod hello.ko
insmod uaf_read.ko
dmesg | grep use.oot-kmalloc
sudo cat /proc/slabinfo | grep oot-kmalloc-0
cat /sys/kernel/slab/oot-kmalloc-0-64/order
cat /sys/kernel/slab/oot-kmalloc-0-8k/order
cat /sys/kernel/slab/oot-kmalloc-0-64/oot_page
sudo sh -c 'echo 100 > /sys/module/module/parameters/oot_page_limit'
cat /sys/module/module/parameters/oot_page_limit
for file in /sys/kernel/slab/*
do
    sudo sh -c 'echo 0 > $file/kfence_enable'
done
cat /sys/kernel/slab/*/kfence_enable | sort -u
sudo sh -c 'echo 0 > /sys/module/kfence/parameters/order0_page'
cat /sys/module/kfence/parameters/order0_page
sudo sh -c 'echo 1 > /sys/kernel/slab/oot-kmalloc-0-64/kfence_enable'
cat /sys/kernel/slab/kmalloc-64/kfence_enable /sys/kernel/slab/oot-kmalloc-0-64/kfence_enable"""
    # One step is one command; the loop is one.
    commands = re.findall(r"^for .*?^done$|^.+$", steps, flags=re.M | re.S)
    commands = [c for part in re.split(r"(^for .*?^done$)", steps, flags=re.M | re.S)
                for c in ([part] if part.startswith("for ") else part.strip().splitlines())]
    r = vm("".join("echo =-=%d\n%s\n" % (i, c) for i, c in enumerate(commands)))
    assert r.status == 0, r
    outputs = re.split(r"^=-=\d+\n", r.out, flags=re.M)[1:]
    got = dict(zip(commands, outputs))
    assert len(outputs) == len(commands), r

    def out(start):
        return next(v for c, v in got.items() if c.startswith(start))
    assert out("cat /sys/module/module/parameters/oot_list") == "hello,uaf_read\n", r
    assert re.search(r"Module hello use oot-kmalloc-0\.\n.*Module hello use oot-kmalloc-0\.\n.*Module uaf_read use oot-kmalloc-1\.",
                     out("dmesg"), re.S), r
    slabs = re.findall(r"^oot-kmalloc-0-(\S+)", out("sudo cat /proc/slabinfo"), re.M)
    assert sorted(slabs) == sorted("8 16 32 64 96 128 192 256 512 1k 2k 4k 8k".split()), r
    assert out("cat /sys/kernel/slab/oot-kmalloc-0-64/order") == "0\n", r
    assert out("cat /sys/kernel/slab/oot-kmalloc-0-8k/order") == "3\n", r
    assert re.fullmatch(r"\d+\n", out("cat /sys/kernel/slab/oot-kmalloc-0-64/oot_page")), r
    assert out("cat /sys/module/module/parameters/oot_page_limit") == "100\n", r
    assert out("cat /sys/kernel/slab/*/kfence_enable") == "0\n", r
    assert out("cat /sys/module/kfence/parameters/order0_page") == "0\n", r
    assert outputs[-1] == "0\n1\n", r
    for silent in ("sudo sh", "for file"):
        assert all(v == "" for c, v in got.items() if c.startswith(silent)), r


def test_the_verdict_at_unload(vm):
    """What is left, by call site; also in full mode, where KFENCE has the objects; and a touch of it afterwards."""
    script = "insmod leak; rmmod leak; insmod leak; rmmod leak\n" \
             "insmod dangling_file; cat /sys/kernel/debug/dangling_file; rmmod dangling_file\n" \
             "cat /sys/kernel/debug/dangling_file; insmod object_cache; rmmod object_cache; echo alive"
    for append in ("kfence.sample_interval=0", "kfence.sample_interval=-1 kfence.num_objects=1500"):
        r = vm(script, append=append + " module.oot_list=leak,dangling_file,object_cache", smp=2)
        leak = r"Module leak left 4 objects, 256 bytes\n\[.*\]   4 objects, 256 bytes \(48 asked for each\) " \
               r"allocated at make_session\+0x\w+/0x\w+ \[leak\], oot-kmalloc-0-64\n"
        assert len(re.findall(leak, r.out)) == 2, r
        assert re.search(r"Module dangling_file left 1 object, 8 bytes\n\[.*\]   1 object, 8 bytes \(8 asked for\) "
                         r"allocated at dangling_file_init\+0x\w+/0x\w+ \[dangling_file\], oot-kmalloc-1-8\n", r.out), r
        if "-1" in append:
            assert "BUG: KFENCE: use-after-free read in u32_get+" in r.out, r
            assert "left behind by module dangling_file, which is unloaded" in r.out, r
        else:
            assert "BUG: isolation: read from memory of unloaded module dangling_file in u32_get+" in r.out, r
            assert re.search(r"is 4 bytes inside of the object 0x\w+, cache=oot-kmalloc-1-8\n.*left by module dangling_file, "
                             r"unloaded \d+\.\d+s ago; allocated at dangling_file_init\+", r.out), r
        # The value that was there, and the poison that is there now.
        assert re.search(r"^7$", r.out, re.M) and re.search(r"^%d$" % 0x6b6b6b6b, r.out, re.M), r
        # A module that frees what it has leaves nothing, and nothing is said.
        assert "Module object_cache left" not in r.out and r.lines[-1] == "alive", r


def test_failures_and_quotas(vm):
    """fail_alloc fails what it says, and remembers call stacks across loads; a quota hits its module alone."""
    r = vm("""insmod leak; cat /sys/module/leak/memory; rmmod leak
for i in 1 2 3 4 5 6 7 8; do insmod object_cache && break; done; rmmod object_cache; echo tries $i
insmod object_cache && rmmod object_cache && echo clean
insmod grazer rest_ms=5; sleep 1; cat /sys/module/grazer/memory; rmmod grazer
echo hello:1 > %sfail_alloc; cat %sfail_alloc; insmod hello; rmmod hello; echo end
""" % (PARAMS, PARAMS), append="kfence.sample_interval=0 module.fail_alloc=leak:3,object_cache:stacks module.oot_quota=grazer:20", smp=2)
    assert re.search(r"fail_alloc: leak: allocation 3 fails, at make_session\+\S+ \[leak\], from leak_init\+\S+ \[leak\]", r.out), r
    assert re.search(r"^live: 7 objects, 448 bytes$", r.out, re.M) and re.search(r"^refused: 1 allocation$", r.out, re.M), r
    failed = re.findall(r"fail_alloc: object_cache: allocation \d+ fails, at (\S+)", r.out)
    tries = int(re.search(r"^tries (\d)$", r.out, re.M)[1])
    # kmem_cache_create() allocates several times, and goes on without some; then there are the objects.
    assert len(failed) > len(set(failed)) >= 2 and 2 < tries <= len(failed) + 1, r
    assert r.out.count("Cannot allocate memory") == tries - 1 and re.search("^clean$", r.out, re.M), r
    assert "Module object_cache left" not in r.out, r       # its error paths free what they have
    pages = re.search(r"^pages: (\d+), .*\nquota: 20 pages\nrefused: \d+ allocations$", r.out, re.M)
    assert pages and int(pages[1]) <= 20, r
    assert re.search(r"grazer: \d+ operations, 0 objects damaged", r.out), r
    assert r.lines[-1] == "end" and "hello:1" in r.lines, r


def test_failures_of_whatever_a_module_calls(vm):
    """fail_alloc reaches all that is allocated while the module's code runs: pages, vmalloc(), per-CPU memory, a proc entry,
    a thread, a class; and no other's allocations."""
    modules = {"percpu_counts": "", "proc_file": "", "grazer": "", "chardev": "", "deferred": "", "kobject_attrs": "", "sessions": ""}
    r = vm("""insmod page_uaf || echo failed
insmod allocbench || echo no bench
for m in %s; do
    for i in $(seq 99); do insmod $m && break; done 2>/dev/null; echo tries $m $i
    rmmod $m
    cat /proc/version >/dev/null || echo someone else failed
done; echo end
""" % " ".join(modules), append="kfence.sample_interval=0 module.fail_alloc=page_uaf:1,allocbench:1,%s:stacks" % ":stacks,".join(modules), smp=2)
    # The first thing that allocbench asks for is vmalloc()'s.
    assert re.search(r"fail_alloc: allocbench: allocation 1 fails, at allocbench_init\+", r.out) and "no bench" in r.lines, r
    assert re.search(r"fail_alloc: page_uaf: allocation 1 fails, at page_uaf_init\+", r.out), r
    assert "failed" in r.lines, r
    for name in modules:
        failed = len(re.findall(r"fail_alloc: %s: allocation \d+ fails, at \w+\+\S+ \[%s\]" % (name, name), r.out))
        # Not each failure is init's: some are taken in silence.
        tries = int(re.search(r"^tries %s (\d+)$" % name, r.out, re.M)[1])
        assert 1 <= failed and 1 < tries <= failed + 1, (name, failed, tries, r)
        assert "Module %s left" % name not in r.out, (name, r)
    assert "someone else" not in r.out and "BUG" not in r.out and "Oops" not in r.out and r.lines[-1] == "end", r


def test_pools_and_sites_in_the_verdict(vm):
    """Forgotten pools are named; objects without a noted call site are counted, and module.oot_sites finds them."""
    script = "insmod pmalloc_user forget=1; rmmod pmalloc_user; insmod leak count=5000; rmmod leak; echo end"
    append = "kfence.sample_interval=0 module.oot_list=pmalloc_user,leak"
    r = vm(script, append=append)
    for name in ("user-open", "user-sealed", "user-half"):
        assert re.search(r"Module pmalloc_user left a pool: %s, 100 objects, \d+ bytes in \d+ pages" % name, r.out), r
    left = int(re.search(r"Module leak left (\d+) objects", r.out)[1])
    noted = sum(int(n) for n in re.findall(r"  (\d+) objects, .* allocated at make_session\+", r.out))
    bare = int(re.search(r"  (\d+) of them without a noted call site: load it with module.oot_sites=leak, and all are noted", r.out)[1])
    assert left == noted + bare and noted >= 2000 and bare >= 400 and r.lines[-1] == "end", r
    r = vm(script, append=append + " module.oot_sites=leak")
    assert re.search(r"  %d objects, .* allocated at make_session\+" % left, r.out) and "without a noted" not in r.out, r


def test_the_lock(vm):
    """After oot_lock no setting changes, the lock included; what is set goes on working. One-way; also on the command line."""
    names = {"oot_list": "a", "oot_page_limit": "3", "oot_sites": "a", "oot_notes": "5", "oot_quota": "a:1", "fail_alloc": "a:1", "kfence": "a"}
    tries = "".join("echo %s > %s || echo refused %s\n" % (v, n, n) for n, v in names.items())
    script = "cd %s\n%s" + tries + "echo 0 > oot_lock || echo refused oot_lock\necho 1 > oot_lock && echo again\n" \
             "cat oot_lock oot_list oot_page_limit oot_notes oot_sites oot_quota fail_alloc kfence\ninsmod leak; rmmod leak; echo end"
    for before, append in (("echo maybe > oot_lock\necho 0 > oot_lock\necho 1 > oot_lock\n", ""), ("", "module.oot_lock=1 ")):
        r = vm(script % (PARAMS, before), append=append + "module.oot_list=leak module.oot_page_limit=7 kfence.sample_interval=0")
        assert re.findall(r"^refused (\w+)$", r.out, re.M) == list(names) + ["oot_lock"], r
        assert r.out.count("Operation not permitted") == len(names) + 1, r
        assert r.out.count("Invalid argument") == (1 if before else 0), r
        assert "again\nY\nleak\n7\n4096\n\n\n\n\n" in r.out, r
        assert "Module leak left 4 objects, 256 bytes" in r.out and r.lines[-1] == "end", r


def test_kfence_for_one_module(vm):
    """module.kfence guards that module's objects and nothing else; coverage is counted, and told when it is poor."""
    r = vm("""insmod grazer rest_ms=5; sleep 1; cat /sys/module/grazer/memory
cat /sys/kernel/slab/*/kfence_enable | sort | uniq -c
cat /sys/kernel/slab/oot-kmalloc-0-64/kfence_enable /sys/kernel/slab/grazer_100/kfence_enable /sys/module/kfence/parameters/order0_page
rmmod grazer
insmod stomper size=8192 batch=4 rounds=1; rmmod stomper
echo > %skfence; cat /sys/kernel/slab/kmalloc-64/kfence_enable /sys/module/kfence/parameters/order0_page
echo == locked; echo 1 > /sys/module/kfence/parameters/lock; echo grazer > %skfence || echo refused; cat %skfence
cat /sys/kernel/slab/kmalloc-64/kfence_enable /sys/module/kfence/parameters/order0_page
""" % ((PARAMS,) * 3), append="kfence.sample_interval=-1 kfence.num_objects=1500 module.kfence=grazer,stomper")
    m = re.search(r"^kfence: (\d+) allocations, (\d+) guarded \((\d+\.\d)%\), (\d+) not(: .*)?$", r.out, re.M)
    assert m, r
    assert int(m[1]) == int(m[2]) + int(m[4]) and int(m[2]) > 100, r
    assert abs(float(m[3]) - 100 * int(m[2]) / int(m[1])) <= 0.06, r
    reasons = re.findall(r"(\d+) (too large|pool full)", m[5] or "")
    assert sum(int(n) for n, _ in reasons) == int(m[4]), r
    assert re.search(r"^ +14 1$", r.out, re.M), r           # thirteen sizes and grazer's own
    assert "1\n1\n0\n" in r.out and "1\n1\n== locked\n" in r.out, r
    # KFENCE's own lock refuses, and then nothing has changed: the list neither.
    assert re.search(r"Operation not permitted\nrefused\n\n1\n1\n$", r.out), r
    assert re.search(r"Module stomper: KFENCE saw less than 95%: 5 allocations, 1 guarded \(20\.0%\), 4 not: 4 too large", r.out), r
    assert "BUG" not in r.out, r                # what lies behind no fence is not reported; and stomper's is too large


def test_bad_input(vm):
    """On the command line: a warning, and what can be used is used. In files: see tests/kunit/isolation_test.c."""
    names = ",".join("m%d" % i for i in range(17))
    r = vm("cat %soot_list; dmesg | grep oot_list" % PARAMS, append="module.oot_list=" + names)
    assert r.lines[0] == ",".join("m%d" % i for i in range(16)), r
    assert "module.oot_list: more than 16 names; the first 16 are used" in r.out, r
    r = vm("cat %soot_list %soot_slots; insmod hello; rmmod hello" % (PARAMS, PARAMS),
           append="module.oot_list=%s,hello module.oot_slots=20" % names)
    assert r.lines[:2] == [names + ",hello", "20"] and "Module hello use oot-kmalloc-0." in r.out, r
    # One boot for each column: what is bad is told with its parameter's name, and each keeps its default.
    bad = {"oot_list": ["a,,b", "a/b", "x" * 300], "oot_slots": ["65", "0", "many"],
           "oot_page_limit": ["-5", "9" * 20, "x"], "oot_quota": ["a", "a:-1", "a:x"], "fail_alloc": ["a:0", "a", "a:stack"],
           "kfence": ["a.ko", "a,,b", "a/b"], "oot_sites": ["a:1", ",", "../x"], "oot_notes": ["-1", "x", "9" * 20]}
    for column in zip(*bad.values()):
        r = vm("cd %s; cat %s; dmesg | grep 'invalid for parameter\\|too large for parameter'; insmod hello && echo loaded" %
               (PARAMS, " ".join(bad)), append=" ".join("module.%s=%s" % p for p in zip(bad, column)))
        assert r.out.startswith("\n16\n-1\n\n\n\n\n4096\n"), r
        for name, value in zip(bad, column):
            assert "`%s' invalid for parameter `module.%s'" % (value if len(value) <= 100 else value[:100] + "...", name) in r.out, (name, value, r)
        assert "loaded" in r.lines and "oot-kmalloc" not in r.out, r


def test_a_module_that_does_not_return_keeps_its_slot(vm):
    """Init that hangs or turns in a loop, exit that hangs: the shell goes on, so do other modules, and the slot stays taken."""
    start = {"hang_init": "insmod left_running what=hang_init ms=100000000 &\n",
             "spin_init": "insmod left_running what=spin_init ms=100000000 &\n",
             "hang_exit": "insmod left_running what=hang_exit ms=100000000\nrmmod left_running &\n"}
    for what, state in (("hang_init", "Loading"), ("spin_init", "Loading"), ("hang_exit", "Unloading")):
        # With two slots: the one that hangs has the first, off the list, too; then there is one for all others.
        r = vm(start[what] + """until lsmod | grep %s; do sleep 0.1; done
rmmod left_running; echo rmmod $?; rmmod -f left_running; echo rmmod -f $?
echo leak > %soot_list; insmod leak && cat /sys/module/leak/memory
insmod left_running & p=$!; sleep 0.5; kill -INT $p; wait $p; echo second insmod $?
echo dangling_file > %soot_list; insmod dangling_file || echo status $?; rmmod leak; dmesg | grep oot-kmalloc; ls /; echo end
""" % (state, PARAMS, PARAMS), append="kfence.sample_interval=0 module.oot_slots=2 module.oot_list=left_running", smp=1)
        assert re.search(r"^left_running +\d+ +\d+ \(%s\)$" % state, r.out, re.M), r
        busy = r"rmmod: ERROR: could not remove 'left_running': Device or resource busy\nModule left_running is not live\n"
        assert re.search(busy + "rmmod 1\n" + busy + "rmmod -f 1\n", r.out), r
        assert "Module left_running use oot-kmalloc-0." in r.out and "Module leak use oot-kmalloc-1." in r.out, r
        assert "live: 8 objects, 512 bytes" in r.lines, r
        assert "dangling_file: no oot-kmalloc slot is free: all 2 hold pages of other modules" in r.out and "status 1" in r.lines, r
        # Who loads it a second time waits for the outcome, and can be interrupted.
        assert "second insmod 1" in r.out, r
        assert "Module leak left 4 objects, 256 bytes" in r.out and r.lines[-1] == "end", r


# ---- Modversions ----

def patched(tmp_path, arch, change):
    """stomper.ko with its table of versions changed: change(entries) on [name] -> crc."""
    data = bytearray(open(os.path.join(TREE, "build", arch, "modules", "stomper.ko"), "rb").read())
    at = data.find(b"__kmalloc\0" + b"\0" * 40)
    assert at > 0
    change(data, at)
    path = tmp_path / ("stomper_%s.ko" % arch)
    path.write_bytes(data)
    return str(path)


def test_a_rewritten_symbols_version_is_checked(vm, tmp_path):
    """__kmalloc is bound to the slot's, and checked as __kmalloc: a real mismatch is caught, a missing CRC told once."""
    def other_crc(data, at):
        data[at - 8] ^= 1

    def other_name(data, at):
        data[at:at + 9] = b"__kmallox"
    append = "module.oot_list=stomper kfence.sample_interval=0"
    r = vm("insmod stomper; rmmod stomper", append=append)
    assert "no symbol version" not in r.out and "Module stomper use oot-kmalloc-0." in r.out, r
    r = vm("insmod /lib/modules/bad.ko; echo status $?; lsmod | grep -c stomper", append=append,
           add=patched(tmp_path, vm.arch, other_crc) + ":/lib/modules/bad.ko")
    assert "stomper: disagrees about version of symbol __kmalloc" in r.out and "status 1" in r.lines, r
    assert "Module stomper use" not in r.out, r
    r = vm("insmod /lib/modules/bad.ko; echo status $?; rmmod stomper", append=append,
           add=patched(tmp_path, vm.arch, other_name) + ":/lib/modules/bad.ko")
    assert r.out.count("no symbol version for __kmalloc") == 1 and "status 0" in r.lines, r


# ---- The table ----

def test_the_table_of_bugs(vm):
    """docs/isolation.md has what tests/system/isolation_table.py prints, on both machines."""
    r = subprocess.run([sys.executable, os.path.join(TREE, "tests", "system", "isolation_table.py"), "--arch", vm.arch],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    text = r.stdout.decode()
    assert r.returncode == 0, text
    with open(os.path.join(TREE, "docs", "isolation.md")) as f:
        assert text in f.read(), text
