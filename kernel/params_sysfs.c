// SPDX-License-Identifier: MIT
/*
 * Parameters as files: /sys/module/<name>/parameters/<parameter>, for loadable modules and for the
 * kernel's own parts, whose "module" is what stands before the dot ("kernel" if nothing does).
 *
 * A parameter with perm 0 has no file. Reading calls get(), writing calls set(), both under the
 * parameter lock; set()'s errno is what the writer sees.
 */
#include <linux/completion.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pmalloc.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/driver_call.h>
#include <paddock/init.h>

extern const struct kernel_param __start___param[], __stop___param[];

struct param_attribute {
	struct module_attribute mattr;
	const struct kernel_param *param;
};

/*
 * Which file is which parameter's, with which functions, is sealed: of the kernel's own parameters in the pool "params", filled
 * at boot; of modules' in "module-params", by write-rare.
 */
static struct pmalloc_pool *params_pool __ro_after_init, *blocks_pool __ro_after_init;

/* One block: this, the list of pointers, the attributes. */
struct module_param_attrs {
	struct attribute_group group;
	unsigned int num;
	struct param_attribute *attr;
	struct attribute *list[];
};

static ssize_t param_show(struct module_attribute *mattr, struct module_kobject *mk, char *buf)
{
	const struct kernel_param *kp = container_of(mattr, struct param_attribute, mattr)->param;
	int n;

	if (!kp->ops->get)
		return -EPERM;
	kernel_param_lock(kp->mod);
	n = kp->ops->get(buf, kp);
	kernel_param_unlock(kp->mod);
	return n;
}

static ssize_t param_store(struct module_attribute *mattr, struct module_kobject *mk,
			   const char *buf, size_t len)
{
	const struct kernel_param *kp = container_of(mattr, struct param_attribute, mattr)->param;
	int err;

	if (!kp->ops->set)
		return -EPERM;
	kernel_param_lock(kp->mod);
	if (kp->flags & KERNEL_PARAM_FL_UNSAFE) {
		pr_notice("Setting dangerous option %s - tainting kernel\n", kp->name);
		add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	}
	err = kp->ops->set(buf, kp);
	kernel_param_unlock(kp->mod);
	return err ?: len;
}

/* ---- One module's files ---- */

typedef bool (*param_filter)(const struct kernel_param *kp, const char *arg);

/* How many of them have a file. */
static unsigned int count_files(const struct kernel_param *params, unsigned int num, param_filter filter, const char *arg)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < num; i++)
		n += params[i].perm && (!filter || filter(&params[i], arg));
	return n;
}

static size_t attrs_bytes(unsigned int n)
{
	return struct_size((struct module_param_attrs *)NULL, list, n + 1) + n * sizeof(struct param_attribute);
}

/*
 * Fill @mp in for @n files, zeroed so far. @at: where it will lie, which its pointers are to know.
 * @prefix: as many characters of each name are left out.
 */
static void fill_attrs(struct module_param_attrs *mp, const struct module_param_attrs *at, unsigned int n,
		       const struct kernel_param *params, unsigned int num, param_filter filter, const char *arg,
		       size_t prefix)
{
	struct param_attribute *attr = (struct param_attribute *)&mp->list[n + 1];
	const char *base = (const char *)at;

	mp->attr = (struct param_attribute *)(base + ((char *)attr - (char *)mp));
	for (unsigned int i = 0; i < num; i++) {
		const struct kernel_param *kp = &params[i];

		if (!kp->perm || (filter && !filter(kp, arg)))
			continue;
		attr->param = kp;
		attr->mattr.attr.name = kp->name + prefix;
		attr->mattr.attr.mode = kp->perm;
		attr->mattr.show = param_show;
		if (kp->perm & 0222)
			attr->mattr.store = param_store;
		mp->list[mp->num++] = (struct attribute *)(base + ((char *)&attr->mattr.attr - (char *)mp));
		attr++;
	}
	mp->group.name = "parameters";
	mp->group.attrs = (struct attribute **)(base + offsetof(struct module_param_attrs, list));
}

/* ---- A loaded module's files ---- */

/* A module's, in blocks_pool; used again by other modules, so that loading costs no page. */
struct param_block {
	const struct param_block *next;		/* all blocks, used or not */
	const struct module *mod;		/* NULL: not in use */
	size_t bytes;				/* of attrs: a power of two */
	struct module_param_attrs attrs;
};
#define BLOCK_BYTES_MIN 512

static const struct param_block *blocks __wr_after_init;
static DEFINE_MUTEX(blocks_mutex);

/* The block of @mod, or with NULL one that is free and has @bytes. Locking: blocks_mutex. */
static const struct param_block *find_block(const struct module *mod, size_t bytes)
{
	const struct param_block *b = blocks;

	while (b && (b->mod != mod || (bytes && b->bytes != bytes)))
		b = b->next;
	return b;
}

static const struct param_block *new_block(size_t bytes)
{
	const struct param_block *b = blocks_pool ? pmalloc(blocks_pool, sizeof(*b) + bytes) : NULL;

	if (b) {
		wr_assign(b->bytes, bytes);
		wr_ptr(&b->next, blocks);
		wr_assign(blocks, b);
	}
	return b;
}

static const struct param_block *get_block(const struct module *mod, size_t bytes)
{
	const struct param_block *b;

	bytes = roundup_pow_of_two(max_t(size_t, bytes, BLOCK_BYTES_MIN));
	mutex_lock(&blocks_mutex);
	b = find_block(NULL, bytes) ?: new_block(bytes);
	if (b)
		wr_ptr(&b->mod, mod);
	mutex_unlock(&blocks_mutex);
	return b;
}

static void put_block(const struct param_block *b)
{
	mutex_lock(&blocks_mutex);
	wr_ptr(&b->mod, NULL);
	mutex_unlock(&blocks_mutex);
}

int module_param_sysfs_setup(struct module *mod, const struct kernel_param *params, unsigned int num)
{
	unsigned int n = count_files(params, num, NULL, NULL);
	struct module_param_attrs *draft;
	const struct param_block *b;
	int err = -ENOMEM;

	if (!n)
		return 0;
	draft = kzalloc(attrs_bytes(n), GFP_KERNEL);
	b = draft ? get_block(mod, attrs_bytes(n)) : NULL;
	if (b) {
		fill_attrs(draft, &b->attrs, n, params, num, NULL, NULL, 0);
		wr_memcpy(&b->attrs, draft, attrs_bytes(n));
		err = sysfs_create_group(&mod->mkobj.kobj, &b->attrs.group);
		if (err)
			put_block(b);
	}
	kfree(draft);
	return err;
}

void module_param_sysfs_remove(struct module *mod)
{
	const struct param_block *b;

	mutex_lock(&blocks_mutex);
	b = find_block(mod, 0);
	mutex_unlock(&blocks_mutex);
	if (!b)
		return;
	sysfs_remove_group(&mod->mkobj.kobj, &b->attrs.group);
	put_block(b);
}

/* ---- The type of /sys/module/<name> ---- */

static ssize_t module_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct module_attribute *mattr = container_of(attr, struct module_attribute, attr);
	struct module_kobject *mk = container_of(kobj, struct module_kobject, kobj);

	return mattr->show ? call_driver("show", NULL, mattr->show, mattr, mk, buf) : -EIO;
}

static ssize_t module_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf,
				 size_t len)
{
	struct module_attribute *mattr = container_of(attr, struct module_attribute, attr);
	struct module_kobject *mk = container_of(kobj, struct module_kobject, kobj);

	return mattr->store ? call_driver("store", NULL, mattr->store, mattr, mk, buf, len) : -EIO;
}

static const struct sysfs_ops module_sysfs_ops = {
	.show = module_attr_show,
	.store = module_attr_store,
};

static void module_kobj_release(struct kobject *kobj)
{
	struct module_kobject *mk = container_of(kobj, struct module_kobject, kobj);

	/* A loaded module's lies in its memory, which somebody waits to free. Built-in ones stay. */
	if (mk->kobj_completion)
		complete(mk->kobj_completion);
}

const struct kobj_type module_ktype = {
	.release = module_kobj_release,
	.sysfs_ops = &module_sysfs_ops,
};

struct kset *module_kset;

/* ---- Built-in parts ---- */

static bool has_prefix(const struct kernel_param *kp, const char *prefix)
{
	const char *dot = strchr(kp->name, '.');

	if (!dot)
		return strcmp(prefix, "kernel") == 0;
	return strlen(prefix) == dot - kp->name && strncmp(kp->name, prefix, dot - kp->name) == 0;
}

/* There for ever: params_init() seals them. */
static int __init add_files(struct module_kobject *mk, const char *prefix, size_t prefix_len)
{
	unsigned int num = __stop___param - __start___param, n = count_files(__start___param, num, has_prefix, prefix);
	struct module_param_attrs *mp = params_pool ? pzalloc(params_pool, attrs_bytes(n)) : kzalloc(attrs_bytes(n), GFP_KERNEL);

	if (!mp)
		return -ENOMEM;
	fill_attrs(mp, mp, n, __start___param, num, has_prefix, prefix, prefix_len);
	return sysfs_create_group(&mk->kobj, &mp->group);
}

static void __init add_builtin(const char *prefix, size_t prefix_len)
{
	struct module_kobject *mk = kzalloc(sizeof(*mk), GFP_KERNEL);
	int err = -ENOMEM;

	if (mk) {
		mk->kobj.kset = module_kset;
		err = kobject_init_and_add(&mk->kobj, &module_ktype, NULL, "%s", prefix);
	}
	if (!err)
		err = add_files(mk, prefix, prefix_len);
	if (err)
		pr_err("no files for the parameters of %s: %pe\n", prefix, ERR_PTR(err));
}

/* Is it the first of its prefix? */
static bool __init is_first(const struct kernel_param *kp, const char *prefix)
{
	for (const struct kernel_param *p = __start___param; p < kp; p++)
		if (p->perm && has_prefix(p, prefix))
			return false;
	return kp->perm;
}

void __init params_init(void)
{
	char prefix[MODULE_NAME_LEN];

	module_kset = kset_create_and_add("module", NULL, NULL);
	if (!module_kset)
		panic("no memory for /sys/module\n");
	params_pool = pmalloc_create_pool("params", PMALLOC_MODE_RO);
	for (const struct kernel_param *kp = __start___param; kp < __stop___param; kp++) {
		const char *dot = strchr(kp->name, '.');

		if (dot)
			strscpy(prefix, kp->name, min_t(size_t, dot - kp->name + 1, sizeof(prefix)));
		else
			strscpy(prefix, "kernel", sizeof(prefix));
		if (is_first(kp, prefix))
			add_builtin(prefix, dot ? dot - kp->name + 1 : 0);
	}
	if (params_pool)
		pmalloc_protect_pool(params_pool);
	blocks_pool = pmalloc_create_pool("module-params", PMALLOC_MODE_START_WR);
	/* A first block, free. */
	if (!new_block(BLOCK_BYTES_MIN))
		pr_err("no memory for the parameters of modules\n");
}
