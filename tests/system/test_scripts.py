# SPDX-License-Identifier: MIT
"""Scripts as they are written for bash run as they are: arrays, for ((…)), ((…)), awk -F, subshells that fail in silence."""

# Adds up over some herds what the fullest pasture of each holds, then moves the fence: what administrators' scripts do
# with /sys, whose files may have one of two names.
SCRIPT = r"""#!/bin/bash
# usage: ./herds.sh sheep goats

HERDS=/tmp/herds
FENCE=/tmp/fence

if [ $# -eq 0 ]; then
	echo "err: no herds"
	exit 1
fi

#is there such a herd?
for h in $@; do
	herd_path=$HERDS/$h
	if [ !  -d $herd_path ]; then
		echo "err: herd $h unknown!"
		exit 1
	fi
done

sum=0
for h in $@; do
	counts=($(cat $HERDS/$h/count))
	most=1
	for ((k=1; k<${#counts[@]}; k++)); do
		n=$(echo ${counts[$k]} | awk -F= '{print $2}')
		[ $most -lt $n ] && most=$n
	done
	((sum += most))
done
echo "posts: $sum"

if [ $(cat $FENCE/height) -ne 0 ]; then
	echo "fence is up, take it down..."
	echo 0 > $FENCE/height
	sleep 0.1
fi

#all herds out
for file in $HERDS/*
do
	(echo 0 > $file/inside/now) 2>/dev/null || echo 1 > $file/outside
done

for h in $@; do
	(echo 1 > $HERDS/$h/inside/now) 2>/dev/null || echo 0 > $HERDS/$h/outside
done

echo $sum > $FENCE/posts
echo 2 > $FENCE/height
if [ $?  -ne 0 ]; then
	echo "err: no fence!"
	exit 1
fi
echo "fence up!"
"""


def test_a_script_written_for_bash(vm, tmp_path):
    (tmp_path / "herds.sh").write_text(SCRIPT)
    r = vm(r"""mkdir -p /tmp/fence /tmp/herds/sheep/inside /tmp/herds/goats /tmp/herds/cows/inside
echo 7 >/tmp/fence/height; echo '30 N0=12 N1=18' >/tmp/herds/sheep/count; echo '5 N0=5' >/tmp/herds/goats/count; echo 0 >/tmp/herds/cows/count
bash /herds.sh; echo status $?
bash /herds.sh sheep wolves; echo status $?
bash /herds.sh sheep goats cows; echo status $?
cd /tmp; grep . fence/* herds/*/outside herds/*/inside/now
sh /herds.sh goats; echo status $?; cat fence/posts
rm -r fence; bash /herds.sh cows; echo status $?""", add=tmp_path / "herds.sh")
    assert r.out == """err: no herds
status 1
err: herd wolves unknown!
status 1
posts: 24
fence is up, take it down...
fence up!
status 0
fence/height:2
fence/posts:24
herds/goats/outside:0
herds/cows/inside/now:1
herds/sheep/inside/now:1
posts: 5
fence is up, take it down...
fence up!
status 0
5
posts: 1
cat: /tmp/fence/height: No such file or directory
[: 0: unexpected operator
/herds.sh: /tmp/fence/posts: No such file or directory
/herds.sh: /tmp/fence/height: No such file or directory
err: no fence!
status 1
""", r


def test_local_variables(vm):
    r = vm(r"""x=out y=out
f() { local x y=in z="a  b" list=(1 '2 3' 4); echo "[$x] $y [$z] ${#list[@]} ${list[1]}"; x=set; g; (local x=sub; g; x=lost); echo $x; w=global; }
g() { echo g sees $x; y=changed; }
f; echo "$x $y [$z] [${list[@]}] $w"
r() { local n=$1; [ $n -eq 0 ] || r $((n - 1)); echo -n "$n "; }; r 5; echo end
e() { local a=$1; return 3; }; e "x y"; echo $? [$a]
h() { local s=$1; local s; echo "<$s>"; }; h "*  *"
export E=up; k() { local E=down; env | grep ^E=; }; k; env | grep ^E=
p() { local x=pipe; echo $x | cat; }; p | cat; echo $x
local v=1; echo $? [$v]; q() { local 1x ok=2; echo $? $ok; }; q; sh -c 'local v'; echo $?
local l=(1 2); echo $? ${#l[@]}""")
    assert r.out == """[] in [a  b] 3 2 3
g sees set
g sees sub
set
out out [] [] global
0 1 2 3 4 5 end
3 []
<*  *>
E=down
E=up
pipe
out
local: can only be used in a function
1 []
local: `1x': not a valid identifier
1 2
local: can only be used in a function
1
local: can only be used in a function
1 0
""", r


def test_functions_call_themselves(vm):
    """Deeper than one stack reaches, with the shell's own state; without end, until that is refused, and nothing is lost."""
    r = vm(r"""sum() { local n=$1; if [ $n -eq 0 ]; then total=0; return 7; fi; sum $((n - 1)); local st=$?; total=$((total + n)); return $st; }
sum 60; echo $? $total
fact() { local n=$1; [ $n -le 1 ] && { echo 1; return; }; echo $((n * $(fact $((n - 1))))); }; fact 15
out() { [ $1 -eq 0 ] && exit 5; out $(($1 - 1)); }; (out 30); echo $?
deep() { deep; }; deep 2>&1 | tail -n 1; echo $?; echo alive
cat /proc/meminfo | grep MemAvailable >/tmp/1; deep 2>/dev/null; deep 2>/dev/null; echo 3 >/proc/sys/vm/drop_caches; sleep 0.2
read a before b </tmp/1; set -- $(grep MemAvailable /proc/meminfo); [ $((before - $2)) -lt 1000 ] && echo nothing lost""", timeout=120)
    assert r.out == """7 1830
1307674368000
5
sh: fork: Resource temporarily unavailable
0
alive
nothing lost
""", r


def test_expr_groups(vm):
    r = vm(r"""expr 'N1=18' : 'N[0-9]*=\(.*\)'; expr a=b=c : '\(.*\)=.*'; expr match kmalloc-64 'kmalloc-\([0-9]\+\)'
expr abc : '\(x*\)'; echo $?; expr abc : '\(b\)'; echo $?; expr abc : 'ab'; expr 'a(b' : '.[(]'; expr aab : '\(a\)\1'; echo $?; expr a : '\(a'; echo $?""")
    assert r.out == """18
a=b
64

1

1
2
2
expr: Back-references are not supported
2
expr: Unmatched ( or \\(
2
""", r
