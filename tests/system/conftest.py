# SPDX-License-Identifier: MIT
"""System tests boot Paddock with tools/vm and look at what its console prints.

A test that takes the fixture `vm` runs once for each architecture (--arch limits it).
"""
import os
import re
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
ARCHES = ("x86_64", "arm64")


def pytest_addoption(parser):
    parser.addoption("--arch", action="append", choices=ARCHES, help="only this architecture")


def pytest_generate_tests(metafunc):
    if "arch" in metafunc.fixturenames:
        metafunc.parametrize("arch", metafunc.config.getoption("--arch") or ARCHES, scope="session")


# A guest that failed like this is not tried again (make test-again): what is rare in a kernel is a race, not bad luck.
PANICKED = os.path.join(TREE, "build", "test-panicked")


def pytest_runtest_logreport(report):
    if report.failed and re.search(r"Kernel panic|Internal error|Oops: |BUG: (?!KFENCE|pmalloc)", report.longreprtext):
        with open(PANICKED, "a") as f:
            f.write(report.nodeid + "\n")


SHOWN = 8000    # characters of a failed run's output, its end


class Result(str):
    """A string, because pytest shortens what else `assert …, result` says to a few words."""

    def __new__(cls, out, err, status):
        r = super().__new__(cls, "status %d\n--- out\n%s\n--- err\n%s" % (status, out[-SHOWN:], err[-SHOWN:]))
        r.out, r.err, r.status = out, err, status
        r.lines = out.splitlines()
        return r


class VM:
    """vm('commands', append='…', smp=1, …): boots, runs the commands, gives output and status."""

    def __init__(self, arch):
        self.arch = arch

    def __call__(self, commands, append="", timeout=60, **options):
        argv = [os.path.join(TREE, "tools", "vm"), "--arch", self.arch, "--append", append,
                "--timeout", str(timeout)]
        for name, value in options.items():
            for v in value if isinstance(value, (list, tuple)) else [value]:
                argv.append("--" + name.replace("_", "-"))
                if v is not True:
                    argv[-1] += "=" + str(v)
        r = subprocess.run(argv + ["-c", commands], capture_output=True, timeout=timeout + 30)
        return Result(r.stdout.decode(errors="replace"), r.stderr.decode(errors="replace"), r.returncode)


@pytest.fixture
def vm(arch):
    return VM(arch)


@pytest.fixture
def tree():
    return TREE
