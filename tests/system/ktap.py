# SPDX-License-Identifier: MIT
"""A reader of KTAP, as strict as its specification (Linux, Documentation/dev-tools/ktap.rst, version 1).

    version line    KTAP version 1
    plan            1..N, once, before the first result; may be missing
    result          ok|not ok NUMBER[ -][ DESCRIPTION][ # DIRECTIVE[ DIAGNOSTIC]]; numbers count from 1
    diagnostic      # anything
    a nested test   a KTAP of its own, further to the right, whose result line follows it at the outer level

Other lines are the kernel's and stand anywhere.
"""
import re

DIRECTIVES = ("SKIP", "TODO", "XFAIL", "TIMEOUT", "ERROR")
RESULT = re.compile(r"(not ok|ok) (\d+)(?: -)?(?: ([^#]*?))?(?: # *(\S+)(?: (.*))?)?$")


class BadKtap(Exception):
    pass


class Test:
    """One result, and what is nested in it. ok: True, False; skipped: by its directive."""

    def __init__(self, name=""):
        self.name, self.ok, self.skipped, self.diagnostic = name, None, False, None
        self.plan, self.children, self.comments = None, [], []

    def leaves(self):
        return sum((c.leaves() for c in self.children), []) if self.children else [self]

    def find(self, name):
        return next(c for c in self.children if c.name == name)


def parse(text):
    """The outermost test of the first KTAP in `text`; time stamps of the kernel's log may stand in front of its lines."""
    lines = [re.sub(r"^\[ *\d+\.\d+\] ?", "", x) for x in text.splitlines()]
    stack = []          # of [indentation, Test]: the KTAPs that are open, the outermost first
    nested = None       # one that ended, and waits for its result line
    top = None

    def close(to):
        """End what stands further to the right than `to`."""
        nonlocal nested
        while stack and stack[-1][0] > to:
            test = stack.pop()[1]
            if test.plan is not None and test.plan != len(test.children):
                raise BadKtap("%s: planned %d, ran %d" % (test.name, test.plan, len(test.children)))
            if nested:
                raise BadKtap("%s has no result line" % nested.name)
            nested = test

    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        body = line[indent:]
        if body.startswith("KTAP version "):
            if body != "KTAP version 1":
                raise BadKtap("unknown: " + body)
            if stack and indent <= stack[-1][0]:
                raise BadKtap("a version line within a test")
            stack.append([indent, Test()])
            top = top or stack[0][1]
            continue
        if not stack:
            continue
        plan, result = re.fullmatch(r"1\.\.(\d+)", body), RESULT.match(body)
        if not plan and not result:
            subtest = re.fullmatch(r"# Subtest: (.*)", body)
            if subtest and indent == stack[-1][0]:
                stack[-1][1].name = subtest[1]
            elif body.startswith("# ") and indent >= stack[0][0]:
                [test for at, test in stack if at <= indent][-1].comments.append(body)
            continue
        close(indent)
        if not stack or stack[-1][0] != indent:
            raise BadKtap("indented by %d: %s" % (indent, body))
        test = stack[-1][1]
        if plan:
            if test.plan is not None or test.children or nested:
                raise BadKtap("a plan too late: " + body)
            test.plan = int(plan[1])
            continue
        child, nested = nested or Test(), None
        name = (result[3] or "").strip()
        if child.children and child.name and child.name != name:
            raise BadKtap("%s ends as %s" % (child.name, name))
        child.name, child.ok = name, result[1] == "ok"
        if result[4] in DIRECTIVES:
            child.skipped, child.diagnostic = result[4] == "SKIP", result[5]
        test.children.append(child)
        if int(result[2]) != len(test.children):
            raise BadKtap("number %s, should be %d: %s" % (result[2], len(test.children), body))
        # What is around the subtests may fail by itself, and says so then.
        around = not child.ok and any(" failed" in c for c in child.comments)
        if child.children and child.ok != all(c.ok for c in child.children) and not around:
            raise BadKtap("%s is %s, what is in it is not" % (name, result[1]))
    close(-1)
    if not top:
        raise BadKtap("no KTAP")
    return top
