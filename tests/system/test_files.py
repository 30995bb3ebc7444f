# SPDX-License-Identifier: MIT
"""Commands on files, and the files that every Linux user knows."""
import re


def test_files_are_made_moved_and_removed(vm):
    r = vm("""
cd /tmp
mkdir -p a/b/c && echo one > a/b/f && cp a/b/f a/g && cat a/g
cp -r a z && mv a/g a/h && ls -R a z
ln -s b/f a/link && cat a/link && readlink a/link
ln a/h a/hard && ls -l a | grep hard
rm a; echo $?; rmdir a; echo $?; rm -r a z; ls
mv nothing x; cp nothing x; cat nothing; rm nothing; rm -f nothing; echo $?
mkdir d; mkdir d; echo $?; touch d/e; mv d d2; ls d2; cp d2 d3; rm -r d2
echo text > f; truncate -s 2 f; cat f; echo; ls -l f; stat f | head -2
echo more >> f; cat f; mknod null2 c 1 3; echo gone > null2; ls -l null2; rm null2 f
""")
    text = re.sub(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d", "TIME", re.sub(r"Inode: \d+", "Inode: N", r.out))
    assert text == """one
a:
b  h

a/b:
c  f

a/b/c:

z:
b  g

z/b:
c  f

z/b/c:
one
b/f
-rw-r--r-- 2 root root 4 TIME hard
rm: cannot remove 'a': Is a directory
1
rmdir: failed to remove 'a': Directory not empty
1
mv: cannot stat 'nothing': No such file or directory
cp: cannot stat 'nothing': No such file or directory
cat: nothing: No such file or directory
rm: cannot remove 'nothing': No such file or directory
0
mkdir: cannot create directory 'd': File exists
1
e
cp: -r not specified; omitting directory 'd2'
te
-rw-r--r-- 1 root root 2 TIME f
  File: f
  Size: 2\tInode: N\tLinks: 1
temore
crw-r--r-- 1 root root 1, 3 TIME null2
""", r


def test_proc_has_linux_files(vm):
    names = ("buddyinfo cmdline cpuinfo devices filesystems interrupts iomem kallsyms loadavg meminfo modules mounts "
             "slabinfo sys uptime version vmallocinfo sys/kernel/printk sys/kernel/panic_on_oops sys/kernel/hostname "
             "sys/kernel/osrelease sys/kernel/tainted").split()
    r = vm("for f in %s; do cat /proc/$f > /tmp/out 2>&1 || [ -d /proc/$f ] || echo bad $f; "
           "[ -d /proc/$f ] || [ -s /tmp/out ] || echo empty $f; done; cat /proc/cmdline; head -1 /proc/slabinfo; cat /proc/uptime"
           % " ".join(n for n in names if n != "modules"), append="some.option=1")
    assert not re.search(r"^(bad|empty)", r.out, re.M), r
    assert "some.option=1" in r.out and "slabinfo - version: 2.1" in r.out, r
    assert re.fullmatch(r"\d+\.\d\d \d+\.\d\d", r.lines[-1]), r


def test_bad_values_are_refused_and_change_nothing(vm):
    r = vm("""
for v in '' ' ' abc 99999999999999999999; do echo "$v" > /proc/sys/kernel/panic; echo $?; done
cat /proc/sys/kernel/panic
echo 3 > /proc/sys/kernel/panic; cat /proc/sys/kernel/panic
echo 1 > /proc/version; echo 1 > /proc/sys/kernel/osrelease; echo 1 > /proc/new; mkdir /sys/x; rm /proc/version
echo 4 4 > /proc/sys/kernel/printk; cat /proc/sys/kernel/printk
""")
    assert r.lines[:8:2] == ["sh: write error: Invalid argument"] * 4 and r.lines[1:8:2] == ["1"] * 4, r
    assert r.lines[8:10] == ["0", "3"], r
    for line in ("sh: write error: Input/output error", "sh: /proc/sys/kernel/osrelease: Permission denied",
                 "sh: /proc/new: Permission denied", "mkdir: cannot create directory '/sys/x': Operation not permitted",
                 "rm: cannot remove '/proc/version': Operation not permitted", "4\t4\t1\t7"):
        assert line in r.lines, "%s\n%r" % (line, r)


def test_log_is_read_and_cleared(vm):
    r = vm("""echo '<3>from the shell' > /dev/kmsg; dmesg | tail -1; dmesg -l err -t | tail -1; dmesg -x | tail -1
dmesg -c > /dev/null; dmesg; echo again > /dev/kmsg; dmesg -t; dmesg -l nosuch""", append="loglevel=1")
    assert re.fullmatch(r"\[ +\d+\.\d{6}\] from the shell", r.lines[0]), r
    assert r.lines[1] == "from the shell" and re.match(r"user  :err   : \[", r.lines[2]), r
    assert r.lines[3:] == ["again", "dmesg: unknown level 'nosuch'"], r


def test_ended_threads_leave_no_addresses(vm):
    """What 800 threads leave behind levels off by itself: their stacks' addresses are flushed, and joined, by the way."""
    r = vm("i=0; while [ $i -lt 800 ]; do ( : ) & i=$((i + 1)); done 2> /dev/null; sleep 0.5; grep ^va_hole /proc/slabinfo",
           append="kfence.sample_interval=0", smp=2)
    assert int(r.lines[-1].split()[1]) < 400, r


def test_commands_give_back_what_they_took(vm):
    """The same many commands ten times more: objects in use are as many. What is freed late or kept for later is waited for (drop_caches), so a
    leak of one a round is seen; some of the shell's and the kernel's threads' may be in use at the moment of looking."""
    r = vm("""
snap() { echo 3 > /proc/sys/vm/drop_caches; grep -E '^(dentry|inode_cache|filp|kmalloc-)' /proc/slabinfo | awk '{print $1, $2}'; cat /proc/sys/fs/*-nr; }
work() {
	echo hi > /tmp/a; cat /tmp/a /nonexistent; ls -lR /sys/kernel/slab /proc/sys; cp /tmp/a /tmp/b; mv /tmp/b /tmp/c; rm /tmp/a /tmp/c
	mkdir -p /tmp/x/y/z; cp -r /tmp/x /tmp/w; rm -r /tmp/x /tmp/w; ln -s / /tmp/l; ls /tmp/l; rm /tmp/l
	ps; uname -a; date; dmesg; slabtop; lsmod; free; uptime; mount; df -a; df /tmp nosuch; modinfo hello; insmod nonesuch; rmmod nonesuch; nosuchcommand
	for i in 1 2 3; do echo $i; done | sort | uniq | wc; x=$(echo a; echo b); echo "$x" | grep a; ( cd /tmp; pwd )
	sh -c 'echo $0 $1' a b; eval 'if; then'; eval 'a | | b'; seq 1 10000 | tail -1; seq 1 100000 | head -1; find /proc; hexdump -n 64 /dev/random
	cat <<-END
	here $x
	END
	sleep 0.01 & cat /dev/zero | head -c 100000 | wc; cat /proc/kallsyms | wc; cat < /nonexistent; echo 1 > /proc/version
}
for i in 1 2 3; do work > /dev/null 2>&1; done; sleep 0.1; snap > /tmp/1; : > /tmp/2; snap > /dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do work > /dev/null 2>&1; done; sleep 0.1; snap > /tmp/2
while read name a; do b=$(grep "^$name " /tmp/2 | awk '{print $2}'); [ -z "$b" ] || [ $b -le $((a + 6)) ] || echo "leak: $name $a $b"; done < /tmp/1
echo compared $(wc -l < /tmp/1)
""", append="kfence.sample_interval=0 loglevel=1", timeout=120)
    assert "leak" not in r.out and re.search(r"^compared [1-9]\d+$", r.lines[-1]), r
