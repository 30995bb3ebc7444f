# SPDX-License-Identifier: MIT
"""Modules seen from the shell: what a module leaves running when it goes."""
import re

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
