# SPDX-License-Identifier: MIT
"""Every buggy sample's report, compared in full with tests/system/reports/<sample>.txt, and with what its header promises.

In those files `…` is any text within a line, and a name in braces stands for lines that many reports share (PARTS below).
What is masked so is checked in another way: numbers, addresses, distances and times against each other.

UPDATE_REPORTS=1 writes the files anew from what came; look at the difference before you keep it.
"""
import difflib
import glob
import os
import re

import pytest

from conftest import TREE
import transcript

BAR = "=" * 66
FOLDER = os.path.join(TREE, "tests", "system", "reports")
SAMPLES = sorted(os.path.basename(p)[:-4] for p in glob.glob(os.path.join(FOLDER, "*.txt")))

HEX = r"[0-9a-f]{16}"


def frames(*names):
    return "".join(r" %s\+0x[0-9a-f]+/0x[0-9a-f]+\n" % n for n in names)


ANY_FRAMES = r"(?:%s)*" % frames(r"[\w.]+")
THREAD = frames("thread_entry", "thread_start") + r"(?:%s)?" % frames("thread_entry")
ROWS = {
    "x86_64": ["RAX RBX RCX", "RDX RSI RDI", "RBP R08 R09", "R10 R11 R12", "R13 R14 R15"],
    "arm64": ["x29 x28 x27", "x26 x25 x24", "x23 x22 x21", "x20 x19 x18", "x17 x16 x15", "x14 x13 x12", "x11 x10 x9 ",
              "x8  x7  x6 ", "x5  x4  x3 ", "x2  x1  x0 "],
}
REGISTERS = {arch: "".join(" ".join("%s: %s" % (n, HEX) for n in re.findall(r"\w+ ?(?= |$)", row)) + r"\n" for row in rows)
             for arch, rows in ROWS.items()}
PARTS = {
    # Who runs a module's init, a work item, a thread, a timer.
    "insmod": frames("module_load", "cmd_insmod", "job_work", "job_main") + THREAD,
    "worker": frames("run_one", "worker_thread") + THREAD,
    "thread": THREAD,
    "softirq": frames("run_timer_softirq", "run_pending", "do_softirq", "irq_exit_to") + ANY_FRAMES,
    # The registers of an access. Above them stands the function, as pc.
    "registers": {
        "x86_64": r"Code: (?:[0-9a-f]{2} )*<[0-9a-f]{2}>(?: [0-9a-f]{2})*\nRSP: 0018:%s EFLAGS: [0-9a-f]{8}\n" % HEX
        + REGISTERS["x86_64"] + r"FS:  %s\(0000\) GS:%s\(0000\) knlGS:%s\n" % (HEX, HEX, HEX)
        + r"CS:  0010 DS: 0000 ES: 0000 CR0: %s\nCR2: %s CR3: %s CR4: %s\nCall Trace:\n <TASK>\n" % (HEX, HEX, HEX, HEX),
        "arm64": r"lr : .*\nsp : %s\n" % HEX + REGISTERS["arm64"] + r"Call trace:\n",
    },
    "pc": {"x86_64": r"RIP: 0010:", "arm64": r"pstate: [0-9a-f]{8} \(.*\)\npc : "},
    "end": {"x86_64": r" </TASK>\n", "arm64": ""},
}


def pattern(text, arch):
    """The regular expression that a golden text stands for."""
    out = ""
    for line in text.splitlines():
        part = re.fullmatch(r"\{(\w+)\}(.*)", line)
        if part and part[1] in ROWS:
            if part[1] != arch:
                continue
            line = part[2]
        elif part:
            expr = PARTS[part[1]]
            out += expr[arch] if isinstance(expr, dict) else expr
            if not part[2]:
                continue
            line = part[2]
        out += ".*".join(re.escape(p) for p in line.split("…")) + r"\n"
    return out


def mask(text, arch):
    """The golden text that a report would be."""
    for name, expr in PARTS.items():
        expr = expr[arch] if isinstance(expr, dict) else expr
        if expr and name != "thread":
            text = re.sub("^" + expr, "{%s}" % name + ("" if name == "pc" else "\n"), text, flags=re.M)
    text = re.sub("^" + THREAD, "{thread}\n", text, flags=re.M)
    text = re.sub(r"\+0x[0-9a-f]+/0x[0-9a-f]+", "+0x…/0x…", text)
    text = re.sub(r"\b0x" + HEX, "0x…", text)
    text = re.sub(r"kfence-#\d+", "kfence-#…", text)
    text = re.sub(r"(?: \.)+ \]", "… ]", text)      # as many as the object's side leaves room for
    text = re.sub(r"kworker/\d+:\d+", "kworker/…", text)
    text = re.sub(r"by task \d+ on cpu \d+ at [\d.]+s \([\d.]+s ago\)", "by task … on cpu … at …s (…s ago)", text)
    text = re.sub(r"base register \w+ \(.*\)", "base register … (…)", text)
    text = re.sub(r"^CPU: \d+ PID: \d+ Comm: (\S+) Tainted: .* (?=\S+-paddock)", r"CPU: … PID: … Comm: \1 Tainted: … ", text, flags=re.M)
    text = re.sub(r"Comm: (swapper/\d|insmod) ", "Comm: … " if "{softirq}" in text else r"Comm: \1 ", text)
    text = re.sub(r"^Hardware name: .*", "Hardware name: …", text, flags=re.M)
    # arm64 begins the second stack with the function, and has no line at its end.
    if arch == "x86_64":
        return re.sub(r"^(\{pc\}(.*)\n\{registers\}\n)", r"\1{arm64} \2\n", text, flags=re.M)
    return re.sub(r"^(\{registers\}\n)(.*\n)((?: .*\n|\{\w+\}\n)*)", r"\1{arm64}\2\3{end}\n", text, flags=re.M)


def reports(lines):
    """Every report's text, from behind the first bar to before the last."""
    lines = [re.sub(r"^\[ *\d+\.\d+\] ?", "", line) for line in lines]
    bars = [i for i, line in enumerate(lines) if line == BAR]
    return ["\n".join(lines[a + 1:b]) + "\n" for a, b in zip(bars[::2], bars[1::2])]


def check_numbers(text):
    """What the golden text masks has to agree with itself."""
    assert len(set(re.findall(r"kfence-#(\d+)", text))) == 1, text
    start, last, size = re.search(r"^kfence-#\d+: 0x(\w+)-0x(\w+), size=(\d+),", text, re.M).groups()
    start, last, size = int(start, 16), int(last, 16), int(size)
    assert last - start + 1 == size and start % 4096 + size <= 4096, text
    addr = int(re.search(r"^\S.*(?:at|of) 0x(%s)\b" % HEX, text, re.M)[1], 16)
    left, right = re.search(r"\((\d+)B left", text), re.search(r"\((\d+)B right", text)
    if left:
        assert start - addr == int(left[1]) > 0, text
    elif right:
        assert addr - start == int(right[1]) >= size, text
    else:
        assert start & ~4095 <= addr < (start & ~4095) + 4096, text
    access = re.search(r"^access: .*, (\d+) bytes? (before the start|past the end|into the object)", text, re.M)
    if access:
        assert int(access[1]) == {"before": start - addr, "past": addr - last, "into": addr - start}[access[2].split()[0]], text
    if "CR2: " in text:
        assert int(re.search(r"CR2: (\w+)", text)[1], 16) == addr, text
    events = [float(at) for at in re.findall(r" at ([\d.]+)s \(", text)]
    now = [float(at) + float(ago) for at, ago in re.findall(r" at ([\d.]+)s \(([\d.]+)s ago\)", text)]
    assert events == sorted(events) and max(now) - min(now) < 1, text


@pytest.fixture(scope="module")
def printed(arch):
    """What each sample prints: {sample: lines}. One boot for all."""
    from conftest import VM
    script = "".join("echo =-=%s\ninsmod %s\nsleep 0.05\nrmmod %s\n" % (s, s, s) for s in SAMPLES)
    r = VM(arch)(script + "echo =-=end\necho alive\n", append="kfence.sample_interval=-1 kfence.num_objects=2000 kfence.booting_max=0-:64M",
                 timeout=120, mem="1G")
    assert r.lines[-1] == "alive", r
    parts = re.split(r"^=-=(\w+)\n", r.out, flags=re.M)
    return dict(zip(parts[1::2], [p.splitlines() for p in parts[2::2]]))


@pytest.mark.parametrize("sample", SAMPLES)
def test_report(arch, printed, sample):
    got = reports(printed[sample])
    assert len(got) == 1, "\n".join(printed[sample])
    path = os.path.join(FOLDER, sample + ".txt")
    if os.environ.get("UPDATE_REPORTS"):
        with open(path, "w") as f:
            f.write(mask(got[0], arch))
    with open(path) as f:
        golden = f.read()
    if not re.fullmatch(pattern(golden, arch), got[0]):
        diff = difflib.unified_diff(golden.splitlines(), mask(got[0], arch).splitlines(), path, "got", lineterm="")
        pytest.fail("\n".join(diff) + "\n" + got[0])
    check_numbers(got[0])


def promised(sample):
    """The lines of a report that a sample's header comment shows."""
    with open(os.path.join(TREE, "modules", sample + ".c")) as f:
        header = f.read().split("*/")[0]
    return re.findall(r"^ \*\t(.*)", header, re.M)


@pytest.mark.parametrize("sample", SAMPLES)
def test_header_comment(printed, sample):
    lines = iter(reports(printed[sample])[0].splitlines())
    wanted = promised(sample)
    assert wanted, "the header of %s.c shows no line of its report" % sample
    for want in wanted:
        assert any(transcript.line_matches(want.strip(), got.strip()) for got in lines), want


def test_every_sample_that_kfence_catches_is_here():
    named = set()
    for path in glob.glob(os.path.join(TREE, "modules", "*.c")):
        with open(path) as f:
            text = f.read()
        if re.search(r"^ \*\tBUG: KFENCE: ", text, re.M):
            named.add(os.path.basename(path)[:-2])
    assert named == set(SAMPLES)
