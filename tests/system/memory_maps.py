# SPDX-License-Identifier: MIT
"""Kernels that boot with another memory map than the machine's: the loader's word is changed before they read it.

A copy of the kernel gets a few instructions and the map behind it, and an entry that goes through them.
The kernel itself is the one that was built, and so is all that it finds.
"""
import os
import struct

RAM, RESERVED = 1, 2

# ---- x86_64: the copy's PVH note leads to a stub that changes hvm_start_info's map ----

STUB_PA = 0x3000000		# the map follows; read before anything is allocated


def x86_64(vmpaddock, out, ranges, table_at=None):
    """@ranges: (base, size, type). @table_at: where the start info says that the table is, instead of where it is."""
    elf = bytearray(open(vmpaddock, "rb").read())
    note = elf.index(struct.pack("<III4s", 4, 8, 18, b"Xen\0")) + 16
    entry, = struct.unpack_from("<Q", elf, note)
    struct.pack_into("<Q", elf, note, STUB_PA)
    table_pa = STUB_PA + 64
    stub = b"\xc7\x43\x28" + struct.pack("<I", table_pa if table_at is None else table_at & 0xffffffff)
    stub += b"\xc7\x43\x2c" + struct.pack("<I", 0 if table_at is None else table_at >> 32)
    stub += b"\xc7\x43\x30" + struct.pack("<I", len(ranges))        # movl $…, 40/44/48(%ebx)
    stub += b"\xb9" + struct.pack("<I", entry) + b"\xff\xe1"        # movl $entry, %ecx; jmp *%ecx
    segment = stub.ljust(64, b"\x90") + b"".join(struct.pack("<QQII", b, s, t, 0) for b, s, t in ranges)
    # One more segment: all program headers move to the file's end, where there is room.
    phoff, = struct.unpack_from("<Q", elf, 32)
    phentsize, phnum = struct.unpack_from("<HH", elf, 54)
    headers = elf[phoff:phoff + phentsize * phnum]
    elf += bytes(-len(elf) % 4096)
    headers += struct.pack("<IIQQQQQQ", 1, 5, len(elf), STUB_PA, STUB_PA, len(segment), len(segment), 4096)
    elf += segment + bytes(-len(segment) % 8)
    struct.pack_into("<Q", elf, 32, len(elf))
    struct.pack_into("<H", elf, 56, phnum + 1)
    with open(out, "wb") as f:
        f.write(elf + headers)


# ---- arm64: the copy's second instruction leads to a stub that gives it another device tree ----

FDT_BEGIN_NODE, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END = 1, 2, 3, 4, 9


class Tree:
    """Just enough of a device tree: a flat blob whose memory nodes go, and to whose root nodes are added."""

    def __init__(self, blob):
        (_, _, self.struct_at, self.strings_at, self.reserved_at, _, _, _, size_strings,
         size_struct) = struct.unpack_from(">10I", blob)
        self.blob = blob
        self.strings = bytearray(blob[self.strings_at:self.strings_at + size_strings])
        self.nodes = bytearray(blob[self.struct_at:self.struct_at + size_struct])

    def name(self, text):
        text = text.encode() + b"\0"
        at = self.strings.find(b"\0" + text) + 1
        if not at and not self.strings.startswith(text):
            at = len(self.strings)
            self.strings += text
        return at

    def prop(self, name, value):
        return struct.pack(">III", FDT_PROP, len(value), self.name(name)) + value + bytes(-len(value) % 4)

    def node(self, name, *inside):
        name = name.encode() + b"\0"
        return struct.pack(">I", FDT_BEGIN_NODE) + name + bytes(-len(name) % 4) + b"".join(inside) + \
            struct.pack(">I", FDT_END_NODE)

    def drop_memory(self):
        """Each node of the root with device_type "memory" becomes NOPs."""
        kind, at, start, depth, memory = self.name("device_type"), 0, 0, 0, False
        while True:
            token, = struct.unpack_from(">I", self.nodes, at)
            here, at = at, at + 4
            if token == FDT_BEGIN_NODE:
                depth += 1
                if depth == 2:
                    start, memory = here, False
                at = (self.nodes.index(b"\0", at) + 4) & ~3
            elif token == FDT_END_NODE:
                if depth == 2 and memory:
                    self.nodes[start:at] = struct.pack(">I", FDT_NOP) * ((at - start) // 4)
                depth -= 1
            elif token == FDT_PROP:
                length, name = struct.unpack_from(">II", self.nodes, at)
                memory |= depth == 2 and name == kind and self.nodes[at + 8:at + 15] == b"memory\0"
                at = (at + 8 + length + 3) & ~3
            elif token == FDT_END:
                return

    def add(self, *nodes):
        # Before the root's end and the tree's.
        self.nodes[-8:-8] = b"".join(nodes)

    def bytes(self):
        head = self.blob[:self.struct_at]
        total = len(head) + len(self.nodes) + len(self.strings)
        head = struct.pack(">10I", *struct.unpack_from(">I", head), total, len(head), len(head) + len(self.nodes),
                           self.reserved_at, *struct.unpack_from(">III", head, 20), len(self.strings),
                           len(self.nodes)) + head[40:]
        return head + bytes(self.nodes) + bytes(self.strings)


def arm64(image, out, ranges, blob):
    """@blob: the device tree of the very machine, kernel size and initramfs: QEMU's, dumped."""
    tree = Tree(blob)
    tree.drop_memory()
    for i, (base, size, kind) in enumerate(ranges):
        if kind == RAM:
            tree.add(tree.node("ram@%d" % i, tree.prop("device_type", b"memory\0"),
                               tree.prop("reg", struct.pack(">QQ", base, size))))
    cells = struct.pack(">I", 2)
    tree.add(tree.node("reserved-memory", tree.prop("#address-cells", cells), tree.prop("#size-cells", cells),
                       tree.prop("ranges", b""),
                       *(tree.node("not-ours@%d" % i, tree.prop("reg", struct.pack(">QQ", base, size)))
                         for i, (base, size, kind) in enumerate(ranges) if kind == RESERVED)))
    code = bytearray(open(image, "rb").read())
    image_size, = struct.unpack_from("<Q", code, 16)
    # Behind .bss, which is cleared.
    stub_at = (max(image_size, len(code)) + 4095) & ~4095
    code += bytes(stub_at - len(code))
    branch, = struct.unpack_from("<I", code, 4)
    assert branch >> 26 == 0x5, "the header's second instruction is a branch"
    target = 4 + ((branch & 0x3ffffff) ^ 0x2000000) * 4 - 0x2000000 * 4

    def b(at, to):
        return struct.pack("<I", 0x14000000 | (to - at) // 4 & 0x3ffffff)

    code[4:8] = b(4, stub_at)
    code += struct.pack("<I", 0x10000000 | (4096 // 4) << 5)          # adr x0, the tree: a page further
    code += b(stub_at + 4, target)
    code += bytes(4096 - 8) + tree.bytes()
    with open(out, "wb") as f:
        f.write(code)


def dump_device_tree(vm, path, commands="true", **options):
    """The tree that QEMU makes for the machine that vm(commands, **options) boots, without the room that it leaves behind it."""
    vm(commands, machine="virt,gic-version=3,acpi=off,dumpdtb=%s" % path, **options)
    blob = open(path, "rb").read()
    off_struct, off_strings, size_strings, size_struct = (struct.unpack_from(">I", blob, at)[0] for at in (8, 12, 32, 36))
    end = max(off_struct + size_struct, off_strings + size_strings)
    return blob[:4] + struct.pack(">I", end) + blob[8:end]


def kernel_with_map(vm, tree, tmp_path, ranges, commands, append="", **options):
    """The file to boot as --kernel, with exactly these @commands and options (on arm64 the initramfs's place follows)."""
    out = str(tmp_path / "kernel")
    build = os.path.join(tree, "build", vm.arch)
    if vm.arch == "x86_64":
        x86_64(os.path.join(build, "vmpaddock"), out, ranges)
    else:
        blob = dump_device_tree(vm, tmp_path / "dtb", commands, append=append, **options)
        arm64(os.path.join(build, "Image"), out, ranges, blob)
    return out
