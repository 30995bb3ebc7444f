# SPDX-License-Identifier: MIT
"""The suites in the kernel (tests/kunit), by KTAP: every case must be "ok"."""
import re

import pytest


def check(r):
    text = re.sub(r"^\[ *\d+\.\d+\] ?", "", r.out, flags=re.M)
    failed = re.findall(r"(?:^.*\n){0,25}^    not ok .*|^not ok .*", text, re.M)
    assert not failed, "\n...\n".join(failed)
    assert r.status == 0, r
    assert "# audit: 0 writable aliases of sealed memory" in text, r
    for indent in ("", "    "):       # suites, then their cases: none was lost on the way
        done = len(re.findall(r"^%sok \d+ " % indent, text, re.M))
        plan = sum(int(n) for n in re.findall(r"^%s1\.\.(\d+)$" % indent, text, re.M))
        assert done == plan > 0, r


@pytest.mark.parametrize("smp", [1, 2, 4])
def test_suites(vm, smp):
    """All suites in one boot."""
    check(vm("", append="kunit", smp=smp, mem="1G", timeout=500))


def test_preemption_between_any_two_instructions(vm):
    """Where an instruction is a nanosecond, the interrupt comes at each point of a thread's end."""
    check(vm("", append="kunit=sched.preemption_at_the_end_of_a_thread", smp=1, icount=True))
