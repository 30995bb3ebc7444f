# SPDX-License-Identifier: MIT
"""How often KFENCE catches a bug: always in full mode; when sampling, as often as docs/kfence.md forecasts."""
import math
import os
import random
import re
import shutil
import subprocess

import pytest

import detection_table
import sampling_model as model
from conftest import TREE


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


def test_a_pause_makes_the_catch(vm, tmp_path):
    """Why the tables' columns for sampling are low: what counts is how long it was quiet before the bad allocation.

    Two bugs, of which the second bites on one edge only, each in one allocation of 21. Four standard deviations, so that a
    right forecast is refused once in 16,000 times; that all allocations are taken alike would be 5 catches of 300.
    """
    shutil.copy(os.path.join(TREE, "tests", "system", "modules", "kfence_gap.c"), str(tmp_path))
    (tmp_path / "Makefile").write_text("obj-m := kfence_gap.o\n")
    subprocess.run(["make", "-s", "-C", TREE, "ARCH=" + vm.arch, "M=" + str(tmp_path), "modules"], check=True)
    rounds, cases = 300, [("quiet_us=300", 1.0), ("quiet_us=300 past_end=1", 0.5), ("quiet_us=0", 1.0)]
    look = "cat /proc/uptime; grep -E 'total (slab alloc|page alloc|bugs)' /sys/kernel/debug/kfence/stats\n"
    r = vm(look + "".join("insmod kfence_gap rounds=%d %s\n" % (rounds, options) + look + "rmmod kfence_gap\n" for options, _ in cases)
           + "dmesg | grep 'quiet for'", append="kfence.sample_interval=1 loglevel=1", smp=1, icount=True, timeout=180,
           add=tmp_path / "kfence_gap.ko")
    assert r.status == 0, r
    up = [float(x) for x in re.findall(r"^(\d+\.\d+) ", r.out, re.M)]
    slab, page, bugs = ([int(n) for n in re.findall(r"^total %s: (\d+)$" % what, r.out, re.M)]
                        for what in ("slab allocations", "page allocations", "bugs"))
    quiet = [int(ns) for ns in re.findall(r"%d rounds, quiet for (\d+) ns" % rounds, r.out)]
    assert len(up) == len(slab) == len(bugs) == len(quiet) + 1 == len(cases) + 1, r
    for i, (options, side) in enumerate(cases):
        p = model.chance_after_pause(quiet[i] / rounds / 1e9, 0.001, side)
        wanted, caught = rounds * p, bugs[i + 1] - bugs[i]
        guarded = slab[i + 1] + page[i + 1] - slab[i] - page[i]
        print("%s: caught %d of %.1f forecast; %d guarded in %.2f s" % (options, caught, wanted, guarded, up[i + 1] - up[i]))
        assert abs(caught - wanted) <= 4 * math.sqrt(wanted * (1 - p)) + 1, (options, caught, wanted)
        # A sample per millisecond, as far as two decimals of a second tell: no more were there to be had.
        assert abs(guarded - 1000 * (up[i + 1] - up[i])) < 25, (options, guarded)
