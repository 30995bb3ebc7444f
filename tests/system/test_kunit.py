# SPDX-License-Identifier: MIT
"""The suites in the kernel (tests/kunit), by KTAP: every case must be "ok"."""
import re

import pytest


def ktap(r):
    return re.sub(r"^\[ *\d+\.\d+\] ?", "", r.out, flags=re.M)


def check(r):
    text = ktap(r)
    failed = re.findall(r"(?:^ +# .*\n(?:^ {8}.*\n)*)?^ *not ok .*", text, re.M)
    assert not failed, failed
    assert r.status == 0, r
    for indent in ("", "    "):       # suites, then their cases: none was lost on the way
        done = len(re.findall(r"^%sok \d+ " % indent, text, re.M))
        plan = sum(int(n) for n in re.findall(r"^%s1\.\.(\d+)$" % indent, text, re.M))
        assert done == plan > 0, r


@pytest.mark.parametrize("smp", [1, 2, 4])
def test_suites(vm, smp):
    """All suites in one boot, the quick loop. A suite that fails there has a boot of its own: memory is
    everybody's, so a case that counts free pages may count what another thread took. There it must pass."""
    r = vm("", append="kunit", smp=smp, mem="1G", timeout=500)
    failed = re.findall(r"^not ok \d+ (\S+)", ktap(r), re.M)
    if not failed:
        check(r)
    for suite in failed:
        print("again, alone:", suite, re.findall(r"^ *(?:# .*FAILED.*|not ok.*)", ktap(r), re.M))
        check(vm("", append="kunit=" + suite, smp=smp, mem="1G", timeout=300))
