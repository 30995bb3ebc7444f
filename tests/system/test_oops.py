# SPDX-License-Identifier: MIT
"""A module's crash ends its thread, not the system."""
import re


def test_null_dereference_leaves_the_shell_alive(vm):
    r = vm("insmod null_deref; echo alive; lsmod")
    assert re.search(r"^alive$", r.out, re.M) and r.status == 0, r
    assert {"x86_64": "BUG: kernel NULL pointer dereference, address: 0000000000000",
            "arm64": "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000"}[vm.arch] in r.out, r
    assert re.search(r"Call [Tt]race:", r.out) and re.search(r"\+0x[0-9a-f]+/0x[0-9a-f]+ \[null_deref\]", r.out), r
    assert "---[ end trace" in r.out, r


def test_panic_on_oops(vm):
    r = vm("insmod null_deref; echo alive", append="panic_on_oops=1")
    assert r.status == 100 and "Kernel panic - not syncing: Fatal exception" in r.out, r
    assert not re.search(r"^alive$", r.out, re.M), r
