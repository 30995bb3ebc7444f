# SPDX-License-Identifier: MIT
"""KFENCE's generated programs (tests/kunit/kfence_gen.c), all of them, and with a seed that nobody has chosen.

QEMU runs the guest's CPUs one after the other here, each instruction a nanosecond: the result repeats, and does not
depend on how busy this machine is.
"""
import os
import random
import re

import pytest


@pytest.mark.parametrize("smp", [1, 2, 4])
def test_generated_programs(vm, smp):
    seed = int(os.environ.get("SEED", random.randrange(2, 1 << 31)))
    print("seed", seed)
    r = vm("", append="kunit=kfence_generated* kfence_gen.programs=2736 kfence_gen.seed=%d" % seed, smp=smp, icount=True,
           timeout=240)
    assert r.status == 0 and "not ok" not in r.out, r
    m = re.search(r"generated_bugs: seed %d: 2736 programs, (\d+) reports: (.*); (\d+) rightly silent" % seed, r.out)
    assert m and int(m[1]) >= 2000, r
    # Every class came up, and often.
    assert all(int(n) >= 100 for n in re.findall(r"\d+", m[2])), m[0]
    m = re.search(r"generated_correct: seed %d: (\d+) programs, \d+ of \d+ objects guarded, no report" % seed, r.out)
    assert m and int(m[1]) >= 2000, r


def test_init_on_free(vm):
    """The one case of Linux's suite that asks for an option of the kernel."""
    r = vm("", append="kunit=kfence*.test_init_on_free* init_on_free=1")
    assert r.status == 0 and "not ok" not in r.out and "SKIP" not in r.out, r
    assert len(re.findall(r" ok \d+ test_init_on_free(?:-memcache)?$", r.out, re.M)) == 4, r
