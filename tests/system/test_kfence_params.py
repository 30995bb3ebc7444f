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
