# SPDX-License-Identifier: MIT
"""The suites in the kernel (tests/kunit), by KTAP: every case must be "ok"."""
import re

import pytest


def check(r):
    text = re.sub(r"^\[ *\d+\.\d+\] ?", "", r.out, flags=re.M)
    assert not re.search(r"^ *not ok ", text, re.M), r
    assert r.status == 0, r
    cases = len(re.findall(r"^ +ok \d+ ", text, re.M))
    plan = sum(int(n) for n in re.findall(r"^ +1\.\.(\d+)$", text, re.M))
    assert cases == plan > 0, r       # none was lost on the way


@pytest.mark.parametrize("smp", [1, 2, 4])
def test_suites(vm, smp):
    check(vm("", append="kunit", smp=smp, mem="1G", timeout=500))
