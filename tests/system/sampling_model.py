# SPDX-License-Identifier: MIT
"""The chance that sampling catches a bug: the formula of docs/kfence.md, and a simulation of the machines that it is about."""
import math
import random


def samples(rate, interval, uptime, machines=1):
    """How many allocations are guarded: one per interval in which there is any. @rate per second, @interval in seconds."""
    return machines * uptime / interval * (1 - math.exp(-rate * interval))


def chance(share, nr_samples, side=1.0):
    """That at least one of so many samples meets the bug. @share: of all allocations; @side: 1/2 if the edge matters."""
    return 1 - (1 - side * share) ** nr_samples


def chance_after_pause(gap, interval, side=1.0):
    """That an allocation which comes @gap after the one before it is guarded, and the bug seen: a tick must fall into the gap."""
    return side * min(1.0, gap / interval)


def simulate(dice, rate, share, interval, uptime, machines=1, side=1.0):
    """One fleet, event by event: allocations come by chance, each tick makes the next one guarded. Returns: (samples, catches)."""
    guarded = caught = 0
    for _ in range(machines):
        tick, now = 0.0, 0.0
        while True:
            # The token of this tick waits for the next allocation, and is replaced, not added to, by the next tick's.
            now = tick + dice.expovariate(rate)
            tick += interval * max(1, math.ceil((now - tick) / interval))
            if now >= uptime:
                break
            guarded += 1
            caught += dice.random() < share and dice.random() < side
    return guarded, caught


if __name__ == "__main__":
    print("one allocation in 100,000, 1,000 per second, interval 100 ms:")
    for machines in (1, 10, 100):
        print("%4d machines: " % machines + ", ".join("%s %.2f %%" % (name, 100 * chance(1e-5, samples(1000, 0.1, t, machines)))
                                                      for name, t in (("an hour", 3600), ("a day", 86400), ("a week", 604800))))
    dice = random.Random(1)
    fleets = 4000
    hit = sum(simulate(dice, 1000, 0.01, 0.1, 10)[1] > 0 for _ in range(fleets))
    print("simulated, one in 100, 10 s: %.1f %%; forecast: %.1f %%" % (100 * hit / fleets, 100 * chance(0.01, samples(1000, 0.1, 10))))
