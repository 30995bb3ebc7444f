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
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pmalloc.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/init.h>

extern const struct kernel_param __start___param[], __stop___param[];

struct param_attribute {
	struct module_attribute mattr;
	const struct kernel_param *param;
};

/* What the registry says of the kernel's own parameters: which file is which parameter's, with which functions. */
static struct pmalloc_pool *params_pool __ro_after_init;

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

/* @prefix: as many characters of each name are left out. */
static int add_files(struct module_kobject *mk, const struct kernel_param *params, unsigned int num,
		     param_filter filter, const char *arg, size_t prefix)
{
	struct module_param_attrs *mp;
	unsigned int n = 0;
	size_t bytes;
	int err;

	for (unsigned int i = 0; i < num; i++)
		n += params[i].perm && (!filter || filter(&params[i], arg));
	if (!n)
		return 0;
	bytes = struct_size(mp, list, n + 1) + n * sizeof(*mp->attr);
	/* The kernel's own are there for ever: params_init() seals them. */
	mp = mk->mod || !params_pool ? kzalloc(bytes, GFP_KERNEL) : pzalloc(params_pool, bytes);
	if (!mp)
		return -ENOMEM;
	mp->attr = (struct param_attribute *)&mp->list[n + 1];
	for (unsigned int i = 0; i < num; i++) {
		const struct kernel_param *kp = &params[i];
		struct param_attribute *attr = &mp->attr[mp->num];

		if (!kp->perm || (filter && !filter(kp, arg)))
			continue;
		attr->param = kp;
		attr->mattr.attr.name = kp->name + prefix;
		attr->mattr.attr.mode = kp->perm;
		attr->mattr.show = param_show;
		if (kp->perm & 0222)
			attr->mattr.store = param_store;
		mp->list[mp->num++] = &attr->mattr.attr;
	}
	mp->group.name = "parameters";
	mp->group.attrs = mp->list;
	err = sysfs_create_group(&mk->kobj, &mp->group);
	if (!err)
		mk->mp = mp;
	else if (is_pmalloc_object(mp, bytes))
		pfree(params_pool, mp);
	else
		kfree(mp);
	return err;
}

int module_param_sysfs_setup(struct module *mod, const struct kernel_param *params, unsigned int num)
{
	return add_files(&mod->mkobj, params, num, NULL, NULL, 0);
}

void module_param_sysfs_remove(struct module *mod)
{
	struct module_param_attrs *mp = mod->mkobj.mp;

	if (!mp)
		return;
	sysfs_remove_group(&mod->mkobj.kobj, &mp->group);
	mod->mkobj.mp = NULL;
	kfree(mp);
}

/* ---- The type of /sys/module/<name> ---- */

static ssize_t module_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct module_attribute *mattr = container_of(attr, struct module_attribute, attr);
	struct module_kobject *mk = container_of(kobj, struct module_kobject, kobj);

	return mattr->show ? mattr->show(mattr, mk, buf) : -EIO;
}

static ssize_t module_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf,
				 size_t len)
{
	struct module_attribute *mattr = container_of(attr, struct module_attribute, attr);
	struct module_kobject *mk = container_of(kobj, struct module_kobject, kobj);

	return mattr->store ? mattr->store(mattr, mk, buf, len) : -EIO;
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

static void __init add_builtin(const char *prefix, size_t prefix_len)
{
	struct module_kobject *mk = kzalloc(sizeof(*mk), GFP_KERNEL);
	int err = -ENOMEM;

	if (mk) {
		mk->kobj.kset = module_kset;
		err = kobject_init_and_add(&mk->kobj, &module_ktype, NULL, "%s", prefix);
	}
	if (!err)
		err = add_files(mk, __start___param, __stop___param - __start___param, has_prefix,
				prefix, prefix_len);
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
}
