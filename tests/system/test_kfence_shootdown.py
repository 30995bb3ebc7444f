# SPDX-License-Identifier: MIT
"""A CPU that does not answer when a freed object's page is to leave its TLB: QEMU's debugger stub lets only the other run.

x86_64 asks the others by NMI, and waits. After a second it says who is late, but it goes on waiting: going on without the
answer would leave the page open there. In a panic it goes on after that second. arm64's TLB invalidation is broadcast by the
processor, and asks nobody.
"""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from conftest import TREE

LATE = r"smp: CPUs [01] are late to answer a TLB shootdown"


class Stub:
    """gdb's remote protocol, as much of it as lets CPUs run and stop. Connecting stops them all."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(path)
        self.stop_reply()

    def send(self, text):
        self.sock.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) % 256))

    def stop_reply(self):
        """Wait for it, whatever comes before."""
        self.send("?")
        got = b""
        while not re.search(rb"\$T[^#]*#..", got):
            got += self.sock.recv(4096)
        self.sock.sendall(b"+")

    def run(self, cpu=None):
        self.send("vCont;c" + ("" if cpu is None else ":%d" % (cpu + 1)))

    def kill(self):
        """QEMU itself."""
        self.send("k")

    def stop(self):
        self.sock.sendall(b"\x03")
        got = b""
        while not re.search(rb"\$T[^#]*#..", got):
            got += self.sock.recv(4096)
        self.sock.sendall(b"+")


class Guest:
    """tools/vm, its console read while it runs."""

    def __init__(self, arch, commands, gdb, append="kfence.sample_interval=0", options=()):
        argv = [os.path.join(TREE, "tools", "vm"), "--arch", arch, "--smp=2", "--timeout=120", "--append=" + append,
                "--qemu-arg=-gdb", "--qemu-arg=unix:%s,server=on,wait=off" % gdb, *options, "-c", commands]
        self.lines = []
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace").rstrip())

    def wait_for(self, done, seconds):
        """True as soon as done(lines), False if that takes longer."""
        end = time.monotonic() + seconds
        while not done(self.lines):
            if time.monotonic() > end or self.process.poll() is not None:
                return done(self.lines)
            time.sleep(0.02)
        return True

    def text(self):
        return "\n".join(self.lines)


def turns(lines):
    return lines.count("turn")


def test_a_cpu_that_does_not_answer(arch):
    # A pool that the kernel's own objects do not fill, so that each turn frees guarded ones. On x86_64 it goes on until
    # the kernel has complained; on arm64 it never does. The second loop is for the other CPU.
    script = "until dmesg | grep -q 'late to answer'; do echo turn; done\n"
    if arch == "arm64":
        script = "for i in $(seq 1 3000); do echo turn; done\n"
    folder = tempfile.mkdtemp(prefix="stub")
    script = ("cd /sys/module/kfence/parameters; echo 2000 > num_objects; echo -1 > sample_interval\n"
              "until [ -e /tmp/end ]; do cat /proc/uptime > /dev/null; done &\n" + script + "echo end > /tmp/end; wait\n"
              "insmod uaf_read\necho done\n")
    stub, guest = None, Guest(arch, script, folder + "/gdb")
    try:
        assert guest.wait_for(lambda lines: turns(lines) > 5, 60), guest.text()
        stub = Stub(folder + "/gdb")
        alone = 0
        # Which CPU runs the shell may change: each in turn.
        for cpu in [0, 1] * 3:
            before = turns(guest.lines)
            stub.run(cpu)
            if arch == "x86_64":
                late = guest.wait_for(lambda lines: re.search(LATE, "\n".join(lines)), 10)
            else:
                late = guest.wait_for(lambda lines: turns(lines) > before + 50, 3)
            stub.stop()
            alone = max(alone, turns(guest.lines) - before)
            if late:
                break
        # Still asked for, still waited for: until the other runs again, nothing moves on x86_64.
        if arch == "x86_64":
            assert late, guest.text()
            stuck = len(guest.lines)
            stub.run(cpu)
            assert not guest.wait_for(lambda lines: len(lines) > stuck, 1.5), guest.text()
            stub.stop()
        else:
            assert alone > 50, guest.text()
        stub.run()
        guest.process.wait(timeout=120)
        guest.reader.join()
    finally:
        if guest.process.poll() is None:
            (stub.kill if stub else guest.process.terminate)()
            guest.process.wait()
        shutil.rmtree(folder)
    text = guest.text()
    assert guest.lines[-1] == "done" and "BUG: KFENCE: use-after-free read in uaf_read_init" in text, text[-4000:]
    assert len(re.findall(LATE, text)) == (1 if arch == "x86_64" else 0), text[-4000:]
    assert "WARNING" not in text and "Oops" not in text, text[-4000:]


def test_a_panic_does_not_wait_for_ever(arch, tmp_path):
    """An object is freed in the panic while the other CPU stands still: it is waited for as long as a CPU is, then left."""
    shutil.copy(os.path.join(TREE, "tests", "system", "modules", "kfence_panic.c"), str(tmp_path))
    (tmp_path / "Makefile").write_text("obj-m := kfence_panic.o\n")
    subprocess.run(["make", "-s", "-C", TREE, "ARCH=" + arch, "M=" + str(tmp_path), "modules"], check=True)
    folder = tempfile.mkdtemp(prefix="stub")
    stub, guest = None, Guest(arch, "cpu 0 insmod kfence_panic; echo still here\n", folder + "/gdb", "kfence.sample_interval=-1",
                              ["--add", str(tmp_path / "kfence_panic.ko")])
    try:
        assert guest.wait_for(lambda lines: any(line.endswith("kfence_panic: ready") for line in lines), 60), guest.text()
        stub = Stub(folder + "/gdb")
        stub.run(0)
        guest.process.wait(timeout=120)
        guest.reader.join()
    finally:
        if guest.process.poll() is None:
            (stub.kill if stub else guest.process.terminate)()
            guest.process.wait()
        shutil.rmtree(folder)
    text = guest.text()
    assert guest.process.returncode == 100 and "CPU 1 stands still" in text and "still here" not in text, text[-4000:]
    # One second for it, on x86_64; and then the panic goes on to its end.
    start, end = (float(re.search(r"\[ *([\d.]+)\] kfence_panic: %s$" % what, text, re.M)[1]) for what in ("freeing", "freed"))
    assert (0.9 < end - start < 20) if arch == "x86_64" else end - start < 20, text[-4000:]
    assert "---[ end Kernel panic - not syncing: kfence_panic: CPU 1 stands still" in text[text.index(": freed"):], text[-4000:]
