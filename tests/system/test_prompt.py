# SPDX-License-Identifier: MIT
"""The prompt as a person has it: keys, history, completion, Ctrl-C, and scripts that are pasted."""
import os
import random
import re
import time

import pytest

from conftest import TREE

pexpect = pytest.importorskip("pexpect")

PROMPT = r"paddock:[^#\r\n]*# "
LEFT, RIGHT, UP, DOWN, HOME, END, DELETE = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F", "\x1b[3~"
BACKSPACE = "\x7f"


def ctrl(c):
    return chr(ord(c) & 0x1f)


class Console:
    def __init__(self, arch):
        self.p = pexpect.spawn(os.path.join(TREE, "tools", "vm"), ["--arch", arch, "--append", "kfence.sample_interval=0"],
                               timeout=30, encoding="utf-8", echo=False, maxread=65536)
        self.p.delaybeforesend = None
        self.p.expect("lists the commands")
        self.p.expect(PROMPT)

    def keys(self, keys):
        self.p.send(keys)

    def enter(self, keys="", timeout=30):
        """Type, press Enter, and give what was printed up to the next prompt."""
        self.p.send(keys + "\r")
        self.p.expect("\r\n")
        # A prompt that ends a line is a real one; redraws are followed by text.
        self.p.expect(PROMPT + r"$", timeout=timeout)
        return [line for line in re.sub(r"\r|\x1b\[[0-9]*[A-Z]", "", self.p.before).split("\n") if line]

    def interrupt(self, after=0.5):
        time.sleep(after)
        self.p.send(ctrl("C"))
        start = time.monotonic()
        self.p.expect(PROMPT + r"$")
        return time.monotonic() - start

    def close(self):
        self.p.close(force=True)


@pytest.fixture(scope="module")
def consoles():
    made = {}
    yield made
    for c in made.values():
        c.close()


@pytest.fixture
def console(arch, consoles):
    """One boot for the quick tests; after a failure a new one."""
    if arch not in consoles:
        consoles[arch] = Console(arch)
    yield consoles[arch]
    try:
        assert consoles[arch].enter("echo alive") == ["alive"]
    except Exception:
        consoles.pop(arch).close()
        raise


def test_typed_text_can_be_edited(console):
    e = console.enter
    assert e("echo plain") == ["plain"]
    assert e("echo abd" + LEFT + "c") == ["abcd"]
    assert e("cho x" + HOME + "e") == ["x"]
    assert e("echo ab" + LEFT + LEFT + DELETE + "X" + END + "Y") == ["XbY"]
    assert e("echo abc" + BACKSPACE + BACKSPACE + "z") == ["az"]
    assert e("rubbish" + ctrl("U") + "echo fresh") == ["fresh"]
    assert e("echo one two" + ctrl("W") + "three") == ["one three"]
    assert e("echo 12345" + LEFT * 3 + ctrl("K")) == ["12"]
    assert e("echo a b" + ctrl("W") + ctrl("Y") + ctrl("Y")) == ["a bb"]
    assert e("echo ä" + BACKSPACE + "o") == ["o"]
    console.keys("echo one \\\r")
    console.p.expect("> $")
    assert e("two") == ["one two"]
    # Far beyond a row: what is edited in the middle arrives, however the screen looks.
    long = "x" * 300
    assert e("echo " + long + LEFT * 150 + "-") == [long[:150] + "-" + long[150:]]


def test_history(console):
    e = console.enter
    e("echo first")
    e("echo second")
    assert e(UP) == ["second"]
    assert e(UP + UP) == ["first"]
    assert e("half" + UP + DOWN + ctrl("U") + "echo ok") == ["ok"]
    assert e(ctrl("R") + "fir") == ["first"]
    assert any(line.endswith("echo second") for line in e("history"))


def test_completion(console):
    def tab(keys, rest=""):
        console.keys(keys + "\t")
        time.sleep(0.3)
        return console.enter(rest)

    assert tab("unam") == ["Paddock"]
    assert tab("cat /proc/filesy", "| head -1") == ["nodev\tsysfs"]
    assert tab("ls -d /sys/kernel/sla") == ["/sys/kernel/slab/"]
    console.enter("mkdir '/tmp/with blank'; echo inside > '/tmp/with blank/f'")
    assert tab("cat /tmp/with", "f") == ["inside"]
    console.enter("rm -r '/tmp/with blank'")
    assert any("hello" in line for line in tab("insmod hell"))
    assert any("hello" in line for line in tab("rmmod hell"))
    # Two candidates: the common part, then a bell, then the list.
    console.enter("mkdir -p /tmp/c/name1 /tmp/c/name2")
    console.keys("ls /tmp/c/\t\t\t")
    console.p.expect("name1/ *name2/.*ls /tmp/c/name")      # and the line again
    assert console.enter("2; rm -r /tmp/c; echo gone")[-1] == "gone"


def test_ctrl_c_stops_what_runs(console):
    e = console.enter
    for command in ("sleep 1000", "while true; do :; done", "cat /dev/zero > /dev/null", "cat",
                    "seq 1 1000000000 | wc -l", "for i in 1 2; do sleep 1000; done", "sh -c 'sleep 1000; echo no'",
                    "(sleep 1000)", "x=$(sleep 1000)", "find / -name nothing; sleep 1000", "tail /dev/console",
                    "hexdump /dev/zero > /dev/null", "cat /dev/kmsg", "f() { (f); f; }; f 2>/dev/null", "p() { p | p; }; p 2>/dev/null",
                    "while read x; do :; done < /dev/zero", "dd if=/dev/zero of=/dev/null bs=1M status=none"):
        console.keys(command + "\r")
        assert console.interrupt() < 5, command
        assert e("echo $?") == ["130"], command
    console.keys("echo half a line")
    console.interrupt()


def test_ctrl_d(console):
    console.keys("cat\rline\r" + ctrl("D"))
    console.p.expect("line\r+\nline\r+\n")
    console.p.expect(PROMPT + "$")
    console.keys(ctrl("D"))
    console.p.expect("poweroff")
    console.p.expect(PROMPT + "$")


def test_status_survives_the_prompt(console):
    assert console.enter("false") == []
    assert console.enter("") == []
    assert console.enter("echo $?") == ["1"]


def test_commands_over_several_lines(console):
    for line in ("for i in 1 2", "do", "\techo $i", "done"):
        console.keys(line + "\r")
    console.p.expect("1\r+\n2\r+\n")
    console.p.expect(PROMPT + "$")
    console.keys("cat <<EOF\rsum $((2 + 3))\rEOF\r")
    console.p.expect("\nsum 5\r")
    console.p.expect(PROMPT + "$")
    console.keys("if true\r")
    console.p.expect("> $")
    console.interrupt()
    console.keys("echo ${unclosed\r")
    console.p.expect("> $")
    console.interrupt()


def test_pasted_script_arrives_whole(console):
    """Thousands of characters while a command runs: nothing is lost, tabs stay tabs."""
    rng = random.Random(7)
    chars = "abcdefghijklmnop qrstuvw\tXYZ0123456789;|&<>(){}!?*'\"$`\\"
    lines = ["#" + "".join(rng.choice(chars) for _ in range(rng.randrange(100))) for _ in range(400)]
    console.keys("sleep 1\rcat > /tmp/paste <<'EOF_PASTE'\r" + "\r".join(lines) + "\rEOF_PASTE\r")
    console.keys("echo pasted $?\r")
    console.p.expect("pasted 0\r", timeout=120)
    console.p.expect(PROMPT + "$")
    text = "\n".join(lines) + "\n"
    got = console.enter("wc -lc < /tmp/paste; cksum /tmp/paste 2>/dev/null")
    assert got[0].split() == [str(len(lines)), str(len(text))]
    shown = console.enter("cat /tmp/paste")
    assert [s.replace("\t", "") for s in shown] == [s.replace("\t", "") for s in lines]
    assert console.enter("grep -c '\t' /tmp/paste") == [str(sum("\t" in s for s in lines))]
    console.enter("rm /tmp/paste")
