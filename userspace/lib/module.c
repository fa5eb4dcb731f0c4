// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading the kernel module through libkmod. What went wrong is
 * told by module-facts.c, which looks, and module-explain.c, which concludes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libkmod.h>

#include "private.h"

/* libkmod prints errors of its own unless it is given no way to. */
static struct kmod_ctx *quiet_kmod(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);

	if (ctx)
		kmod_set_log_fn(ctx, NULL, NULL);
	return ctx;
}

static int find_module(struct kmod_ctx *ctx, const char *path,
		       struct kmod_module **mod)
{
	if (path)
		return kmod_module_new_from_path(ctx, path, mod);
	return kmod_module_new_from_name(ctx, MODULE_NAME, mod);
}

/*
 * A named file is loaded as insmod does, the installed one as modprobe does:
 * with what it depends on, and with the options in modprobe.d.
 */
static int insert(struct kmod_module *mod, const char *path,
		  const char *params, struct module_facts *facts)
{
	int ret;

	if (path)
		ret = kmod_module_insert_module(mod, 0, params);
	else
		ret = kmod_module_probe_insert_module(mod,
				KMOD_PROBE_APPLY_BLACKLIST, params, NULL, NULL,
				NULL);
	if (ret == -EEXIST)
		return 0;
	facts->blacklisted = ret == KMOD_PROBE_APPLY_BLACKLIST;
	return facts->blacklisted ? -EPERM : ret;
}

/* vermagic begins with the release that the module was built for. */
static void read_modinfo(struct kmod_module *mod, struct module_facts *facts)
{
	struct kmod_list *list = NULL, *item;
	const char *key, *value;

	if (kmod_module_get_info(mod, &list) < 0)
		return;
	kmod_list_foreach(item, list) {
		key = kmod_module_info_get_key(item);
		value = kmod_module_info_get_value(item);
		if (!strcmp(key, "name"))
			sscanf(value, "%64s", facts->file_name);
		if (!strcmp(key, "vermagic"))
			sscanf(value, "%64s", facts->built_for);
		if (!strcmp(key, "sig_key"))
			facts->signed_file = true;
	}
	kmod_module_info_free_list(list);
}

/* depmod's index may name a file that is gone: then there is none. */
static void read_file(struct kmod_module *mod, const char *path,
		      struct module_facts *facts)
{
	const char *file = path;

	if (!file && mod)
		file = kmod_module_get_path(mod);
	if (file && !path && access(file, F_OK))
		file = NULL;
	if (file)
		snprintf(facts->file, sizeof(facts->file), "%s", file);
	facts->file_given = path != NULL;
	if (mod && file)
		read_modinfo(mod, facts);
}

/* A wrong file is refused here: the kernel would load any module. */
static int try_load(const char *path, const char *params,
		    struct module_facts *facts)
{
	struct kmod_ctx *ctx = quiet_kmod();
	struct kmod_module *mod = NULL;
	int ret;

	if (!ctx)
		return -ENOMEM;
	ret = find_module(ctx, path, &mod);
	read_file(mod, path, facts);
	if (!ret && path && strcmp(facts->file_name, MODULE_NAME))
		ret = -EINVAL;
	if (!ret)
		ret = insert(mod, path, params, facts);
	kmod_module_unref(mod);
	kmod_unref(ctx);
	return ret;
}

typedef void (*explain_fn)(const struct module_facts *facts,
			   struct pintest_module_error *why);

/* Facts are gathered after the attempt, for the tale and never for the deed. */
static int explained(int ret, struct module_facts *facts, explain_fn explain,
		     struct pintest_module_error *why)
{
	if (!why)
		return ret;
	*why = (struct pintest_module_error) { 0 };
	if (ret) {
		facts->error = -ret;
		module_facts_gather(facts, "");
		explain(facts, why);
	}
	return ret;
}

int pintest_module_load(const char *path, const char *params,
			struct pintest_module_error *why)
{
	struct module_facts facts = { 0 };
	int ret = 0;

	if (!module_is_loaded(""))
		ret = try_load(path, params, &facts);
	return explained(ret, &facts, module_explain_load, why);
}

static int try_unload(void)
{
	struct kmod_ctx *ctx = quiet_kmod();
	struct kmod_module *mod = NULL;
	int ret;

	if (!ctx)
		return -ENOMEM;
	ret = find_module(ctx, NULL, &mod);
	if (!ret)
		ret = kmod_module_remove_module(mod, 0);
	kmod_module_unref(mod);
	kmod_unref(ctx);
	return ret == -EAGAIN ? -EBUSY : ret;
}

int pintest_module_unload(struct pintest_module_error *why)
{
	struct module_facts facts = { 0 };

	return explained(try_unload(), &facts, module_explain_unload, why);
}

int pintest_open_loading(struct pintest **pt, struct pintest_module_error *why)
{
	struct module_facts facts = { 0 };
	int ret;

	ret = pintest_open(pt);
	if (ret && !module_is_loaded("")) {
		ret = pintest_module_load(NULL, NULL, why);
		if (ret)
			return ret;
		ret = pintest_open(pt);
	}
	return explained(ret, &facts, module_explain_open, why);
}
