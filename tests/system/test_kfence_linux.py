# SPDX-License-Identifier: MIT
"""KFENCE's reports beside those of a real Linux 6.1: the same module, the same crimes, line by line.

tests/compare/kfence/linux-6.1-<arch>.txt is what Linux printed (Debian's source, tools/linuxvm/build-lean-kernel), masked. It is
made anew, where that kernel has been built, with

    /usr/bin/python3 tests/system/test_kfence_linux.py KERNEL_BUILD_DIRECTORY > tests/compare/kfence/linux-6.1-arm64.txt

What may differ is in the functions below, and nowhere else: docs/kfence.md ("Beside a report of Linux 6.1") has the reasons.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TREE, "tests", "compare", "kfence")
MODULE = "kfence_crimes"
BAR = "=" * 66


def reports(text):
    """The lines of each report, without the log's times."""
    lines = [re.sub(r"^\[ *\d+\.\d+\] ?", "", line.rstrip("\r")) for line in text.splitlines()]
    bars = [i for i, line in enumerate(lines) if line == BAR]
    return [lines[a + 1:b] for a, b in zip(bars[::2], bars[1::2])]


def mask(line):
    line = re.sub(r"(\w)(?:\.isra\.\d+|\.constprop\.\d+)*\+0x[0-9a-f]+/0x[0-9a-f]+", r"\1+0x…/0x…", line)
    line = re.sub(r"\b0x[0-9a-f]{16}\b", "0x…", line)
    line = re.sub(r"kfence-#\d+", "kfence-#…", line)
    line = re.sub(r"by task \d+ on cpu \d+ at \d+\.\d{6}s", "by task … on cpu … at …s", line)
    line = re.sub(r"^CPU: \d+ PID: \d+ (Comm: \w+ .*?) +6\.1\.\S+ #1.*", r"CPU: … PID: … \1 …", line)
    if re.match(r"(Code|RIP: 0010|RSP|R..|FS|CS|CR2): ", line):
        line = re.sub(r"^Code: .*", "Code: …", line)
        line = re.sub(r"\b[0-9a-f]{8,16}\b", "…", line)
    if re.match(r"(pstate|sp |x\d+ *): ", line):
        line = re.sub(r"\b[0-9a-f]{8,16}\b", "…", line)
        # Which condition flags are set, and which of the processor's extensions a kernel uses.
        line = re.sub(r"\(\w{4} \w{4} ", lambda m: m[0].lower(), re.sub(r"[+-](?=[A-Z]{3})", "±", line))
    return line


def masked(report):
    """Who calls a module's init function differs: of each stack, what is before. Nobody has come from user mode here."""
    out, user = [], False
    for line in report:
        user = user or line.startswith("RIP: 0033")
        if line == " </TASK>":
            user = False
        if user or line.startswith(" ? ") or re.match(r" \S+\+0x", line) and "[%s]" % MODULE not in line and \
                not re.match(r" (__kmem_cache_alloc_node|kmalloc_trace)\+", line):
            continue
        out.append(mask(line))
    return out


def as_linux(report, arch):
    """Ours, without what it has more than 6.1."""
    # A stack's age, the access line; the machine's name, on x86_64, where the lean Linux has no way to know it.
    out = masked([re.sub(r"s \(\d+\.\d{6}s ago\):$", "s:", line) for line in report])
    out = [line for line in out if not line.startswith(("access: ",) + ("Hardware name: ",) * (arch == "x86_64"))]
    # A function that calls none makes no frame record on arm64, and its caller is in neither of Linux's stacks of the access.
    if any(line.startswith("pstate: ") for line in out):
        for head in ("BUG: KFENCE: ", "Call trace:"):
            start = next(i for i, line in enumerate(out) if line.startswith(head))
            del out[out.index(" crimes_init+0x…/0x… [%s]" % MODULE, start)]
    return out


def expected(report):
    """Linux's, without what it has more than ours: the allocator's frames in an allocation of constant size."""
    return [line for line in report if not re.match(r" (__kmem_cache_alloc_node|kmalloc_trace)\+", line)]


def test_reports_are_those_of_linux(vm, tmp_path):
    shutil.copy(os.path.join(FOLDER, MODULE + ".c"), str(tmp_path))
    (tmp_path / "Makefile").write_text("obj-m := %s.o\n" % MODULE)
    subprocess.run(["make", "-s", "-C", TREE, "ARCH=" + vm.arch, "M=" + str(tmp_path), "modules"], check=True)
    r = vm("insmod %s; echo status $?" % MODULE, append="kfence.sample_interval=-1", add=tmp_path / (MODULE + ".ko"))
    assert r.lines[-1] == "status 0", r
    with open(os.path.join(FOLDER, "linux-6.1-%s.txt" % vm.arch)) as f:
        linux = [expected(report) for report in reports(f.read())]
    ours = [as_linux(report, vm.arch) for report in reports(r.out)]
    assert len(linux) == 6
    assert ours == linux, "\n".join("%-100s| %s" % pair for a, b in zip(ours, linux) for pair in zip(a, b) if pair[0] != pair[1])


def main():
    kernel = os.path.abspath(sys.argv[1])
    tools = os.path.join(TREE, "tools", "linuxvm")
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run([tools + "/build-ko", "-k", kernel, "-o", tmp, os.path.join(FOLDER, MODULE + ".c")], check=True,
                       stdout=subprocess.DEVNULL)
        r = subprocess.run([tools + "/run-linux", "-k", kernel, "-a", "kfence.sample_interval=1 no_hash_pointers",
                            "-c", "insmod %s.ko" % MODULE, "%s/%s.ko" % (tmp, MODULE)], stdout=subprocess.PIPE)
    for report in reports(r.stdout.decode(errors="replace")):
        print("\n".join([BAR] + masked(report) + [BAR]))


if __name__ == "__main__":
    main()
