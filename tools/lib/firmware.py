# SPDX-License-Identifier: MIT
"""Where Debian's packages put the UEFI firmware that QEMU starts."""
import os
import shutil


def first(paths, package):
    for p in paths:
        if os.path.exists(p):
            return p
    raise SystemExit("vm: no UEFI firmware found (Debian: apt install %s)" % package)


def x86_64(tmp):
    code = first(["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd"], "ovmf")
    variables = os.path.join(tmp, "vars.fd")     # the firmware writes its settings: a copy for this boot
    shutil.copy(code.replace("CODE", "VARS"), variables)
    return ["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + code,
            "-drive", "if=pflash,format=raw,unit=1,file=" + variables]


def arm64():
    return ["-bios", first(["/usr/share/qemu-efi-aarch64/QEMU_EFI.fd", "/usr/share/AAVMF/AAVMF_CODE.fd"], "qemu-efi-aarch64")]
