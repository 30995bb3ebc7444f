// SPDX-License-Identifier: MIT
/*
 * Parameters: the parser, and the types.
 *
 * One registry serves the kernel and its modules: an array of struct kernel_param, made by the
 * module_param() macros, the kernel's in the section __param. Whoever has text (the command line,
 * insmod, a file under /sys/module) hands it with such an array to parse_args(), which knows the
 * syntax; a parameter's ops know its type. The errors are in Linux's words.
 *
 * Lock: param_lock, around each set() and get(). A setter may sleep and allocate. It may be a module's, and die:
 * then the lock is given back with its thread.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/params.h>

/* Robust: each parameter is its type's affair, and nothing else stands under this lock. */
static DEFINE_ROBUST_MUTEX(param_lock);

void kernel_param_lock(struct module *mod)
{
	mutex_lock(&param_lock);
}
EXPORT_SYMBOL(kernel_param_lock);

void kernel_param_unlock(struct module *mod)
{
	mutex_unlock(&param_lock);
}
EXPORT_SYMBOL(kernel_param_unlock);

/* ---- Parsing ---- */

static char dash_as_underscore(char c)
{
	return c == '-' ? '_' : c;
}

bool parameqn(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (dash_as_underscore(a[i]) != dash_as_underscore(b[i]))
			return false;
	return true;
}

bool parameq(const char *a, const char *b)
{
	return parameqn(a, b, strlen(a) + 1);
}

static int parse_one(char *param, char *val, const char *doing, const struct kernel_param *params,
		     unsigned int num, s16 min_level, s16 max_level, void *arg,
		     parse_unknown_fn unknown)
{
	for (unsigned int i = 0; i < num; i++) {
		const struct kernel_param *kp = &params[i];
		int err;

		if (!parameq(param, kp->name))
			continue;
		if (kp->level < min_level || kp->level > max_level)
			return 0;
		/* An option without a value is one that was mistyped, unless the type knows it. */
		if (!val && !(kp->ops->flags & KERNEL_PARAM_OPS_FL_NOARG))
			return -EINVAL;
		kernel_param_lock(kp->mod);
		if (kp->flags & KERNEL_PARAM_FL_UNSAFE) {
			pr_notice("Setting dangerous option %s - tainting kernel\n", kp->name);
			add_taint(TAINT_USER, LOCKDEP_STILL_OK);
		}
		err = kp->ops->set ? kp->ops->set(val, kp) : -EPERM;
		kernel_param_unlock(kp->mod);
		return err;
	}
	return unknown ? unknown(param, val, doing, arg) : -ENOENT;
}

static void complain(params_tell_fn tell, void *tell_ctx, const char *doing, int err, const char *param, const char *val)
{
	char line[256];

	if (err == -ENOENT)
		scnprintf(line, sizeof(line), "%s: Unknown parameter `%s'", doing, param);
	else
		/* A long value must not push its parameter's name off the line. */
		scnprintf(line, sizeof(line), "%s: `%.100s%s' %s for parameter `%s'", doing, val ?: "",
			  val && strlen(val) > 100 ? "..." : "", err == -ENOSPC ? "too large" : "invalid", param);
	pr_err("%s\n", line);
	if (tell)
		tell(tell_ctx, line);
}

char *params_parse(const char *doing, char *args, const struct kernel_param *params, unsigned int num,
		   s16 min_level, s16 max_level, void *arg, parse_unknown_fn unknown,
		   params_tell_fn tell, void *tell_ctx)
{
	char *param, *val, *result = NULL;
	int err;

	args = skip_spaces(args);
	while (*args) {
		args = next_arg(args, &param, &val);
		if (!val && strcmp(param, "--") == 0)
			return result ?: args;
		err = parse_one(param, val, doing, params, num, min_level, max_level, arg, unknown);
		if (!err)
			continue;
		complain(tell, tell_ctx, doing, err, param, val);
		/* The rest is still set: one typing error does not take all options away. */
		result = ERR_PTR(err);
	}
	return result;
}

char *parse_args(const char *doing, char *args, const struct kernel_param *params, unsigned int num,
		 s16 min_level, s16 max_level, void *arg, parse_unknown_fn unknown)
{
	return params_parse(doing, args, params, num, min_level, max_level, arg, unknown, NULL, NULL);
}

/* ---- Numbers ---- */

#define DEFINE_NUMBER(name, type, format, strtox)				\
int param_set_##name(const char *val, const struct kernel_param *kp)		\
{										\
	return strtox(val, 0, (type *)kp->arg);					\
}										\
EXPORT_SYMBOL(param_set_##name);						\
int param_get_##name(char *buffer, const struct kernel_param *kp)		\
{										\
	return scnprintf(buffer, PAGE_SIZE, format "\n", *(type *)kp->arg);	\
}										\
EXPORT_SYMBOL(param_get_##name);						\
const struct kernel_param_ops param_ops_##name = {				\
	.set = param_set_##name, .get = param_get_##name,			\
};										\
EXPORT_SYMBOL(param_ops_##name)

DEFINE_NUMBER(byte, unsigned char, "%hhu", kstrtou8);
DEFINE_NUMBER(short, short, "%hi", kstrtos16);
DEFINE_NUMBER(ushort, unsigned short, "%hu", kstrtou16);
DEFINE_NUMBER(int, int, "%i", kstrtoint);
DEFINE_NUMBER(uint, unsigned int, "%u", kstrtouint);
DEFINE_NUMBER(long, long, "%li", kstrtol);
DEFINE_NUMBER(ulong, unsigned long, "%lu", kstrtoul);
DEFINE_NUMBER(ullong, unsigned long long, "%llu", kstrtoull);
DEFINE_NUMBER(hexint, unsigned int, "%#08x", kstrtouint);

int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min,
			  unsigned int max)
{
	unsigned int num;
	int err;

	if (!val)
		return -EINVAL;
	err = kstrtouint(val, 0, &num);
	if (err)
		return err;
	if (num < min || num > max)
		return -EINVAL;
	*(unsigned int *)kp->arg = num;
	return 0;
}
EXPORT_SYMBOL_GPL(param_set_uint_minmax);

/* ---- Switches ---- */

/* The name alone means yes. */
int param_set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val ?: "1", kp->arg);
}
EXPORT_SYMBOL(param_set_bool);

int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}
EXPORT_SYMBOL(param_get_bool);

const struct kernel_param_ops param_ops_bool = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = param_set_bool,
	.get = param_get_bool,
};
EXPORT_SYMBOL(param_ops_bool);

int param_set_bool_enable_only(const char *val, const struct kernel_param *kp)
{
	bool now;
	struct kernel_param dummy = { .name = kp->name, .arg = &now };
	int err = param_set_bool(val, &dummy);

	if (err)
		return err;
	if (!now && *(bool *)kp->arg)
		return -EROFS;
	if (now)
		*(bool *)kp->arg = true;
	return 0;
}
EXPORT_SYMBOL_GPL(param_set_bool_enable_only);

const struct kernel_param_ops param_ops_bool_enable_only = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = param_set_bool_enable_only,
	.get = param_get_bool,
};
EXPORT_SYMBOL_GPL(param_ops_bool_enable_only);

int param_set_invbool(const char *val, const struct kernel_param *kp)
{
	bool v;
	struct kernel_param dummy = { .name = kp->name, .arg = &v };
	int err = param_set_bool(val, &dummy);

	if (!err)
		*(bool *)kp->arg = !v;
	return err;
}
EXPORT_SYMBOL(param_set_invbool);

int param_get_invbool(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%c\n", *(bool *)kp->arg ? 'N' : 'Y');
}
EXPORT_SYMBOL(param_get_invbool);

const struct kernel_param_ops param_ops_invbool = {
	.set = param_set_invbool,
	.get = param_get_invbool,
};
EXPORT_SYMBOL(param_ops_invbool);

int param_set_bint(const char *val, const struct kernel_param *kp)
{
	bool v;
	struct kernel_param dummy = { .name = kp->name, .arg = &v };
	int err = param_set_bool(val, &dummy);

	if (!err)
		*(int *)kp->arg = v;
	return err;
}
EXPORT_SYMBOL(param_set_bint);

const struct kernel_param_ops param_ops_bint = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = param_set_bint,
	.get = param_get_int,
};
EXPORT_SYMBOL(param_ops_bint);

/* ---- Strings ---- */

/*
 * A charp's variable first points at the default, a constant; what set() put there is ours to free.
 * So each copy is remembered.
 */
struct charp_copy {
	struct list_head list;
	char text[];
};

static LIST_HEAD(charp_copies);
static DEFINE_MUTEX(charp_lock);	/* guards charp_copies; inside param_lock */

static void free_copy(const char *text)
{
	struct charp_copy *c, *found = NULL;

	mutex_lock(&charp_lock);
	list_for_each_entry(c, &charp_copies, list) {
		if (c->text == text) {
			list_del(&c->list);
			found = c;
			break;
		}
	}
	mutex_unlock(&charp_lock);
	kfree(found);
}

int param_set_charp(const char *val, const struct kernel_param *kp)
{
	size_t len = strlen(val);
	struct charp_copy *c;
	char *old;

	if (len > 1024) {
		pr_err("%s: string parameter too long\n", kp->name);
		return -ENOSPC;
	}
	c = kmalloc(struct_size(c, text, len + 1), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	memcpy(c->text, val, len + 1);
	mutex_lock(&charp_lock);
	list_add(&c->list, &charp_copies);
	mutex_unlock(&charp_lock);
	old = *(char **)kp->arg;
	*(char **)kp->arg = c->text;
	free_copy(old);
	return 0;
}
EXPORT_SYMBOL(param_set_charp);

int param_get_charp(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", *(char **)kp->arg);
}
EXPORT_SYMBOL(param_get_charp);

void param_free_charp(void *arg)
{
	free_copy(*(char **)arg);
}
EXPORT_SYMBOL(param_free_charp);

const struct kernel_param_ops param_ops_charp = {
	.set = param_set_charp,
	.get = param_get_charp,
	.free = param_free_charp,
};
EXPORT_SYMBOL(param_ops_charp);

int param_set_copystring(const char *val, const struct kernel_param *kp)
{
	const struct kparam_string *s = kp->str;

	if (strlen(val) + 1 > s->maxlen) {
		pr_err("%s: string doesn't fit in %u chars.\n", kp->name, s->maxlen - 1);
		return -ENOSPC;
	}
	strcpy(s->string, val);
	return 0;
}
EXPORT_SYMBOL(param_set_copystring);

int param_get_string(char *buffer, const struct kernel_param *kp)
{
	/* The module may have written over the end. */
	return scnprintf(buffer, PAGE_SIZE, "%.*s\n", (int)kp->str->maxlen, kp->str->string);
}
EXPORT_SYMBOL(param_get_string);

const struct kernel_param_ops param_ops_string = {
	.set = param_set_copystring,
	.get = param_get_string,
};
EXPORT_SYMBOL(param_ops_string);

/* ---- Arrays ---- */

static int param_array_set(const char *val, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	struct kernel_param element = { .name = kp->name, .mod = kp->mod, .ops = arr->ops,
					.level = kp->level, .arg = arr->elem };
	unsigned int count = 0;
	char *text, *rest, *item;
	int err = 0;

	rest = text = kstrdup(val, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	while (!err && (item = strsep(&rest, ","))) {
		if (count == arr->max) {
			pr_err("%s: can only take %i arguments\n", kp->name, arr->max);
			err = -EINVAL;
			break;
		}
		err = arr->ops->set(item, &element);
		element.arg += arr->elemsize;
		count++;
	}
	kfree(text);
	if (!err && arr->num)
		*arr->num = count;
	return err;
}

/* How many are in use; the module's count is not believed further than the array reaches. */
static unsigned int array_count(const struct kparam_array *arr)
{
	return arr->num ? min(*arr->num, arr->max) : arr->max;
}

static int param_array_get(char *buffer, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	struct kernel_param element = { .name = kp->name, .mod = kp->mod, .ops = arr->ops,
					.level = kp->level, .arg = arr->elem };
	unsigned int count = array_count(arr);
	char *one = kmalloc(PAGE_SIZE, GFP_KERNEL);
	int off = 0, n = 0;

	if (!one)
		return -ENOMEM;
	buffer[0] = '\0';
	/* Each may print a page: what does not fit into this one is left out. */
	for (unsigned int i = 0; i < count && off < (int)PAGE_SIZE - 1; i++, element.arg += arr->elemsize) {
		n = arr->ops->get(one, &element);
		if (n < 0)
			break;
		/* The newline of the element before becomes the comma. */
		if (off)
			buffer[off - 1] = ',';
		off += scnprintf(buffer + off, PAGE_SIZE - off, "%.*s", n, one);
	}
	kfree(one);
	return n < 0 ? n : off;
}

static void param_array_free(void *arg)
{
	const struct kparam_array *arr = arg;

	if (arr->ops->free)
		for (unsigned int i = 0; i < array_count(arr); i++)
			arr->ops->free(arr->elem + arr->elemsize * i);
}

const struct kernel_param_ops param_array_ops = {
	.set = param_array_set,
	.get = param_array_get,
	.free = param_array_free,
};
EXPORT_SYMBOL(param_array_ops);

void destroy_params(const struct kernel_param *params, unsigned int num)
{
	for (unsigned int i = 0; i < num; i++)
		if (params[i].ops->free)
			params[i].ops->free(params[i].arg);
}
