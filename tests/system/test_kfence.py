# SPDX-License-Identifier: MIT
"""The whole line: a buggy module is loaded, KFENCE catches it, the report names the culprit."""
import re

import pytest

FULL = "kfence.sample_interval=-1"
FRAME = r" \S+\+0x[0-9a-f]+/0x[0-9a-f]+( \[\w+\])?"


def report(r):
    """The lines of the one report, without time stamps."""
    lines = [re.sub(r"^\[ *\d+\.\d+\] ?", "", l) for l in r.lines]
    bars = [i for i, l in enumerate(lines) if l == "=" * 66]
    assert len(bars) == 2, r
    return lines[bars[0] + 1:bars[1]]


@pytest.mark.parametrize("smp", [1, 2, 4])
def test_out_of_bounds_write_of_an_isolated_module(vm, smp):
    r = vm("insmod oob_write; cat /sys/kernel/debug/kfence/stats", append=FULL + " module.oot_list=oob_write", smp=smp)
    assert r.status == 0, r
    assert re.search(r"Module oob_write use oot-kmalloc-0\.$", r.out, re.M), r
    rep = report(r)
    assert re.fullmatch(r"BUG: KFENCE: out-of-bounds write in [\w.]+\+0x[0-9a-f]+/0x[0-9a-f]+ \[oob_write\]", rep[0]), r
    assert rep[1] == ""
    assert re.fullmatch(r"Out-of-bounds write at 0x[0-9a-f]{16} \(\d+B right of kfence-#\d+\):", rep[2]), r
    assert re.fullmatch(FRAME, rep[3]) and "[oob_write]" in rep[3]
    text = "\n".join(rep)
    assert re.search(r"^kfence-#\d+: 0x[0-9a-f]{16}-0x[0-9a-f]{16}, size=\d+, cache=oot-kmalloc-0-\w+$", text, re.M), r
    assert re.search(r"^allocated by task \d+ on cpu \d+ at \d+\.\d{6}s \(\d+\.\d{6}s ago\):\n" + FRAME, text, re.M), r
    assert re.search(r"^CPU: \d+ PID: \d+ Comm: insmod ", text, re.M), r
    assert re.search(r"^total bugs: 1$", r.out, re.M), r


def test_issue_line_uaf(vm):
    """`insmod uaf_read; lsmod; dmesg | grep KFENCE`: just that, and the last command's status."""
    r = vm("insmod uaf_read; lsmod; dmesg | grep KFENCE", append=FULL)
    assert r.status == 0, r
    assert re.search(r"^Module +Size +Used by$", r.out, re.M), r
    assert re.search(r"^uaf_read +\d+ +0", r.out, re.M), r
    assert "BUG: KFENCE: use-after-free read in " in r.lines[-1] and "[uaf_read]" in r.lines[-1], r


CASES = [
    ("oob_write", r"BUG: KFENCE: out-of-bounds write in [\w.]+\+\S+ \[oob_write\]"),
    ("oob_read", r"BUG: KFENCE: out-of-bounds read in [\w.]+\+\S+ \[oob_read\]"),
    ("uaf_read", r"BUG: KFENCE: use-after-free read in [\w.]+\+\S+ \[uaf_read\]"),
    ("uaf_write", r"BUG: KFENCE: use-after-free write in [\w.]+\+\S+ \[uaf_write\]"),
    ("double_free", r"BUG: KFENCE: invalid free in [\w.]+\+\S+ \[double_free\]"),
    ("invalid_free", r"BUG: KFENCE: invalid free in [\w.]+\+\S+ \[invalid_free\]"),
    ("redzone", r"BUG: KFENCE: memory corruption in [\w.]+\+\S+ \[redzone\]"),
]


def test_every_sample_is_caught_in_full_mode(vm):
    script = "".join("insmod %s\nrmmod %s\n" % (m, m) for m, _ in CASES) + "echo alive"
    r = vm(script, append=FULL)
    assert r.lines[-1] == "alive", r
    for name, title in CASES:
        assert len(re.findall(title, r.out)) == 1, (name, r)


def test_correct_modules_are_silent(vm):
    r = vm("for m in hello params; do insmod $m; rmmod $m; done; grep 'total bugs' /sys/kernel/debug/kfence/stats", append=FULL)
    assert r.lines[-1] == "total bugs: 0" and "BUG" not in r.out, r


def test_sampling_catches_in_time(vm):
    """A module that errs again and again is caught: a hundred samples a ms, of the thousands that loading makes."""
    r = vm("for i in $(seq 1 40); do insmod uaf_read; rmmod uaf_read; sleep 0.005; done; "
           "grep 'total bugs' /sys/kernel/debug/kfence/stats", append="kfence.sample_interval=1 kfence.burst=100 loglevel=1", smp=1)
    assert r.status == 0 and int(r.lines[-1].split()[-1]) >= 1, r


def test_off_means_off(vm):
    r = vm("cat /sys/module/kfence/parameters/sample_interval; insmod uaf_read; echo done", append="kfence.sample_interval=0")
    assert r.lines[0] == "0" and "BUG: KFENCE" not in r.out and r.lines[-1] == "done", r


def test_run_time_switching(vm):
    r = vm("""cd /sys/module/kfence/parameters
echo 64 > num_objects; echo $?
echo -1 > sample_interval; echo $?; cat sample_interval num_objects
insmod uaf_read
echo 0 > sample_interval; cat sample_interval
rmmod uaf_read; echo done
""", append="kfence.sample_interval=0")
    assert r.lines[:4] == ["0", "0", "-1", "64"] or "64" in r.out, r
    assert "BUG: KFENCE: use-after-free read" in r.out, r
    assert r.lines[-1] == "done", r


def test_kfence_sh(vm):
    """The vendor's script: its messages, a pool for the fullest node of each slab, nothing else guarded."""
    r = vm("""kfence.sh; echo status $?
kfence.sh kmalloc-64 kmalloc-65; echo status $?
cd /sys/kernel/slab; cat kmalloc-64/objects kmalloc-96/objects > /tmp/objects
kfence.sh kmalloc-64 kmalloc-96; echo status $?
cat /tmp/objects /sys/module/kfence/parameters/num_objects /sys/module/kfence/parameters/pool_mode
cat /sys/module/kfence/parameters/sample_interval /sys/module/kfence/parameters/order0_page
grep -l 1 */kfence_enable
insmod redzone; rmmod redzone; insmod uaf_read; rmmod uaf_read
""", append="kfence.sample_interval=100", smp=2, numa=2)
    text = r.out
    assert "err: please input slabs\nstatus 1\nerr: slab kmalloc-65 not exist!\nstatus 1\n" in text, r
    want = int(re.search(r"^recommend num_objects per node: (\d+)$", text, re.M)[1])
    assert "kfence is running, disable it and wait...\n" in text and "kfence enabled!\nstatus 0\n" in text, r
    # KFENCE's own messages come in between; a node without objects is not named.
    said = re.sub(r"^\[[ \d.]+\] kfence: .*\n", "", text, flags=re.M)
    slabs = [nodes for nodes in re.findall(r"^\d+( N0=\d+)?( N1=\d+)?$", said, re.M) if any(nodes)]
    assert len(slabs) == 2, r
    most = [max(int(n.split("=")[1]) for n in nodes if n) for nodes in slabs]
    # Between its look and ours some objects come and go.
    assert most[0] > 100 and abs(want - sum(most)) < 50, (want, most, r)
    assert "\n%d\nnode\n-1\n0\nkmalloc-64/kfence_enable\nkmalloc-96/kfence_enable\n" % want in said, r
    assert re.findall(r"BUG: KFENCE: .* in (\w+)", text) == ["redzone_init"], r


def test_kfence_sh_in_vain(vm):
    """A pool that cannot be had: the script says so and fails."""
    r = vm("cd /sys/module/kfence/parameters; echo 1 > lock; kfence.sh kmalloc-64; echo status $?", append="kfence.sample_interval=0")
    assert r.lines[-2:] == ["err: kfence enable fail!", "status 1"], r
