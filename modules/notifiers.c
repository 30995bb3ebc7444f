// SPDX-License-Identifier: MIT
/*
 * Notifier chains: an own one with priorities, and the kernel's of modules that come and go.
 *
 *	insmod notifiers; insmod hello		notifiers: hello is coming / is live
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/string.h>

/* ---- A chain of one's own ---- */

static BLOCKING_NOTIFIER_HEAD(weather);

enum { RAIN = 1, STORM = 2 };

static int umbrella(struct notifier_block *nb, unsigned long event, void *data)
{
	pr_info("umbrella: %s in %s\n", event == RAIN ? "rain" : "storm", (char *)data);
	return NOTIFY_OK;
}

static int roof(struct notifier_block *nb, unsigned long event, void *data)
{
	pr_info("roof: asked\n");
	return event == STORM ? notifier_from_errno(-EBUSY) : NOTIFY_DONE;
}

static struct notifier_block umbrella_nb = { .notifier_call = umbrella };
static struct notifier_block roof_nb = { .notifier_call = roof, .priority = 10 };	/* asked first, may say stop */

static void try_own_chain(void)
{
	int ret;

	blocking_notifier_chain_register(&weather, &umbrella_nb);
	blocking_notifier_chain_register(&weather, &roof_nb);
	ret = blocking_notifier_call_chain(&weather, RAIN, "Jena");
	pr_info("rain: %d\n", notifier_to_errno(ret));
	ret = blocking_notifier_call_chain(&weather, STORM, "Jena");
	pr_info("storm: %d\n", notifier_to_errno(ret));
	blocking_notifier_chain_unregister(&weather, &roof_nb);
	ret = blocking_notifier_call_chain(&weather, STORM, "Gera");
	pr_info("storm without roof: %d\n", notifier_to_errno(ret));
	pr_info("roof again: %d\n", blocking_notifier_chain_unregister(&weather, &roof_nb));
	blocking_notifier_chain_unregister(&weather, &umbrella_nb);
}

/* ---- The kernel's ---- */

static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;

	switch (state) {
	case MODULE_STATE_COMING:
		pr_info("%s is coming\n", mod->name);
		break;
	case MODULE_STATE_LIVE:
		pr_info("%s is live\n", mod->name);
		break;
	case MODULE_STATE_GOING:
		pr_info("%s is going\n", mod->name);
		break;
	}
	return NOTIFY_OK;
}

static int on_reboot(struct notifier_block *nb, unsigned long action, void *data)
{
	pr_info("the machine goes down\n");
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = on_module };
static struct notifier_block reboot_nb = { .notifier_call = on_reboot };

static int __init notifiers_init(void)
{
	int err;

	try_own_chain();
	err = register_module_notifier(&module_nb);
	if (err)
		return err;
	err = register_reboot_notifier(&reboot_nb);
	if (err)
		unregister_module_notifier(&module_nb);
	return err;
}

static void __exit notifiers_exit(void)
{
	unregister_reboot_notifier(&reboot_nb);
	unregister_module_notifier(&module_nb);
}

module_init(notifiers_init);
module_exit(notifiers_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Notifier chains");
