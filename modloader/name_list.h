/* SPDX-License-Identifier: MIT */
/*
 * Lists of module names, with or without a number each, as isolation's parameters take them: "a,b" and "a:3,b:7".
 */
#pragma once

#include <linux/moduleparam.h>
#include <linux/types.h>
#include <paddock/isolation.h>

struct name_list {
	unsigned int count;
	struct {
		char name[MODULE_NAME_LEN];
		unsigned long value;
	} item[OOT_SLOTS_MAX];
};

/*
 * name_list_parse - fill @list from @text; blanks around the whole are passed over.
 * @max:   most names. A name twice (also with '-' for '_') counts once; the first value stays.
 * @value: reads what follows the ':' of an item, 0 or -errno; NULL: no item has one.
 * Returns: 0; -EINVAL (an empty name, one that no module can have, a value missing or too many), what
 *          @value returned; -ENOSPC: more than @max names, the first @max are in @list.
 */
int name_list_parse(struct name_list *list, const char *text, unsigned int max,
		    int (*value)(const char *text, unsigned long *out));

/* The index of @name, '-' and '_' alike, or -1. */
int name_list_find(const struct name_list *list, const char *name);

/* "a,b\n", or with @value "a:3,b:7\n", into a page. Returns: bytes. */
int name_list_show(const struct name_list *list, char *page, int (*value)(unsigned long value, char *buf, size_t size));
