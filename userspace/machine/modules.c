// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules of the kernel that memory kinds take.
 */
#include <libkmod.h>
#include <stddef.h>

#include "modules.h"

void module_need(const char *name)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module;

	if (!ctx)
		return;
	if (kmod_module_new_from_name(ctx, name, &module) >= 0) {
		kmod_module_probe_insert_module(module,
						KMOD_PROBE_APPLY_BLACKLIST,
						NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
}
