# SPDX-License-Identifier: MIT
"""How often KFENCE catches a bug: always in full mode; when sampling, as often as docs/kfence.md forecasts."""
import math
import random
import re

import pytest

import detection_table
import sampling_model as model


def test_full_mode_catches_every_sample_ten_times_of_ten(arch):
    bugs, others = detection_table.sample_bugs()
    assert len(bugs) >= 18 and "uaf_read" in bugs and "null_deref" in others
    found = detection_table.catches(arch, -1, 1, bugs)
    once = {b: runs for b, runs in found.items() if b != "stomper"}
    assert all(runs == [1] * detection_table.RUNS for runs in once.values()), found
    assert found["stomper"] == [4] * detection_table.RUNS, found


def test_off_catches_none(arch):
    """The other end of the scale, and proof that the counting is not of something else."""
    assert detection_table.catches(arch, 0, 2, ["uaf_read", "redzone"], runs=1) == {"uaf_read": [0], "redzone": [0]}


@pytest.mark.parametrize("rate, share, interval, uptime, machines, side", [
    (1000, 0.01, 0.1, 10, 1, 1.0),
    (1000, 0.01, 0.1, 10, 1, 0.5),      # the bug bites on one edge only
    (5, 0.05, 0.1, 10, 1, 1.0),         # fewer allocations than ticks: many a tick has none
    (200, 0.004, 0.01, 0.5, 5, 1.0),    # a fleet
])
def test_simulation_agrees_with_the_formula(rate, share, interval, uptime, machines, side):
    fleets, dice = 3000, random.Random(20)
    runs = [simulated for simulated in (model.simulate(dice, rate, share, interval, uptime, machines, side) for _ in range(fleets))]
    forecast = model.chance(share, model.samples(rate, interval, uptime, machines), side)
    assert 0.1 < forecast < 0.9     # else it would agree with anything
    hit = sum(caught > 0 for _, caught in runs) / fleets
    assert abs(hit - forecast) < 4 * math.sqrt(forecast * (1 - forecast) / fleets), (hit, forecast)
    mean = sum(guarded for guarded, _ in runs) / fleets
    assert abs(mean / model.samples(rate, interval, uptime, machines) - 1) < 0.03, mean


def real_run(vm, interval_ms, requests, every, work):
    """Guest seconds, guarded allocations, bugs committed, bugs caught. The guest's clock counts instructions, so it repeats."""
    look = "cat /proc/uptime; grep -E 'total (slab alloc|page alloc|bugs)' /sys/kernel/debug/kfence/stats\n"
    r = vm(look + "insmod rare_uaf requests=%d every=%d work=%d\n" % (requests, every, work) + look + "dmesg | grep 'after their free'",
           append="kfence.sample_interval=%d loglevel=1" % interval_ms, smp=1, icount=True, timeout=180)
    assert r.status == 0, r
    up = [float(x) for x in re.findall(r"^(\d+\.\d+) ", r.out, re.M)]
    slab, page, bugs = ([int(n) for n in re.findall(r"^total %s: (\d+)$" % what, r.out, re.M)]
                        for what in ("slab allocations", "page allocations", "bugs"))
    committed = int(re.search(r"requests, (\d+) used after", r.out)[1])
    return up[1] - up[0], slab[1] + page[1] - slab[0] - page[0], committed, bugs[1] - bugs[0]


def test_a_real_run_agrees_with_the_forecast(vm):
    """Five standard deviations: of some 100 expected, 40 more or less."""
    interval_ms, requests, every = 2, 12000, 3
    seconds, guarded, committed, caught = real_run(vm, interval_ms, requests, every, work=12000)
    assert committed == requests // every
    forecast = model.samples(requests / seconds, interval_ms / 1000, seconds)
    print("%.2f s: guarded %d of %.0f forecast, caught %d of %.0f" % (seconds, guarded, forecast, caught, forecast / every))
    assert abs(guarded / forecast - 1) < 0.1, (guarded, forecast)
    wanted = forecast / every
    assert wanted > 80 and abs(caught - wanted) < 5 * math.sqrt(wanted * (1 - 1 / every)), (caught, wanted)
