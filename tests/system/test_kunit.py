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


BROKEN = r"""
#include <kunit/test.h>
#include <linux/module.h>

static void good(struct kunit *test) { }
static int *nowhere;
static noinline void crash(void) { WRITE_ONCE(*nowhere, 1); }
static int suite_crashes(struct kunit_suite *suite) { crash(); return 0; }
static int suite_refuses(struct kunit_suite *suite) { return -ENODEV; }
static void exit_crashes(struct kunit_suite *suite) { crash(); }
static int init_crashes(struct kunit *test) { crash(); return 0; }
static int init_asserts(struct kunit *test) { KUNIT_ASSERT_TRUE(test, !test); return 0; }
static void case_exit_crashes(struct kunit *test) { crash(); }
static const void *params_crash(const void *prev, char *desc) { if (prev) crash(); return desc; }
static const void *long_name(const void *prev, char *desc) { memset(desc, 'x', KUNIT_PARAM_DESC_SIZE); return prev ? NULL : desc; }

static struct kunit_case two[] = { KUNIT_CASE(good), KUNIT_CASE(good), {} };
static struct kunit_case none[] = { {} };
static struct kunit_case params[] = { KUNIT_CASE_PARAM(good, params_crash), KUNIT_CASE_PARAM(good, long_name), {} };
static struct kunit_suite a = { .name = "a", .suite_init = suite_crashes, .test_cases = two };
static struct kunit_suite b = { .name = "b", .suite_init = suite_refuses, .test_cases = two };
static struct kunit_suite c = { .name = "c", .suite_exit = exit_crashes, .test_cases = two };
static struct kunit_suite d = { .name = "d", .init = init_crashes, .test_cases = two };
static struct kunit_suite e = { .name = "e", .init = init_asserts, .test_cases = two };
static struct kunit_suite f = { .name = "f", .exit = case_exit_crashes, .test_cases = two };
static struct kunit_suite g = { .name = "g", .test_cases = params };
static struct kunit_suite h = { .name = "h", .test_cases = none };
static struct kunit_suite i = { .name = "i", .suite_init = suite_crashes, .test_cases = none };
static struct kunit_suite same = { .name = "h", .test_cases = two };
static struct kunit_suite odd = { .name = "../x", .test_cases = two };
kunit_test_suites(&a, &b, &c, &d, &e, &f, &g, &h, &h, &i, &same, &odd);
MODULE_LICENSE("GPL");
"""

# What the loader refuses: KUnit would read, or write, where nothing is.
UNSOUND = {
    "nocases": 'static struct kunit_suite s = { .name = "s" };',
    "noname": 'static struct kunit_case c[] = { { .run_case = good }, {} }; static struct kunit_suite s = { .name = "s", .test_cases = c };',
    "noend": 'static struct kunit_case c[] __section(".data.zzz") = { KUNIT_CASE(good), KUNIT_CASE(good) };'
             'static struct kunit_suite s = { .name = "s", .test_cases = (struct kunit_case *)((char *)c + 4) };',
    "constant": 'static const struct kunit_suite k = { .name = "s" };\n#define s (*(struct kunit_suite *)&k)',
}


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


def test_broken_suites_do_not_take_the_loading_shell_along(vm, arch, tmp_path):
    """Whatever a suite does, its KTAP is well-formed, the load ends, and other modules can come and go."""
    sources = {"broken": BROKEN}
    for name, text in UNSOUND.items():
        sources[name] = "#include <kunit/test.h>\n#include <linux/module.h>\nstatic void good(struct kunit *test) { }\n" + text + \
            '\nkunit_test_suites(&s);\nMODULE_LICENSE("GPL");\nvoid *use_%s = good;\n' % name
    for name, text in sources.items():
        (tmp_path / (name + ".c")).write_text(text)
    (tmp_path / "Makefile").write_text("obj-m := %s\n" % " ".join(n + ".o" for n in sources))
    subprocess.run(["make", "-s", "ARCH=" + arch, "M=%s" % tmp_path, "modules"], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    dir = "/sys/kernel/debug/kunit"
    r = vm("echo == load\ninsmod broken; echo insmod $?\necho == after\nls -1 %s\ncat %s/h/results | tail -n 1\n" % (dir, dir) +
           "echo 1 > %s/a/run; echo again $?\ninsmod kunit_sample && rmmod kunit_sample; rmmod broken; echo rmmod $?\nls %s\n" % (dir, dir) +
           "echo == unsound\n" + "".join("insmod %s 2>&1; echo %s $?\n" % (n, n) for n in UNSOUND) + "lsmod\necho == end\n",
           add=[tmp_path / (n + ".ko") for n in sources], smp=2)
    parts = sections(r.out)
    top = ktap.parse(parts["load"])
    assert [(s.name, s.ok, [c.ok for c in s.children]) for s in top.children] == [
        ("a", False, [False] * 2), ("b", False, [False] * 2), ("c", False, [True] * 2), ("d", False, [False] * 2),
        ("e", False, [False] * 2), ("f", False, [False] * 2), ("g", False, [False, True]), ("h", True, []), ("h", True, []),
        ("i", False, []), ("h", True, [True] * 2), ("../x", True, [True] * 2)], r
    assert "insmod 0\n" in parts["load"] and re.search(r"^again 0$", parts["after"], re.M), r
    assert parts["after"].startswith("a\nb\nc\nd\ne\nf\ng\nh\ni\nok 1 h\n"), r
    assert parts["after"].endswith("\nrmmod 0\n"), r
    for name in UNSOUND:
        assert re.search("^%s: KUnit suite 0 is not in the module's data, or its list of cases does not end there$" % name,
                         parts["unsound"], re.M), r
        assert re.search("^%s 1$" % name, parts["unsound"], re.M), r
    assert not re.search(r"^(broken|nocases|noname|noend|constant) +\d{3,}", parts["unsound"], re.M), r


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
