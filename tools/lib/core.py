# SPDX-License-Identifier: MIT
"""Makes QEMU's dump of the guest's memory readable by virtual address.

QEMU writes an ELF core whose segments are RAM by physical address, and notes with each CPU's registers. gdb looks
memory up by the segments' virtual addresses. So the kernel's page tables, which are in the dump, are walked,
and each run of pages that they map becomes a segment: image, linear map, modules, stacks. The memory itself stays
where it is in the file: only a new table of segments is added behind it.

Pages that are mapped but not present (KFENCE's guards, freed objects) still have their address in the page
table, so a debugger can look at them.

Sources: System V gABI, "Program Header", "Extended Numbering" (PN_XNUM); for entries arch/*/include/asm/paging.h.
"""
import mmap
import os
import struct

ELF_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
PT_LOAD, PT_NOTE, PN_XNUM = 1, 4, 0xffff
EM_X86_64, EM_AARCH64 = 62, 183
ADDRESS = {EM_X86_64: 0x000ffffffffff000, EM_AARCH64: 0x0000fffffffff000}
PAGE = 4096


class Error(Exception):
    pass


class Elf:
    """The segments of an ELF file, and what else is needed of it."""

    def __init__(self, data):
        self.data = data
        if data[:6] != b"\x7fELF\x02\x01":
            raise Error("not a 64-bit little-endian ELF file")
        h = ELF_HEADER.unpack_from(data)
        self.machine, self.phoff, self.shoff, phnum, shnum = h[2], h[5], h[6], h[10], h[12]
        if phnum == PN_XNUM:
            phnum = SECTION_HEADER.unpack_from(data, self.shoff)[7]
        self.segments = [PROGRAM_HEADER.unpack_from(data, self.phoff + i * PROGRAM_HEADER.size) for i in range(phnum)]
        self.sections = [SECTION_HEADER.unpack_from(data, self.shoff + i * SECTION_HEADER.size) for i in range(shnum)]

    def loads(self):
        return [s for s in self.segments if s[0] == PT_LOAD]

    def note(self, name, kind):
        """The description of a note, and its virtual address."""
        for s in self.segments:
            at, end = s[2], s[2] + s[5]
            while s[0] == PT_NOTE and at + 12 <= end:
                namesz, descsz, what = struct.unpack_from("<III", self.data, at)
                desc = at + 12 + (namesz + 3 & ~3)
                if what == kind and self.data[at + 12:at + 12 + namesz].rstrip(b"\0") == name:
                    return self.data[desc:desc + descsz], s[3] + desc - s[2]
                at = desc + (descsz + 3 & ~3)
        raise Error("no note %s %d" % (name.decode(), kind))

    def symbol(self, name):
        for s in self.sections:
            if s[1] != 2:       # SHT_SYMTAB
                continue
            strings = self.sections[s[6]]
            for at in range(s[4], s[4] + s[5], 24):
                n, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", self.data, at)
                start = strings[4] + n
                if self.data[start:start + len(name) + 1] == name + b"\0":
                    return value
        raise Error("no symbol " + name.decode())


class Memory:
    """The dump, by physical address."""

    def __init__(self, core):
        self.data = core.data
        self.runs = sorted((s[4], s[5], s[2]) for s in core.loads())     # physical address, bytes, place in the file

    def run_of(self, pa):
        for run in self.runs:
            if run[0] <= pa < run[0] + run[1]:
                return run
        return None

    def read(self, pa, size):
        run = self.run_of(pa)
        if run is None or pa + size > run[0] + run[1]:
            return b""
        at = run[2] + pa - run[0]
        return self.data[at:at + size]


def image_offset(memory, kernel):
    """Virtual minus physical address of the image: found by its build ID, on a 2 MiB boundary or where it is linked."""
    build_id, va = kernel.note(b"GNU", 3)
    first = kernel.loads()[0]
    base = first[3] & ~0x1fffff
    candidates = [first[4] - (first[3] - base)]
    for start, size, _ in memory.runs:
        candidates += range(start + 0x1fffff & ~0x1fffff, start + size, 0x200000)
    for pa in candidates:
        if memory.read(pa + va - base, len(build_id)) == build_id:
            return base - pa
    raise Error("the kernel with this build ID is not in the dump")


def is_table(e, machine):
    if machine == EM_X86_64:
        return e & 1 and not e & 0x80
    return e & 3 == 3


def is_leaf(e, level, machine):
    if level == 0:
        return e != 0
    return e & 0x80 if machine == EM_X86_64 else e and not e & 2


def walk(memory, machine, root):
    """(virtual address, size, physical address) of each leaf, in order; adjacent ones joined."""
    mask = ADDRESS[machine]
    out = []

    def add(va, size, pa):
        if out and out[-1][0] + out[-1][1] == va and out[-1][2] + out[-1][1] == pa:
            out[-1][1] += size
        else:
            out.append([va, size, pa])

    def table(pa, level, va):
        raw = memory.read(pa, PAGE)
        if not raw:
            return
        entries = struct.unpack("<512Q", raw)
        step = PAGE << 9 * level
        if level == 0 and entries[0]:
            first = entries[0] & mask
            if [e & mask for e in entries] == list(range(first, first + 512 * PAGE, PAGE)):
                add(va, 512 * PAGE, first)
                return
        for i, e in enumerate(entries):
            if level == 3 and machine == EM_X86_64 and i < 256 or not e:
                continue
            if level and is_table(e, machine):
                table(e & mask, level - 1, va + i * step)
            elif level < 3 and is_leaf(e, level, machine):
                add(va + i * step, step, e & mask & ~(step - 1))

    table(root, 3, 0xffff << 48)
    return out


def segments(memory, runs):
    """Program headers for what of @runs is in the dump."""
    out = []
    for va, size, pa in runs:
        while size:
            run = memory.run_of(pa)
            n = size
            if run:
                n = min(size, run[0] + run[1] - pa)
                out.append(PROGRAM_HEADER.pack(PT_LOAD, 7, run[2] + pa - run[0], va, pa, n, n, PAGE))
            else:               # a device, or a hole: up to where RAM begins again
                starts = [r[0] for r in memory.runs if r[0] > pa]
                n = min([size] + [s - pa for s in starts])
            va, size, pa = va + n, size - n, pa + n
    return out


def by_virtual_address(path, kernel_path):
    """Rewrite the segments of the core at @path. @kernel_path: the ELF file of the kernel in it."""
    with open(kernel_path, "rb") as f:
        kernel = Elf(f.read())
    os.chmod(path, os.stat(path).st_mode | 0o200)      # QEMU makes it read-only
    with open(path, "r+b") as f:
        data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        core = Elf(data)
        if core.machine != kernel.machine:
            raise Error("the kernel is for another processor")
        memory = Memory(core)
        root = kernel.symbol(b"kernel_root") - image_offset(memory, kernel)
        headers = [PROGRAM_HEADER.pack(*s) for s in core.segments if s[0] == PT_NOTE]
        headers += segments(memory, walk(memory, core.machine, root))
        h = list(ELF_HEADER.unpack_from(data))
        data.close()

        f.seek(0, 2)
        f.write(b"\0" * (-f.tell() % 8))
        h[5] = f.tell()                 # e_phoff
        f.write(b"".join(headers))
        h[10] = len(headers)            # e_phnum
        h[6] = h[11] = h[12] = h[13] = 0
        if len(headers) >= PN_XNUM:
            h[10], h[6], h[11], h[12] = PN_XNUM, f.tell(), SECTION_HEADER.size, 1
            f.write(SECTION_HEADER.pack(0, 0, 0, 0, 0, 0, 0, len(headers), 0, 0))
        f.seek(0)
        f.write(ELF_HEADER.pack(*h))
