// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of callers. They are asked while the module is there, and kept in a tree.
 */
#include <err.h>
#include <fnmatch.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "console/cli.h"
#include "symbols.h"

struct symbols {
	struct pintest_trace *trace;
	void *tree;
};

struct symbol {
	uint64_t addr;
	char name[256];
};

/* What drivers call in place of GUP, and what these are made of. */
static const char *const helpers[] = {
	"*iov_iter_extract_*", "*iov_iter_get_pages*", "bio_iov_iter_*",
	"__bio_iov_iter_*", "bio_release_page*", "__bio_release_pages*",
	"extract_user_to_sg", "extract_iter_to_sg", "get_vaddr_frames",
	"put_vaddr_frames", "vb2_create_framevec", "vb2_destroy_framevec",
	"io_pin_pages", "unpin_user_pages", "unpin_user_pages_dirty_lock",
	"pin_user_pages*", "get_user_pages*", "gup_*", "__gup_*",
	"sg_alloc_table_from_pages*", "zerocopy_fill_skb_from_iter",
	"__zerocopy_sg_from_iter", "*kretprobe_trampoline*",
	"arch_rethook_trampoline*", "ftrace_trampoline*",
};

struct symbols *symbols_new(struct pintest_trace *trace)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		errx(CLI_FAILED, "no memory left");
	symbols->trace = trace;
	return symbols;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	tdestroy(symbols->tree, free);
	free(symbols);
}

static int compare(const void *a, const void *b)
{
	const struct symbol *one = a, *other = b;

	return (one->addr > other->addr) - (one->addr < other->addr);
}

void symbol_trim(char *name)
{
	char *dot = strchr(name, '.');

	if (dot && dot != name)
		memmove(dot, dot + strcspn(dot, " "),
			strlen(dot + strcspn(dot, " ")) + 1);
}

bool symbol_is_helper(const char *name)
{
	char function[256];
	size_t i;

	snprintf(function, sizeof(function), "%.*s", (int)strcspn(name, " "),
		 name);
	for (i = 0; i < ARRAY_SIZE(helpers); i++)
		if (!fnmatch(helpers[i], function, 0))
			return true;
	return false;
}

/* In names of modules "-" and "_" are the same. */
bool symbol_is_in(const char *name, const char *module)
{
	const char *at = strchr(name, '[');
	size_t i;

	if (!at)
		return false;
	for (at++, i = 0; module[i]; i++)
		if (at[i] != (module[i] == '-' ? '_' : module[i]))
			return false;
	return at[i] == ']';
}

const char *symbols_name(struct symbols *symbols, uint64_t addr)
{
	struct symbol key = { .addr = addr }, *new;
	struct symbol **found = tfind(&key, &symbols->tree, compare);

	if (found)
		return (*found)->name;
	new = calloc(1, sizeof(*new));
	if (!new)
		errx(CLI_FAILED, "no memory left");
	new->addr = addr;
	if (pintest_trace_symbol(symbols->trace, addr, new->name,
				 sizeof(new->name)))
		snprintf(new->name, sizeof(new->name), "0x%llx",
			 (unsigned long long)addr);
	symbol_trim(new->name);
	if (!tsearch(new, &symbols->tree, compare))
		errx(CLI_FAILED, "no memory left");
	return new->name;
}

const char *symbols_caller(struct symbols *symbols,
			   const struct pintest_event *event)
{
	const char *name = "";
	uint32_t i;

	for (i = 0; i < event->nr_callers; i++) {
		name = symbols_name(symbols, event->callers[i]);
		if (!symbol_is_helper(name))
			return name;
	}
	return event->nr_callers ? symbols_name(symbols, event->callers[0]) :
				   "";
}

bool symbols_has_module(struct symbols *symbols,
			const struct pintest_event *event, const char *module)
{
	uint32_t i;

	for (i = 0; i < event->nr_callers; i++)
		if (symbol_is_in(symbols_name(symbols, event->callers[i]),
				 module))
			return true;
	return false;
}
