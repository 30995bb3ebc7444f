// SPDX-License-Identifier: MIT
/*
 * A reader of flattened device trees. Contract: <paddock/fdt.h>.
 *
 * The structure block is a sequence of big-endian 32-bit tokens:
 *
 *   BEGIN_NODE name\0 pad   PROP len nameoff value pad ...   children ...   END_NODE   ...   END
 *
 * Invariant after fdt_open(): from any node's offset, next_token() walks to END without leaving the
 * block, names and property names are NUL-terminated inside their blocks, and nodes nest no deeper
 * than FDT_MAX_DEPTH. Still each read is checked where it is made: a check costs little, and the
 * firmware may share the memory with others.
 */
#include <paddock/fdt.h>
#include <linux/string.h>

#define FDT_MAGIC	0xd00dfeed

enum token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9, BROKEN = 0 };

/* Offsets of header fields. */
enum { H_MAGIC, H_TOTAL = 4, H_STRUCT = 8, H_STRINGS = 12, H_RSVMAP = 16, H_VERSION = 20,
	H_COMPAT = 24, H_STRINGS_LEN = 32, H_STRUCT_LEN = 36, H_BYTES = 40 };

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* @cells 32-bit cells as one number; more than two keep the low 64 bits (PCI's three-cell addresses). */
static u64 be_cells(const u8 *p, u32 cells)
{
	u64 value = 0;

	while (cells--) {
		value = value << 32 | be32(p);
		p += 4;
	}
	return value;
}

/* Bytes of the string at @off with its NUL, or 0 when it does not end before @end. */
static u32 string_bytes(const struct fdt *fdt, u32 off, u32 end)
{
	for (u32 at = off; at < end; at++)
		if (!fdt->blob[at])
			return at - off + 1;
	return 0;
}

/*
 * What is at *pos, and step over it. @body: offset of the node's name, or of the property's length
 * cell. NOPs are passed over.
 */
static enum token next_token(const struct fdt *fdt, u32 *pos, u32 *body)
{
	for (;;) {
		u32 at = *pos, end = fdt->structs_end, token, len;

		if (at > end || end - at < 4)
			return BROKEN;
		token = be32(fdt->blob + at);
		at += 4;
		*body = at;
		switch (token) {
		case BEGIN_NODE:
			len = string_bytes(fdt, at, end);
			if (!len)
				return BROKEN;
			at += (len + 3) & ~3u;
			break;
		case PROP:
			if (end - at < 8)
				return BROKEN;
			len = be32(fdt->blob + at);
			at += 8;
			if (len > end - at)
				return BROKEN;
			at += (len + 3) & ~3u;
			break;
		case NOP:
			*pos = at;
			continue;
		case END_NODE:
		case END:
			break;
		default:
			return BROKEN;
		}
		if (at > end)
			return BROKEN;
		*pos = at;
		return token;
	}
}

u32 fdt_size_of(const void *header)
{
	const u8 *h = header;

	return be32(h) == FDT_MAGIC ? be32(h + H_TOTAL) : 0;
}

/* The whole structure once: tokens in order, nesting, property names. */
static const char *check_structure(const struct fdt *fdt)
{
	u32 pos = fdt->structs, body, name;
	int depth = 0;
	bool seen_child = false;	/* properties come before children */

	for (;;) {
		switch (next_token(fdt, &pos, &body)) {
		case BEGIN_NODE:
			if (depth == FDT_MAX_DEPTH)
				return "nested too deep";
			if (!depth && seen_child)
				return "two roots";
			depth++;
			seen_child = false;
			break;
		case END_NODE:
			if (!depth)
				return "more ends than nodes";
			depth--;
			seen_child = true;
			break;
		case PROP:
			name = be32(fdt->blob + body + 4);
			if (!depth || seen_child)
				return "a property outside its node";
			if (name >= fdt->strings_end - fdt->strings ||
			    !string_bytes(fdt, fdt->strings + name, fdt->strings_end))
				return "a property without a name";
			break;
		case END:
			return depth ? "nodes not ended" : seen_child ? NULL : "no root";
		default:
			return "a broken structure block";
		}
	}
}

const char *fdt_open(struct fdt *fdt, const void *blob, size_t max_bytes)
{
	const u8 *h = blob;
	struct fdt f = { .blob = h };
	const char *wrong;
	u32 len;
	u64 base, size;

	memset(fdt, 0, sizeof(*fdt));
	if (max_bytes < H_BYTES || be32(h) != FDT_MAGIC)
		return "no magic number";
	f.size = be32(h + H_TOTAL);
	if (f.size < H_BYTES || f.size > max_bytes || f.size > FDT_MAX_BYTES)
		return "an impossible size";
	/* 17 brought the lengths of both blocks; 16 is what a reader must be at least. */
	if (be32(h + H_VERSION) < 17 || be32(h + H_COMPAT) > 17)
		return "an unknown version";
	f.structs = be32(h + H_STRUCT);
	len = be32(h + H_STRUCT_LEN);
	if (f.structs % 4 || f.structs < H_BYTES || f.structs > f.size || len > f.size - f.structs)
		return "a structure block outside of it";
	f.structs_end = f.structs + len;
	f.strings = be32(h + H_STRINGS);
	len = be32(h + H_STRINGS_LEN);
	if (f.strings < H_BYTES || f.strings > f.size || len > f.size - f.strings)
		return "a strings block outside of it";
	f.strings_end = f.strings + len;
	f.reserve_map = be32(h + H_RSVMAP);
	for (unsigned int i = 0; fdt_reservation(&f, i, &base, &size); i++)
		;
	wrong = check_structure(&f);
	if (!wrong)
		*fdt = f;
	return wrong;
}

bool fdt_reservation(const struct fdt *fdt, unsigned int index, u64 *base, u64 *size)
{
	u64 at = (u64)fdt->reserve_map + 16ull * index;

	if (!fdt->blob || fdt->reserve_map < H_BYTES || at + 16 > fdt->size)
		return false;
	*base = be_cells(fdt->blob + at, 2);
	*size = be_cells(fdt->blob + at + 8, 2);
	return *base || *size;
}

/* The next BEGIN_NODE from @pos on, @depth being that of the node we come from. */
static bool step(const struct fdt *fdt, struct fdt_node *n, u32 pos, int depth)
{
	for (;;) {
		u32 at = pos, body;

		switch (next_token(fdt, &pos, &body)) {
		case BEGIN_NODE:
			if (++depth >= FDT_MAX_DEPTH)
				return false;
			/* @at may be at a NOP before the token; reading skips it again. */
			n->path[depth] = at;
			n->depth = depth;
			return true;
		case END_NODE:
			if (depth-- < 0)
				return false;
			break;
		case PROP:
			break;
		default:
			return false;
		}
	}
}

bool fdt_first(const struct fdt *fdt, struct fdt_node *n)
{
	return fdt->blob && step(fdt, n, fdt->structs, -1);
}

bool fdt_next(const struct fdt *fdt, struct fdt_node *n)
{
	u32 pos = n->path[n->depth], body;

	return fdt->blob && next_token(fdt, &pos, &body) == BEGIN_NODE && step(fdt, n, pos, n->depth);
}

bool fdt_child(const struct fdt *fdt, const struct fdt_node *parent, struct fdt_node *n)
{
	while (fdt_next(fdt, n) && n->depth > parent->depth)
		if (n->depth == parent->depth + 1)
			return true;
	return false;
}

const char *fdt_name(const struct fdt *fdt, const struct fdt_node *n)
{
	u32 pos = n->path[n->depth], body;

	if (!fdt->blob || next_token(fdt, &pos, &body) != BEGIN_NODE)
		return "";
	return (const char *)fdt->blob + body;
}

const void *fdt_prop(const struct fdt *fdt, const struct fdt_node *n, const char *name, u32 *len)
{
	u32 pos = n->path[n->depth], body;

	if (!fdt->blob || next_token(fdt, &pos, &body) != BEGIN_NODE)
		return NULL;
	while (next_token(fdt, &pos, &body) == PROP) {
		const u8 *p = fdt->blob + body;
		u32 name_off = be32(p + 4);

		if (name_off < fdt->strings_end - fdt->strings &&
		    !strcmp((const char *)fdt->blob + fdt->strings + name_off, name)) {
			if (len)
				*len = be32(p);
			return p + 8;
		}
	}
	return NULL;
}

const char *fdt_string(const struct fdt *fdt, const struct fdt_node *n, const char *name)
{
	u32 len;
	const char *s = fdt_prop(fdt, n, name, &len);

	return s && len && !s[len - 1] ? s : NULL;
}

bool fdt_cell(const struct fdt *fdt, const struct fdt_node *n, const char *name, unsigned int index, u32 *value)
{
	u32 len;
	const u8 *p = fdt_prop(fdt, n, name, &len);

	if (!p || index >= len / 4)
		return false;
	*value = be32(p + 4 * index);
	return true;
}

bool fdt_u32(const struct fdt *fdt, const struct fdt_node *n, const char *name, u32 *value)
{
	u32 len;
	const u8 *p = fdt_prop(fdt, n, name, &len);

	if (!p || len != 4)
		return false;
	*value = be32(p);
	return true;
}

bool fdt_u64(const struct fdt *fdt, const struct fdt_node *n, const char *name, u64 *value)
{
	u32 len;
	const u8 *p = fdt_prop(fdt, n, name, &len);

	if (!p || (len != 4 && len != 8))
		return false;
	*value = be_cells(p, len / 4);
	return true;
}

/* A list of NUL-terminated strings in a property. */
static bool list_has(const char *list, u32 len, const char *what)
{
	size_t n = strlen(what) + 1;

	while (list && len >= n) {
		size_t one = strnlen(list, len) + 1;

		if (one > len)
			return false;
		if (one == n && !memcmp(list, what, n))
			return true;
		list += one;
		len -= one;
	}
	return false;
}

bool fdt_is_compatible(const struct fdt *fdt, const struct fdt_node *n, const char *what)
{
	u32 len = 0;
	const char *list = fdt_prop(fdt, n, "compatible", &len);

	return list_has(list, len, what);
}

bool fdt_find_compatible(const struct fdt *fdt, const char *what, struct fdt_node *n)
{
	for (bool ok = fdt_first(fdt, n); ok; ok = fdt_next(fdt, n))
		if (fdt_is_compatible(fdt, n, what) && fdt_enabled(fdt, n))
			return true;
	return false;
}

bool fdt_find_phandle(const struct fdt *fdt, u32 phandle, struct fdt_node *n)
{
	u32 value;

	for (bool ok = fdt_first(fdt, n); ok; ok = fdt_next(fdt, n))
		if (fdt_u32(fdt, n, "phandle", &value) && value == phandle)
			return true;
	return false;
}

bool fdt_enabled(const struct fdt *fdt, const struct fdt_node *n)
{
	const char *status = fdt_string(fdt, n, "status");

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* Is the path element [at, at + len) this node's name, with or without its unit address? */
static bool name_matches(const char *name, const char *at, size_t len)
{
	return !strncmp(name, at, len) && (!name[len] || name[len] == '@');
}

static bool walk_path(const struct fdt *fdt, const char *path, struct fdt_node *n)
{
	if (!fdt_first(fdt, n))
		return false;
	for (;;) {
		struct fdt_node parent = *n;
		size_t len;
		bool found = false;

		while (*path == '/')
			path++;
		if (!*path)
			return true;
		len = strcspn(path, "/");
		while (!found && fdt_child(fdt, &parent, n))
			found = name_matches(fdt_name(fdt, n), path, len);
		if (!found)
			return false;
		path += len;
	}
}

bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *n)
{
	const char *target;
	char alias[32];
	size_t len;

	if (*path == '/')
		return walk_path(fdt, path, n);
	len = strcspn(path, "/");
	if (!len || len >= sizeof(alias) || !walk_path(fdt, "/aliases", n))
		return false;
	memcpy(alias, path, len);
	alias[len] = '\0';
	target = fdt_string(fdt, n, alias);
	/* An alias of an alias would be a mistake, perhaps a loop. */
	return target && *target == '/' && !path[len] && walk_path(fdt, target, n);
}

static void cell_counts(const struct fdt *fdt, const struct fdt_node *bus, u32 *addr, u32 *size)
{
	*addr = 2;
	*size = 1;
	fdt_u32(fdt, bus, "#address-cells", addr);
	fdt_u32(fdt, bus, "#size-cells", size);
}

static struct fdt_node parent_of(const struct fdt_node *n)
{
	struct fdt_node parent = *n;

	parent.depth--;
	return parent;
}

/*
 * One bus upwards: *base in @bus's address space becomes one in its parent's. No "ranges": its devices
 * cannot be seen from above; empty: the same addresses.
 */
static bool translate(const struct fdt *fdt, const struct fdt_node *bus, u64 *base)
{
	struct fdt_node above = parent_of(bus);
	u32 len, here, size, up, unused, stride;
	const u8 *p = fdt_prop(fdt, bus, "ranges", &len);

	if (!p)
		return false;
	if (!len)
		return true;
	cell_counts(fdt, bus, &here, &size);
	cell_counts(fdt, &above, &up, &unused);
	if (here > 3 || up > 3 || size > 2)
		return false;
	stride = 4 * (here + up + size);
	for (; stride && len >= stride; p += stride, len -= stride) {
		u64 child = be_cells(p, here), bytes = be_cells(p + 4 * (here + up), size);

		if (*base >= child && *base - child < bytes) {
			*base = be_cells(p + 4 * here, up) + (*base - child);
			return true;
		}
	}
	return false;
}

bool fdt_reg_local(const struct fdt *fdt, const struct fdt_node *n, unsigned int index, u64 *base, u64 *size)
{
	struct fdt_node bus;
	u32 len, addr_cells, size_cells, stride;
	const u8 *p = fdt_prop(fdt, n, "reg", &len);

	if (!p || n->depth < 1)
		return false;
	bus = parent_of(n);
	cell_counts(fdt, &bus, &addr_cells, &size_cells);
	if (addr_cells > 3 || size_cells > 2)
		return false;
	stride = 4 * (addr_cells + size_cells);
	if (!stride || index >= len / stride)
		return false;
	p += stride * index;
	*base = be_cells(p, addr_cells);
	*size = be_cells(p + 4 * addr_cells, size_cells);
	return true;
}

bool fdt_reg(const struct fdt *fdt, const struct fdt_node *n, unsigned int index, u64 *base, u64 *size)
{
	u64 at, bytes;

	if (!fdt_reg_local(fdt, n, index, &at, &bytes))
		return false;
	for (struct fdt_node bus = parent_of(n); bus.depth > 0; bus = parent_of(&bus))
		if (!translate(fdt, &bus, &at))
			return false;
	*base = at;
	*size = bytes;
	return true;
}
