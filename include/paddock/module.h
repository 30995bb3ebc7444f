/* SPDX-License-Identifier: MIT */
/*
 * Loading and unloading modules: the entry points for the shell (insmod, rmmod, modinfo).
 */
#pragma once

#include <linux/types.h>

/*
 * Text for the person who typed the command. The log gets Linux's lines; this gets the same facts
 * explained: all symbols at once, grouped by cause, the word of the version string that differs…
 * Lines end in '\n'; what does not fit is dropped, and the text stays NUL-terminated.
 */
struct module_errbuf {
	size_t len;
	char text[4096];
};

#define MODULE_LOAD_IGNORE_MODVERSIONS	1u	/* insmod -f, as Linux's finit_module() flags */
#define MODULE_LOAD_IGNORE_VERMAGIC	2u
#define MODULE_LOAD_DRY_RUN		0x100u	/* insmod -n: check and link, say what would be, undo */
#define MODULE_LOAD_NO_INIT		0x200u	/* for tests: all but the module's own init and exit */

#define MODULE_UNLOAD_FORCE		1u	/* rmmod -f: in spite of users; taints */

/*
 * module_load - link the module in @image and run its init.
 * @image: the whole .ko file; only read, may be freed on return.
 * @args:  parameters as typed, "a=1 b=2", or "".
 * @flags: MODULE_LOAD_*.
 * @err:   receives the explanation on failure (and the plan of a dry run); may be NULL.
 *
 * Context: thread, may sleep. Runs the module's init: an oops there ends the calling thread, and
 *          the module then stays in state "coming", as in Linux: so run it in a thread of its own.
 * Locking: takes and drops module_mutex; init runs without it.
 * Returns: 0, or -ENOEXEC (not a module, broken, or for another kernel or machine), -EEXIST (already
 *          loaded), -EBUSY (one of that name is on its way in or out), -ENOENT (unknown symbol),
 *          -ENOMEM, -EINVAL/-ERANGE/-ENOENT (parameters), -EKEYREJECTED… never; else init's own errno.
 */
int module_load(const void *image, size_t len, const char *args, unsigned int flags,
		struct module_errbuf *err);

/*
 * module_unload - run the module's exit and free it.
 * @name: '-' and '_' are the same.
 *
 * Context: thread, may sleep; see module_load() about oopses.
 * Returns: 0, or -ENOENT (no such module), -EWOULDBLOCK (in use by other modules: err names them,
 *          or referenced), -EBUSY (has init but no exit, or is not live).
 */
int module_unload(const char *name, unsigned int flags, struct module_errbuf *err);

/*
 * module_modinfo - call @emit for each "tag=value" of the module's .modinfo, in file order.
 * Context: thread. Returns: 0, or -ENOEXEC for what is no module (with the reason in @err), or what @emit returned.
 */
int module_modinfo(const void *image, size_t len,
		   int (*emit)(void *ctx, const char *tag, const char *value), void *ctx,
		   struct module_errbuf *err);

/*
 * module_show_rewrites - modinfo -r: which undefined symbols isolation binds elsewhere, one line each.
 * Context: thread. Returns: as module_modinfo().
 */
int module_show_rewrites(const void *image, size_t len,
			 int (*emit)(void *ctx, const char *symbol, const char *target), void *ctx,
			 struct module_errbuf *err);

/* printf into the buffer; @err may be NULL. */
void module_err(struct module_errbuf *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
