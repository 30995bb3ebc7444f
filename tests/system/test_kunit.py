# SPDX-License-Identifier: MIT
"""The suites in the kernel (tests/kunit): every case must be "ok". What KUnit prints is read as KTAP, by the letter."""
import re
import subprocess

import ktap
import pytest
from conftest import TREE


def check(r):
    text = re.sub(r"^\[ *\d+\.\d+\] ?", "", r.out, flags=re.M)
    failed = re.findall(r"(?:^.*\n){0,25}^    not ok .*|^not ok .*", text, re.M)
    assert not failed, "\n...\n".join(failed)
    assert r.status == 0, r
    assert "# audit: 0 writable aliases of sealed memory" in text, r
    suites = ktap.parse(r.out)
    assert suites.plan and all(s.ok and s.plan and s.children for s in suites.children), r


@pytest.mark.parametrize("smp,numa", [(1, 1), (2, 1), (4, 1), (2, 2)], ids=["1", "2", "4", "numa"])
def test_suites(vm, smp, numa):
    """All suites in one boot."""
    check(vm("", append="kunit", smp=smp, numa=numa, mem="1G", timeout=500))


@pytest.mark.parametrize("suite", ["sched.preemption_at_the_end_of_a_thread", "preempt preempt_test.points=500"])
def test_preemption_between_any_two_instructions(vm, suite):
    """Where an instruction is a nanosecond, interrupts come at each point of a thread's end, at many of other acts."""
    check(vm("", append="kunit=" + suite, smp=1, icount=True, timeout=200))


# ---- What it prints ----

MANY_WAYS = r"""
#include <kunit/test.h>
#include <linux/module.h>

static void good(struct kunit *test) { KUNIT_EXPECT_EQ(test, 2, 2); }
static void bad(struct kunit *test) { int one = 1; KUNIT_EXPECT_EQ_MSG(test, one, 2, "of all things"); }
static void asserts(struct kunit *test) { KUNIT_ASSERT_TRUE(test, !test); kunit_info(test, "not reached\n"); }
static void crashes(struct kunit *test) { *(volatile int *)8 = 1; }
static void skips(struct kunit *test) { kunit_skip(test, "for a reason"); }
static const int numbers[] = { 1, 2, 3 };
static void describe(const int *n, char *text) { snprintf(text, KUNIT_PARAM_DESC_SIZE, "n is %d", *n); }
KUNIT_ARRAY_PARAM(numbers, numbers, describe);
static void odd(struct kunit *test) { KUNIT_EXPECT_TRUE(test, *(const int *)test->param_value & 1); }
static int fails_to_start(struct kunit *test) { return -ENODEV; }

static struct kunit_case ways_cases[] = {
	KUNIT_CASE(good), KUNIT_CASE(bad), KUNIT_CASE(asserts), KUNIT_CASE(crashes), KUNIT_CASE(skips),
	KUNIT_CASE_PARAM(odd, numbers_gen_params), {}
};
static struct kunit_case stuck_cases[] = { KUNIT_CASE(good), {} };
static struct kunit_case idle_cases[] = { KUNIT_CASE(skips), {} };
static struct kunit_suite ways = { .name = "ways", .test_cases = ways_cases };
static struct kunit_suite stuck = { .name = "stuck", .init = fails_to_start, .test_cases = stuck_cases };
static struct kunit_suite idle = { .name = "idle", .test_cases = idle_cases };
kunit_test_suites(&ways, &stuck, &idle);
MODULE_LICENSE("GPL");
"""


def judge(suite, name):
    """What must be said of each suite of MANY_WAYS, in the log and in its file."""
    assert suite.name == name and suite.ok == (name == "idle")
    if name == "ways":
        assert [(c.name, c.ok, c.skipped) for c in suite.children] == [
            ("good", True, False), ("bad", False, False), ("asserts", False, False), ("crashes", False, False),
            ("skips", True, True), ("odd", False, False)]
        assert suite.plan == 6 and suite.find("skips").diagnostic == "for a reason"
        assert [(c.name, c.ok) for c in suite.find("odd").children] == [("n is 1", True), ("n is 2", False), ("n is 3", True)]
        for words in ("# bad: EXPECTATION FAILED at .*ways.c:6", "# asserts: ASSERTION FAILED at .*ways.c:7", "# crashes: .*crashed",
                      "# ways: pass:1 fail:4 skip:1 total:6"):
            assert any(re.match(words, c) for c in suite.comments + suite.parent_comments), (words, suite.comments)
    elif name == "stuck":
        assert not suite.find("good").ok and any(re.match("# good: failed to initialize: -19", c) for c in suite.comments)
    else:
        assert suite.skipped and suite.find("skips").skipped


def sections(out):
    return dict(zip(*[iter(re.split(r"^== (.*)\n", out, flags=re.M)[1:])] * 2))


def test_a_modules_suites_are_read_and_run_again(vm, arch, tmp_path):
    (tmp_path / "ways.c").write_text(MANY_WAYS)
    (tmp_path / "Makefile").write_text("obj-m := ways.o\n")
    subprocess.run(["make", "-s", "ARCH=" + arch, "M=%s" % tmp_path, "modules"], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    dir = "/sys/kernel/debug/kunit"
    files = "".join("echo == %%s %s\ncat %s/%s/results\n" % (s, dir, s) for s in ("ways", "stuck", "idle"))
    r = vm("echo == load\ninsmod ways\n" + files.replace("%s ", "first ", 3) +
           "echo == again\necho 1 > %s/ways/run\n" % dir + files.replace("%s ", "second ", 3) +
           "rmmod ways\necho == gone\nls %s\n" % dir +
           # The filter holds for what is loaded from now on.
           "echo 'w*.[bg]*d' > /sys/module/kunit/parameters/filter_glob\necho == filtered\ninsmod ways; rmmod ways\n"
           "echo 'nobody' > /sys/module/kunit/parameters/filter_glob\necho == none\ninsmod ways; rmmod ways\necho == end\n",
           add=[tmp_path / "ways.ko"], smp=2)
    parts = sections(r.out)
    for part in ("load", "again"):
        top = ktap.parse(parts[part])
        assert [s.name for s in top.children] == (["ways", "stuck", "idle"] if part == "load" else ["ways"]), r
        for suite in top.children:
            suite.parent_comments = top.comments
            judge(suite, suite.name)
    for part in ("first ", "second "):
        for name in ("ways", "stuck", "idle"):
            top = ktap.parse(parts[part + name])
            top.children[0].parent_comments = top.comments
            judge(top.children[0], name)
            assert top.plan == len(top.children) == 1 and "= 1 (0x1)" in parts[part + "ways"], r
    assert parts["gone"] == "", r
    top = ktap.parse(parts["filtered"])
    assert [[c.name for c in s.children] for s in top.children] == [["good", "bad"]], r
    top = ktap.parse(parts["none"])
    assert top.plan == 0 and not top.children, r


def test_the_filter_of_the_command_line_holds_for_modules(vm):
    """Linux's parameter; it starts no run by itself."""
    r = vm("insmod kunit_sample; echo == file; cat /sys/kernel/debug/kunit/sample/results", append="kunit.filter_glob=s*.s*")
    assert [c.name for c in ktap.parse(sections(r.out)["file"]).children[0].children] == ["sqrt_of_squares", "stack_is_last_in_first_out",
                                                                        "sizes_have_names", "skipped"], r


@pytest.mark.parametrize("text, complaint", [
    ("", "no KTAP"),
    ("TAP version 14\n1..1\nok 1 a\n", "no KTAP"),
    ("KTAP version 2\n", "unknown"),
    ("KTAP version 1\n1..2\nok 1 a\n", "planned 2, ran 1"),
    ("KTAP version 1\n1..2\nok 1 a\nok 3 b\n", "number 3, should be 2"),
    ("KTAP version 1\nok 1 a\n1..1\n", "a plan too late"),
    ("KTAP version 1\n1..1\n    KTAP version 1\n    1..1\n    not ok 1 x\nok 1 a\n", "a is ok"),
    ("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: b\n    1..1\n    ok 1 x\nok 1 a\n", "b ends as a"),
    ("KTAP version 1\n1..1\n  ok 1 a\n", "indented by 2"),
])
def test_what_is_no_ktap_is_found(text, complaint):
    with pytest.raises(ktap.BadKtap, match=complaint):
        ktap.parse(text)
