# SPDX-License-Identifier: MIT
"""Every file under kfence/parameters, fed with what it should not get: Linux's errno, nothing changed, nothing lost."""
import re

P = "/sys/module/kfence/parameters"
EINVAL, ERANGE = "Invalid argument", "Numerical result out of range"
BOOLS = ["order0_page", "check_on_panic", "rearm", "lock"]
NUMBERS = ["sample_interval", "num_objects", "burst", "skip_covered_thresh"]
BAD = {
    **{name: [("", EINVAL), ("abc", EINVAL), ("0x", EINVAL), ("1 2", EINVAL), ("99999999999999999999", ERANGE)] for name in NUMBERS},
    # As kstrtobool() has it: an empty text and a foreign letter are wrong, only the first letters count.
    **{name: [("", EINVAL), ("maybe", EINVAL), ("2", EINVAL), ("-1", EINVAL)] for name in BOOLS},
    "check": [("", EINVAL), ("maybe", EINVAL)],
    "fault": [("", EINVAL), ("explode", EINVAL), ("panic now", EINVAL)],
    "pool_mode": [("", EINVAL), ("nodes", EINVAL)],
}
BAD["num_objects"] += [("0", EINVAL), ("-1", EINVAL)]
BAD["burst"] += [("-1", EINVAL), ("4294967295", ERANGE)]
BAD["skip_covered_thresh"] += [("-1", EINVAL), ("18446744073709551615", ERANGE)]


def test_bad_values(vm):
    steps = [(name, value, words) for name, bad in BAD.items() for value, words in bad]
    script = "cd %s\nshow() { for f in *; do [ -r $f ] && echo $f $(cat $f); done; }\nshow\n" % P
    script += "".join("echo =-=%d; echo '%s' > %s; echo status $?\n" % (i, v, n) for i, (n, v, _) in enumerate(steps))
    script += "echo =-=end\nshow\n"
    r = vm(script, append="kfence.sample_interval=0 quiet")
    parts = re.split(r"^=-=\w+\n", r.out, flags=re.M)
    assert len(parts) == len(steps) + 2, r
    for (name, value, words), got in zip(steps, parts[1:-1]):
        assert words in got and "status 1" in got, (name, value, got)
    assert parts[0].split("\n") == parts[-1].split("\n"), "a refused value has changed something"


def test_pool_larger_than_memory(vm):
    """A clear line and ENOMEM; KFENCE stays off; memory stays whole; a pool that fits works afterwards."""
    free = "for s in /sys/kernel/slab/*/shrink; do echo 1 > $s; done; grep MemFree /proc/meminfo"
    r = vm("""cd %s
%s
for n in 100000 1000000 18446744073709551615; do echo $n > num_objects; echo -1 > sample_interval; echo status $?; cat sample_interval; done
%s
echo 255 > num_objects; echo -1 > sample_interval; echo status $?; cat sample_interval
""" % (P, free, free), append="kfence.sample_interval=0")
    assert r.out.count("write error: Cannot allocate memory") == 3 and r.lines.count("status 1") == 3, r
    assert len(re.findall(r"kfence: cannot enable: ", r.out)) == 3, r
    assert r.lines[-2:] == ["status 0", "-1"], r
    before, after = [int(n) for n in re.findall(r"MemFree: +(\d+) kB", r.out)]
    assert abs(before - after) <= 512, (before, after)


def test_pool_larger_than_memory_at_boot(vm):
    r = vm("dmesg | grep kfence; cat %s/sample_interval; insmod hello; echo alive" % P,
           append="kfence.sample_interval=-1 kfence.num_objects=1000000 kfence.booting_max=0-:8G")
    assert "kfence: cannot enable: " in r.out and "0" in r.lines and r.lines[-1] == "alive", r


def test_broken_booting_max(vm):
    """The host's unit test has every form; here: the line names the segment, the default is used."""
    r = vm("dmesg | grep kfence; cat %s/num_objects" % P, append="kfence.num_objects=4000 kfence.booting_max=0-128M:0,banana,256M-:2M")
    assert 'kfence: booting_max: bad segment "banana", using the default 0-128M:0,128M-256M:1M,256M-:2M' in r.out, r
    assert r.lines[-1] == "255", r


def test_racing_writers(vm):
    """Four shells switch and resize at once; each write is done or refused whole, and the last word counts."""
    r = vm("""cd %s
hammer() { for i in $(seq 1 6); do echo $1 > $2; done 2> /dev/null; echo $1 >> /tmp/done; }
hammer -1 sample_interval & hammer 0 sample_interval & hammer 300 num_objects & hammer abc num_objects & hammer node pool_mode & hammer global pool_mode &
while [ $(cat /tmp/done | wc -l) -lt 6 ]; do sleep 0.1; done
echo 0 > sample_interval; echo 128 > num_objects; echo global > pool_mode; echo -1 > sample_interval; echo status $?
cat sample_interval num_objects pool_mode
insmod uaf_read
""" % P, append="kfence.sample_interval=0 loglevel=4", smp=4, timeout=120)
    assert "BUG: KFENCE: use-after-free read" in r.out, r
    i = r.lines.index("status 0")
    assert r.lines[i + 1:i + 4] == ["-1", "128", "global"], r
    assert "WARNING" not in r.out and "Oops" not in r.out, r


def test_bad_values_on_the_command_line(vm):
    """Each is named, and the default holds; what is right beside them counts. Files that cannot be written or read say so."""
    bad = {"num_objects": "-5", "pool_mode": "both", "fault": "explode", "burst": "-1", "order0_page": "7", "sample_interval": "soon"}
    r = vm("cd %s; echo 0 > deferrable; echo 0-:1M > booting_max; cat check\n" % P
           + "for f in num_objects pool_mode fault burst order0_page sample_interval deferrable skip_covered_thresh; do echo $f $(cat $f); done\n"
           + "dmesg | grep 'invalid for parameter'",
           append=" ".join("kfence.%s=%s" % kv for kv in bad.items()) + " kfence.deferrable=1 kfence.skip_covered_thresh=50 loglevel=1")
    assert r.lines[:11] == ["sh: deferrable: Permission denied", "sh: booting_max: Permission denied", "cat: check: Permission denied",
                            "num_objects 255", "pool_mode global", "fault report", "burst 0", "order0_page 1", "sample_interval 100",
                            "deferrable 1", "skip_covered_thresh 50"], r
    for name, value in bad.items():
        assert re.search(r"Booting kernel: `%s' invalid for parameter `kfence\.%s'$" % (value, name), r.out, re.M), (name, r)
    assert len(r.lines) == 11 + len(bad), r


def test_fault_at_run_time(vm):
    """oops ends the thread that erred, and no other; report lets it go on; panic is the end. Each after the whole report."""
    r = vm("""cd %s
echo oops > fault; insmod uaf_read; echo status $?; insmod double_free; echo status $?
echo report > fault; insmod uaf_write; echo status $?
echo panic > fault; insmod redzone; echo still here
""" % P, append="kfence.sample_interval=-1 loglevel=8", smp=2)
    said = re.sub(r"^\[ *[\d.]+\] ?", "", r.out, flags=re.M)
    said = re.findall(r"^(BUG: KFENCE: [a-z-]+(?: [a-z]+)?|={66}|.*kfence\.fault=oops|kernel BUG|sh: Killed|status \d+|still here|"
                      r"Kernel panic - not syncing: kfence.fault=panic set)", said, re.M)
    oops = {"x86_64": "KFENCE: kfence.fault=oops", "arm64": "Internal error: KFENCE: kfence.fault=oops"}[vm.arch]
    bar = "=" * 66
    assert said == [bar, "BUG: KFENCE: use-after-free read", bar, oops, "sh: Killed", "status 137",
                    bar, "BUG: KFENCE: invalid free", bar, "kernel BUG", "sh: Killed", "status 137",
                    bar, "BUG: KFENCE: use-after-free write", bar, "status 0",
                    bar, "BUG: KFENCE: memory corruption", bar, "Kernel panic - not syncing: kfence.fault=panic set"], r
    assert r.status == 100, r
