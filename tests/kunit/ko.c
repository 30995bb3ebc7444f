// SPDX-License-Identifier: MIT
/* See ko.h. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <paddock/fs.h>
#include "ko.h"

static int read(const char *name, struct ko *ko)
{
	char path[64];
	void *data = NULL;
	int err;

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", name);
	err = read_whole_file(NULL, path, &data, &ko->len);
	ko->data = data;
	return err;
}

static void free_ko(void *data)
{
	kvfree(data);
}

struct ko ko_read(struct kunit *test, const char *name)
{
	struct ko ko;

	KUNIT_ASSERT_EQ_MSG(test, 0, read(name, &ko), "%s", name);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_ko, ko.data));
	return ko;
}

int ko_load(const char *name, const char *args)
{
	struct ko ko;
	int err = read(name, &ko);

	if (err)
		return err;
	err = module_load(ko.data, ko.len, args, 0, NULL);
	kvfree(ko.data);
	return err;
}
