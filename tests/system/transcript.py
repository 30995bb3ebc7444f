# SPDX-License-Identifier: MIT
"""Transcripts in README.md and docs/*.md: found here, replayed by test_docs.py.

    ```transcript
    $ make run APPEND='kfence.sample_interval=-1' SMP=2
    paddock:/# echo hello
    hello
    ```

A line behind the prompt is typed; a line that starts with "> " goes on with it. The lines that follow
are what the console must print: `…` stands for any text within a line, a line of `…` alone for
any number of lines (none, too). One block is one boot. How it is booted says the first line, without which
it is plain `make run`: APPEND, SMP, MEM, NUMA, ARCH (only on that one). (Or `append="…" smp=2` behind "transcript", where a reader
does not see it.)

    ```host
    $ tools/vm -c 'echo hello'
    hello
    ```

is the same for the host's shell, in the project's root.
"""
import glob
import os
import re
import shlex

PROMPT = "paddock:/# "
BOOT = "$ make run "


class Block:
    def __init__(self, path, line, kind):
        self.path, self.line, self.kind, self.options = path, line, kind, {}
        self.steps = []     # [command, [expected line, …]]

    def __repr__(self):
        return "%s:%d" % (os.path.basename(self.path), self.line)

    def add(self, text):
        start = PROMPT if self.kind == "transcript" else "$ "
        if self.kind == "transcript" and not self.steps and text.startswith(BOOT):
            for word in shlex.split(text[len(BOOT):]):
                name, value = word.split("=", 1)
                if name not in ("APPEND", "SMP", "MEM", "NUMA", "ARCH"):
                    raise ValueError("%s: %s is no option of `make run`" % (self, name))
                self.options[name.lower()] = value
        elif text.startswith(start):
            self.steps.append([text[len(start):], []])
        elif not self.steps:
            raise ValueError("%s: the first line is not a command" % self)
        elif text.startswith("> ") and not self.steps[-1][1]:
            self.steps[-1][0] += "\n" + text[2:]
        else:
            self.steps[-1][1].append(text)


def find(tree):
    blocks = []
    for path in [os.path.join(tree, "README.md")] + sorted(glob.glob(os.path.join(tree, "docs", "*.md"))):
        block = None
        with open(path) as f:
            for number, text in enumerate(f, 1):
                text = text.rstrip("\n")
                m = re.match(r"```(transcript|host)\b(.*)", text)
                if block is None and m:
                    block = Block(path, number, m[1])
                    block.options.update(w.split("=", 1) for w in shlex.split(m[2]))
                elif block is not None and text.startswith("```"):
                    blocks.append(block)
                    block = None
                elif block is not None:
                    block.add(text)
    return blocks


def line_matches(expected, got):
    parts = [re.escape(p) for p in expected.split("…")]
    return re.fullmatch(".*".join(parts), got.rstrip()) is not None


def matches(expected, got):
    """Do the expected lines, with their gaps, describe exactly the lines got?"""
    reach = {0}     # how many of the expected lines may be used up
    def close(positions):
        out = set(positions)
        for p in sorted(positions):
            while p < len(expected) and expected[p].strip() == "…":
                p += 1
                out.add(p)
        return out
    reach = close(reach)
    for line in got:
        step = set()
        for p in reach:
            if p < len(expected) and expected[p].strip() == "…":
                step.add(p)
            elif p < len(expected) and line_matches(expected[p].rstrip(), line):
                step.add(p + 1)
        reach = close(step)
        if not reach:
            return False
    return len(expected) in reach
