# SPDX-License-Identifier: MIT
"""Bad input gets a clear error in Linux's words; nothing is lost, leaked or hung."""
import os
import random
import re

import pytest

from conftest import TREE

BROKEN = {
    "truncated": lambda b, other: b[:len(b) // 2],
    "header_only": lambda b, other: b[:64],
    "empty": lambda b, other: b"",
    "garbage": lambda b, other: random.Random(1).randbytes(20000),
    "text": lambda b, other: b"#!/bin/sh\necho not a module\n",
    "wrong_machine": lambda b, other: other,
}


def module(arch, name):
    with open(os.path.join(TREE, "build", arch, "modules", name + ".ko"), "rb") as f:
        return f.read()


def test_broken_modules(vm, tmp_path):
    other = module({"x86_64": "arm64", "arm64": "x86_64"}[vm.arch], "hello")
    files = []
    for name, make in BROKEN.items():
        path = tmp_path / (name + ".ko")
        path.write_bytes(make(module(vm.arch, "hello"), other))
        files.append(str(path))
    one_round = "".join("insmod /lib/modules/%s.ko; echo status $?\n" % name for name in BROKEN)
    script = "insmod hello; rmmod hello\n" + one_round + "insmod /no/such.ko; echo status $?\nlsmod | wc -l\n"
    # A leak grows with the rounds; what the slabs keep cached goes up and down.
    script += """used() { for s in /sys/kernel/slab/*/shrink; do echo 1 > $s; done; sleep 0.05; free | grep Mem; }
for round in 1 2 3 4 5 6; do
%s
used
done
""" % one_round.replace("echo status $?", "true")
    r = vm(script, add=files, append="loglevel=1", timeout=90)
    assert r.status == 0, r
    for name in BROKEN:
        assert re.search(r"insmod: ERROR: could not insert module \S*%s\.ko: (Invalid module format|Exec format error)" % name, r.out), (name, r)
    assert "insmod: ERROR: could not load module /no/such.ko: No such file or directory" in r.out, r
    assert len(re.findall(r"^status [1-9]", r.out, re.M)) == len(BROKEN) + 1, r
    used = [int(l.split()[2]) for l in r.lines if l.startswith("Mem:")]
    assert len(used) == 6 and min(used[3:]) <= max(used[:3]) + 16, used


def test_bad_slub_debug(vm):
    """Unknown letters are told and passed over, the rest counts; files of caches refuse what they cannot do."""
    r = vm("""dmesg | grep 'slub_debug option'
cd /sys/kernel/slab; cat kmalloc-64/red_zone kmalloc-64/poison kmalloc-8k/poison kmalloc-8k/red_zone kmalloc-32/sanity_checks
echo 2 > kmalloc-64/validate; echo 1 > kmalloc-32/validate; echo x > kmalloc-32/shrink
echo 1 > kmalloc-64/validate && echo 1 > kmalloc-32/shrink && echo good
""", append="slub_debug=FQ,nosuch;P,kmalloc-8k;zx-Z,*-64,")
    assert [l.split("] ")[1] for l in r.lines[:2]] == ["slub_debug option 'Q' unknown. skipped",
                                                      "slub_debug option 'x' unknown. skipped"], r
    assert r.lines[2:7] == ["1", "0", "1", "0", "0"], r
    assert r.lines[7:] == ["sh: write error: Invalid argument"] * 3 + ["good"], r


def test_bad_command_line_values(vm):
    r = vm("dmesg | grep -i -E 'kfence|loglevel|oot'; echo alive",
           append="kfence.sample_interval=soon kfence.num_objects=-3 kfence.booting_max=1-2-3 loglevel=high "
                  "module.oot_page_limit=many nosuch=1 kfence.nosuch=1 a.b.c=d =x ===")
    assert r.lines[-1] == "alive", r
    assert "`soon' invalid for parameter `kfence.sample_interval'" in r.out or \
           "kfence: `soon' invalid for parameter `sample_interval'" in r.out, r


@pytest.mark.parametrize("line,words", [
    ("if true", "syntax error"), ("for", "syntax error"), ("echo 'abc", "unterminated"), ("| cat", "syntax error"),
    ("echo $((1/0))", "division by"), ("nosuchcommand", "not found"), ("cat /nosuch", "No such file or directory"),
    ("cd /etc/vm-script", "Not a directory"), ("done", "syntax error"), ("( echo a", "syntax error"),
])
def test_bad_shell_lines(vm, tmp_path, line, words):
    path = tmp_path / "line"
    path.write_text(line + "\n")
    r = vm("sh /line; echo status $?; echo alive", add="%s:/line" % path)
    assert r.lines[-1] == "alive" and re.search(words, r.out), r
    assert re.search(r"^status [1-9]", r.out, re.M), r


# What each line says, or begins to say, on its first line. $n is 4096, dbl makes its argument 1024 times as long.
ODD_LINES = [
    ("dbl '$(' >x; sh x", "x: syntax error: nested too deeply (line 1, column 1)"),
    ("dbl '\"$(' >x; sh x", "x: syntax error: nested too deeply (line 1, column 1)"),
    ("dbl '$((1+(' >x; sh x", "x: syntax error: nested too deeply (line 1, column 1)"),
    ("dbl '( ' >x; sh x", "x: syntax error: nested too deeply (line 1)"),
    ("dbl 'if ' >x; sh x", "x: syntax error: nested too deeply (line 1)"),
    ("v=$(dbl '${x:-'); sh -c \"echo $v\"", "sh: syntax error: nested too deeply (line 1, column 6)"),
    ("v=$(dbl '+('); echo $((1${v}1))", "/odd: 1+("),
    ("v=$(dbl '(((((((('); echo $(($v))", "/odd: (((("),
    ("dbl 'true && ' >x; echo 'echo and' >>x; sh x", "and"),
    ("dbl 'false || ' >x; echo 'echo or' >>x; sh x", "or"),
    ("v=$(dbl 'cat | '); sh -c \"echo hi | $v cat\"", "sh: pipeline of more than 16 commands"),
    ("sh -c \"echo $v\" | wc -c", "65537"),
    ("$v", "/odd: xxxx"), ("cat /$v", "cat: /xxxx"), ("cat <<$v\na\n$v", "a"), ("x=$v; x=$x$x$x$x; echo ${#x}", "262144"),
    ("expr $(dbl '( ') 1", "expr: expression nested too deeply"),
    ("expr $(dbl '1 + ') 1", "1025"),
    ("echo a | grep -E \"$(dbl '(')\"", "grep: Regular expression too big"),
    ("echo a | grep \"$(dbl 'a*')b\"", "grep: Regular expression too big"),
    ("case aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab in *a*a*a*a*a*a*a*a*a*a*a*a*a*c) ;; *) echo no;; esac", "no"),
    ("f() { f; }; f", "/odd: fork: Resource temporarily unavailable"),
    ("l() { local a=$1 b; l x; }; l y", "/odd: fork: Resource temporarily unavailable"),
    ("expr $v : \"$(dbl '\\(x*')\"", "expr: Regular expression too big"), ("expr \"$v\" : '\\(x*\\)\\(x*\\)' | wc -c", "65537"),
    ("g() { echo $(g); }; g", "/odd: fork: Resource temporarily unavailable"),
    ("h() { ( h ); }; h", "/odd: fork: Resource temporarily unavailable"),
    ("echo '. /tmp/x' >x; . /tmp/x", "/tmp/x: "), ("echo 'sh /tmp/x' >x; sh x", "/tmp/x: "),
    ("a='eval \"$a\"'; eval \"$a\"", "/odd: "),
    ("for i in 1 2 3; do echo $i; done | while read a; do break 9; done; echo out", "out"),
    ("sh -c 'echo \"abc'", "sh: syntax error: unterminated quote"), ("sh -c \"echo 'abc\"", "sh: syntax error: unterminated quote"),
    ("printf 'echo \\001\\377\\200 | wc -c' >x; sh x", "4"), ("head -c 65536 /dev/zero >x; sh x", "sh: x: cannot execute binary file: Exec format error"),
    ("sh /noise >y 2>&1; echo survived", "survived"),
]


def test_odd_shell_lines(vm, tmp_path):
    """Deep, long, unfinished and endless ones: an error each, and neither the shell nor its memory is gone after them."""
    rounds = "".join("echo ==%d\n{ %s\n} 2>&1 | head -n 1\n" % (i, line) for i, (line, _) in enumerate(ODD_LINES))
    script = tmp_path / "odd"
    script.write_text(rounds)
    noise = tmp_path / "noise"
    noise.write_bytes(random.Random(3).randbytes(20000).replace(b"\0", b" "))
    r = vm("""dbl() { v=$1; for i in 1 2 3 4 5 6 7 8 9 10; do v=$v$v; done; echo "$v"; }
used() { for s in /sys/kernel/slab/*/shrink; do echo 1 > $s; done; sleep 0.1; free | grep Mem; }
mkdir -p /tmp; cd /tmp; v=$(dbl xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)
. /odd
for round in 1 2; do . /odd >/dev/null 2>&1; used; done
""", add=["%s:/odd" % script, "%s:/noise" % noise], append="loglevel=1", timeout=120)
    assert r.status == 0 and "stack guard page" not in r.out and "Oops" not in r.out, r
    for i, (line, words) in enumerate(ODD_LINES):
        got = re.search(r"^==%d\n(.*)" % i, r.out, re.M)
        assert got and got[1].startswith(words), (line, got and got[1][:200])
    used = [int(l.split()[2]) for l in r.lines if l.startswith("Mem:")]
    # The bombs leave areas of 512 stacks a time that vmalloc gives back later, a quarter of a MiB of descriptions.
    assert len(used) == 2 and used[1] <= used[0] + 512, used


def test_bad_writes_to_files(vm):
    r = vm("""cd /sys/module/kfence/parameters
for v in '' abc 99999999999999999999 0x; do echo "$v" > num_objects; echo status $?; done
cat num_objects
echo nonsense > fault; echo status $?
cat fault""")
    assert r.out.count("sh: write error: Invalid argument") + r.out.count("sh: write error: Numerical result out of range") == 5, r
    assert r.lines.count("status 1") == 5 and "255" in r.lines and r.lines[-1] == "report", r
