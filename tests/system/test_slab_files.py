# SPDX-License-Identifier: MIT
"""/sys/kernel/slab, /sys/kernel/debug/slab, and which caches are one: what Linux users look at, in Linux's formats."""
import re

import pytest

TRACE = r" +(\d+) (\S+|\S+ \[\w+\])( waste=(\d+)/(\d+))? age=\d+(/\d+/\d+)? pid=\d+(-\d+)? cpus=[\d,-]+( nodes=[\d,-]+)?"


def test_traces_say_who_has_the_objects(vm):
    r = vm("""cd /sys/kernel/debug/slab; ls -1
insmod leak count=3000; insmod object_cache count=1000; ls -1; ls -l object_cache_point | grep -c -e '-r--------.*_traces'
echo alloc; head -n 3 kmalloc-64/alloc_traces; echo own; head -n 1 object_cache_point/alloc_traces
echo freed; cat object_cache_point/free_traces
{ rmmod object_cache; cat; echo status $?; } < object_cache_point/alloc_traces; ls -1
rmmod leak; head -n 1 kmalloc-64/alloc_traces""", append="slub_debug=U,kmalloc-64,object_cache_point kfence.sample_interval=0",
           smp=2, numa=2)
    lines = [line for line in r.lines if "loading out-of-tree" not in line and "object_cache: " not in line]
    assert r.status == 0 and lines[:5] == ["kmalloc-64", "kmalloc-64", "object_cache_point", "2", "alloc"], r
    m = re.fullmatch(TRACE, lines[5])
    assert m and m[1] == "3000" and re.fullmatch(r"make_session\+0x\w+/0x\w+ \[leak\]", m[2]), r
    assert (m[4], m[5]) == ("48000", "16") and m[8], r
    assert re.fullmatch(r" {8}make_session\+0x\w+/0x\w+ \[leak\]", lines[6]), r
    assert re.fullmatch(r" {8}0x[0-9a-f]{16}", lines[7]), r      # init code, which is gone
    assert lines[8] == "own", r
    m = re.fullmatch(TRACE, lines[9])
    assert m and m[1] == "1000" and not m[3], r
    assert lines[10] == "freed" and re.match(" +1000 <not-available> age=", lines[11]), r
    # A reader whose cache goes: an error, and the folder is away.
    assert re.fullmatch("cat: -: (Input/output error|No such device)", lines[12]), r
    assert lines[13:15] == ["status 1", "kmalloc-64"], r
    # Half of them is forgotten: here is who had them.
    m = re.fullmatch(TRACE, lines[15])
    assert m and m[1] == "1500" and m[4] == "24000", r
    assert len(lines) == 16, r


def test_no_data(vm):
    r = vm("""cd /sys/kernel/debug/slab; insmod object_cache count=0; cat object_cache_point/*_traces""",
           append="slub_debug=U,object_cache_point")
    assert r.lines[-2:] == ["No data"] * 2, r


def test_what_cpus_keep(vm):
    r = vm("""insmod leak; insmod object_cache count=3000; cd /sys/kernel/slab; cat object_cache_point/slabs_cpu_partial
for f in */slabs_cpu_partial; do cat $f; done | grep -v -c -E '^[0-9]+\\([0-9]+\\)( C[0-9]+=[0-9]+\\([0-9]+\\))*$'
cd object_cache_point; cat min_partial cpu_partial; echo 7 > min_partial; echo 630 > cpu_partial; cat min_partial cpu_partial
echo x > min_partial; echo -1 > cpu_partial; echo > cpu_partial; cat min_partial cpu_partial slabs_cpu_partial
cd ../kmalloc-96; cat cpu_partial; echo 0 > cpu_partial; echo 1 > cpu_partial; cat slabs_cpu_partial
cd /sys/kernel/slab/oot-kmalloc-0-64; echo 5 > min_partial; echo 5 > cpu_partial; cat cpu_partial; rmmod object_cache; echo alive""",
           append="slub_debug=Z,kmalloc-96 module.oot_list=leak kfence.sample_interval=0", smp=2)
    lines = [line for line in r.lines if "object_cache" not in line and "leak" not in line]
    m = re.fullmatch(r"(\d+)\((\d+)\)((?: C\d=\d+\(\d+\))+)", lines[0])
    assert m and int(m[1]) == sum(int(n) for n in re.findall(r"C\d=(\d+)", m[3])) > 0, r
    assert int(m[2]) == sum(int(n) for n in re.findall(r"C\d=\d+\((\d+)\)", m[3])), r
    assert lines[1] == "0" and int(lines[2]) > 0 and int(lines[3]) > 630, r
    error = "sh: write error: Invalid argument"
    assert lines[4:] == ["7", "630"] + [error] * 3 + ["7", "630", "0(0)", "0", error, "0(0)", error, "63", "alive"], r


@pytest.mark.parametrize("append,are", [("", "two"), ("slab_merge", "one"), ("slab_merge slab_nomerge", "two"),
                                        ("slub_nomerge slub_merge", "one")])
def test_alike_caches(vm, append, are):
    """Apart unless asked for, since a report must name the cache. The last word counts."""
    r = vm("true", append=append + " kunit=slab_files")
    assert re.search("alike caches are %s$" % are, r.out, re.M), r
    assert re.search(r"Totals: pass:%d fail:0 skip:%d " % ((5, 0) if are == "one" else (4, 1)), r.out), r
