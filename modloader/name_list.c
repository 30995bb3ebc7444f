// SPDX-License-Identifier: MIT
/* Lists of module names; see name_list.h. Pure functions on text. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "internal.h"
#include "name_list.h"

#define VALUE_MAX 24	/* bytes of one value's text */

bool module_names_equal(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}

int name_list_find(const struct name_list *list, const char *name)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (module_names_equal(list->item[i].name, name))
			return i;
	return -1;
}

/* One item of the list, @len characters. */
static int add_item(struct name_list *list, const char *s, size_t len, unsigned int max,
		    int (*value)(const char *text, unsigned long *out))
{
	const char *colon = value ? memchr(s, ':', len) : NULL;
	size_t name_len = colon ? colon - s : len, value_len = colon ? len - name_len - 1 : 0;
	char name[MODULE_NAME_LEN], text[VALUE_MAX];
	unsigned long number = 0;
	int err;

	if (!name_len || name_len >= sizeof(name) || (value && !value_len) || value_len >= sizeof(text))
		return -EINVAL;
	for (size_t i = 0; i < name_len; i++) {
		if (!isalnum(s[i]) && s[i] != '_' && s[i] != '-')
			return -EINVAL;
		name[i] = s[i];
	}
	name[name_len] = 0;
	if (value) {
		memcpy(text, colon + 1, value_len);
		text[value_len] = 0;
		err = value(text, &number);
		if (err)
			return err;
	}
	if (name_list_find(list, name) >= 0)
		return 0;
	if (list->count == max)
		return -ENOSPC;
	strcpy(list->item[list->count].name, name);
	list->item[list->count++].value = number;
	return 0;
}

int name_list_parse(struct name_list *list, const char *text, unsigned int max,
		    int (*value)(const char *text, unsigned long *out))
{
	bool full = false;
	size_t len;
	int err;

	list->count = 0;
	text = skip_spaces(text);
	len = strlen(text);
	while (len && isspace(text[len - 1]))
		len--;
	while (len) {
		const char *comma = memchr(text, ',', len);
		size_t n = comma ? comma - text : len;

		/* One too many is no reason not to look at the rest. */
		err = add_item(list, text, n, max, value);
		if (err == -ENOSPC)
			full = true;
		else if (err)
			return err;
		if (!comma)
			break;
		text += n + 1;
		len -= n + 1;
		if (!len)
			return -EINVAL;	/* a comma with nothing behind it */
	}
	return full ? -ENOSPC : 0;
}

int name_list_show(const struct name_list *list, char *page, int (*value)(unsigned long value, char *buf, size_t size))
{
	char text[VALUE_MAX] = "";
	int n = 0;

	for (unsigned int i = 0; i < list->count; i++) {
		if (value)
			value(list->item[i].value, text, sizeof(text));
		n += scnprintf(page + n, PAGE_SIZE - n, "%s%s%s%s", i ? "," : "", list->item[i].name,
			       value ? ":" : "", text);
	}
	return n + scnprintf(page + n, PAGE_SIZE - n, "\n");
}
