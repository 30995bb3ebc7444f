# SPDX-License-Identifier: MIT
"""Everything that README.md and docs/ show is replayed here."""
import re
import subprocess

import pytest

import transcript
from conftest import TREE

BLOCKS = transcript.find(TREE)
MARK = "=-=step"
# After whatever a transcript has done, nothing that is sealed can be written; unless it ends the machine.
AUDIT = "grep aliases: /sys/kernel/debug/pmalloc/audit"
ENDED = r"^\[[ 0-9.]+\] (Kernel panic - not syncing|reboot: )"


def check(block, outputs):
    for (command, expected), got in zip(block.steps, outputs):
        assert transcript.matches(expected, got), "%r: after `%s`\n--- expected\n%s\n--- got\n%s" % (
            block, command, "\n".join(expected), "\n".join(got))


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "transcript"], ids=repr)
def test_guest_transcript(block, vm):
    options = dict(block.options)
    if options.pop("arch", vm.arch) != vm.arch:
        return      # shown for the other processor
    script = "".join("echo %s%d\n%s\n" % (MARK, i, c) for i, (c, _) in enumerate(block.steps))
    r = vm(script + "echo %s%d\n%s\n" % (MARK, len(block.steps), AUDIT), **options)
    parts = re.split(r"^%s\d+\n" % MARK, r.out, flags=re.M)
    if not re.search(ENDED, r.out, re.M):
        assert len(parts) == len(block.steps) + 2, r
        assert parts.pop().strip() == "writable aliases: 0", r
    assert len(parts) == len(block.steps) + 1, r
    check(block, [p.splitlines() for p in parts[1:]])


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "host"], ids=repr)
def test_host_transcript(block):
    outputs = []
    for command, _ in block.steps:
        r = subprocess.run(["bash", "-c", command], cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           stdin=subprocess.DEVNULL, timeout=300)
        outputs.append(r.stdout.decode(errors="replace").splitlines())
    check(block, outputs)


def test_matching():
    """The matcher itself: it must be able to fail."""
    m = transcript.matches
    assert m(["a…c"], ["abbc"]) and not m(["a…c"], ["abb"])
    assert m(["…", "x"], ["1", "2", "x"]) and m(["…", "x"], ["x"]) and not m(["…", "x"], ["1"])
    assert not m([], ["x"]) and not m(["x"], []) and m(["a", "…"], ["a"])
