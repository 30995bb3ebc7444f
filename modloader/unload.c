// SPDX-License-Identifier: MIT
/*
 * References, holders, and the way out.
 *
 * mod->refcnt is 1 for being loaded, plus one per holder (a module that uses its symbols), per
 * try_module_get(), and one while init runs. Unloading takes the first one away, and only if that
 * leaves 0; from then on try_module_get() fails. So "may it go?" and "nobody may come" are one step.
 */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/panic.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <paddock/driver_call.h>
#include <paddock/percpu.h>
#include <paddock/pmalloc.h>
#include "internal.h"

/* ---- References ---- */

bool try_module_get(struct module *module)
{
	return !module || (module_is_live(module) && atomic_inc_not_zero(&module->refcnt));
}
EXPORT_SYMBOL(try_module_get);

void __module_get(struct module *module)
{
	if (module)
		atomic_inc(&module->refcnt);
}
EXPORT_SYMBOL(__module_get);

void module_put(struct module *module)
{
	if (module)
		WARN_ON(atomic_dec_if_positive(&module->refcnt) < 0);
}
EXPORT_SYMBOL(module_put);

int module_refcount(struct module *mod)
{
	return max(atomic_read(&mod->refcnt) - 1, 0);
}
EXPORT_SYMBOL(module_refcount);

void __noreturn __module_put_and_kthread_exit(struct module *mod, long code)
{
	module_put(mod);
	do_exit(code);
}
EXPORT_SYMBOL(__module_put_and_kthread_exit);

/* ---- Who uses whom ---- */

int module_use_target(struct load_info *info, struct module *target)
{
	struct module_use *use;

	list_for_each_entry(use, &info->priv->uses, of_user)
		if (use->target == target)
			return 0;
	if (target->state != MODULE_STATE_LIVE || !try_module_get(target))
		return -EBUSY;
	use = kzalloc(sizeof(*use), GFP_KERNEL);
	if (!use) {
		module_put(target);
		return -ENOMEM;
	}
	use->user = info->priv;
	use->target = target;
	list_add_tail(&use->of_user, &info->priv->uses);
	list_add_tail(&use->of_target, &target->priv->users);
	return 0;
}

void module_drop_uses(struct module_private *priv)
{
	struct module_use *use, *next;

	list_for_each_entry_safe(use, next, &priv->uses, of_user) {
		list_del(&use->of_user);
		list_del(&use->of_target);
		module_put(use->target);
		kfree(use);
	}
}

/* ---- Out ---- */

/* Everything that linking made. The module is on no list, and nobody can reach it. Locking: module_mutex. */
void module_free(struct module_private *priv)
{
	struct module *mod = priv->mod;

	constants_release(mod);
	module_drop_uses(priv);
	module_sysfs_free(priv);
	kallsyms_free(priv);
	if (priv->percpu)
		percpu_free_module(priv->percpu);
	kfree(priv->version);
	kfree(priv->srcversion);
	kfree(priv->args);
	if (priv->loader)
		put_task_struct(priv->loader);
	layout_free(priv);	/* struct module goes with it */
	kfree(priv);
}

int module_retire(struct module *mod, struct module_errbuf *err)
{
	atomic_set(&mod->refcnt, 0);	/* init's and the load's, when init has failed */
	if (module_drain(mod, err))
		return -EBUSY;
	/* A type of the module's own frees by its own function: with no lock held, and before anything counts as left. */
	destroy_params(mod->kp, mod->num_kp);
	verdict_deliver(mod);
	mutex_lock(&module_mutex);
	list_del_rcu(&mod->list);
	mutex_unlock(&module_mutex);
	/* Whoever met it on the list (a stack trace, a look-up) is done after this. */
	synchronize_rcu();
	pmalloc_module_gone(mod);	/* its pools, however it forgot them */
	mutex_lock(&module_mutex);
	module_free(mod->priv);
	mutex_unlock(&module_mutex);
	return 0;
}

static int name_users(struct module *mod, struct module_errbuf *err)
{
	struct module_use *use;

	module_err(err, "Module %s is in use by:", mod->name);
	list_for_each_entry(use, &mod->priv->users, of_target)
		module_err(err, " %s", use->user->mod->name);
	module_err(err, "\n");
	return -EWOULDBLOCK;
}

/* Decide, and take the reference that stands for being loaded. Locking: module_mutex. */
static int try_stop(struct module *mod, unsigned int flags, struct module_errbuf *err)
{
	bool force = flags & MODULE_UNLOAD_FORCE;

	if (!list_empty(&mod->priv->users))
		return name_users(mod, err);
	/* Its exit is done; only what kept it is looked at again. One at a time. */
	if (mod->priv->lingering) {
		mod->priv->lingering = false;
		put_task_struct(mod->priv->loader);
		mod->priv->loader = get_task_struct(current);
		return 0;
	}
	if (mod->state != MODULE_STATE_LIVE) {
		module_err(err, "Module %s is not live%s\n", mod->name,
			   module_is_dead(mod) ? ": its thread died in it, and it stays until reboot" : "");
		return -EBUSY;
	}
	if (mod->init && !mod->exit && !force) {
		module_err(err, "Module %s has no exit function: it cannot be unloaded\n", mod->name);
		return -EBUSY;
	}
	if (atomic_cmpxchg(&mod->refcnt, 1, 0) != 1) {
		if (!force) {
			module_err(err, "Module %s is in use\n", mod->name);
			return -EWOULDBLOCK;
		}
		add_taint(TAINT_FORCED_RMMOD, LOCKDEP_NOW_UNRELIABLE);
		atomic_set(&mod->refcnt, 0);
	}
	WRITE_ONCE(mod->state, MODULE_STATE_GOING);
	mod->priv->loader = get_task_struct(current);
	return 0;
}

int module_unload(const char *name, unsigned int flags, struct module_errbuf *err_text)
{
	struct module_hooks hooks = { };
	struct module *mod;
	bool again = false;
	int err;

	mutex_lock(&module_mutex);
	mod = find_module(name);
	if (mod) {
		again = mod->priv->lingering;
		hooks = constants_hooks(mod);
		err = try_stop(mod, flags, err_text);
	} else {
		module_err(err_text, "Module %s is not currently loaded\n", name);
		err = -ENOENT;
	}
	mutex_unlock(&module_mutex);
	if (err)
		return err;

	if (!again) {
		if (hooks.exit) {
			struct call_context before = call_context_now();

			hooks.exit();
			call_context_check(&before, "exit", NULL, hooks.exit);
		}
		module_notify(mod);	/* GOING */
		module_sysfs_remove(mod);
	}
	return module_retire(mod, err_text);
}
