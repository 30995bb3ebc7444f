// SPDX-License-Identifier: MIT
/*
 * Formatting into memory of the right size: count, allocate, write.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	int len = vsnprintf(NULL, 0, fmt, args), written;
	char *p = kmalloc(len + 1, gfp);

	if (!p)
		return NULL;
	written = vsnprintf(p, len + 1, fmt, args);
	WARN(written != len, "different return values (%d and %d) from vsnprintf(\"%s\", ...)", len,
	     written, fmt);
	return p;
}
EXPORT_SYMBOL(kvasprintf);

/* A constant text needs no copy; free with kfree_const(). */
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args)
{
	if (!strchr(fmt, '%'))
		return kstrdup_const(fmt, gfp);
	if (strcmp(fmt, "%s") == 0)
		return kstrdup_const(va_arg(args, const char *), gfp);
	return kvasprintf(gfp, fmt, args);
}
EXPORT_SYMBOL(kvasprintf_const);

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = kvasprintf(gfp, fmt, args);
	va_end(args);
	return p;
}
EXPORT_SYMBOL(kasprintf);
