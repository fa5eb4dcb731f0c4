// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: what may be executed, and neither read nor written.
 *
 * On x86 page table entries cannot say so: they let such memory be read. The
 * kernel takes a protection key for it, if the processor has them and the
 * process has one to spare, which GUP-fast sees as well.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "base/counts.h"
#include "base/reason.h"
#include "family.h"

/* A security policy may forbid to execute what was written. */
static int make_exec_only(struct memory *memory, struct reason *why)
{
	int ret = memory_protect(memory, PROT_EXEC, why);

	return ret == -EACCES ? -EOPNOTSUPP : ret;
}

/* The protection key of what is mapped; 0 is that of all other memory. */
static int protection_key(const void *addr)
{
	return count_of_mappings(addr, 1, "ProtectionKey:");
}

/*
 * As loads of this process do, and unlike process_vm_readv(), which the mapping
 * alone can refuse. What is there is not the name of any file.
 */
static bool loads_may_read(const void *addr)
{
	return !access(addr, F_OK) || errno != EFAULT;
}

/* The keys stay taken: there is no other use for them in this process. */
static int protect_without_key(struct memory *memory, struct reason *why)
{
	int ret;

	while (pkey_alloc(0, 0) >= 0)
		;
	ret = make_exec_only(memory, why);
	if (ret)
		return ret;
	if (!loads_may_read(memory->addr))
		return reason(why, -EOPNOTSUPP,
			      "this processor needs no protection key to keep memory from being read");
	return 0;
}

static int protect_with_key(struct memory *memory, struct reason *why)
{
	int ret = make_exec_only(memory, why);

	if (ret)
		return ret;
	if (!protection_key(memory->addr))
		return reason(why, -EOPNOTSUPP,
			      "this processor has no protection keys, or this process none to spare");
	return 0;
}

static const struct memory_kind kinds[] = {
	{
		.id = "exec-only",
		.what = "private anonymous memory that was written and is mapped PROT_EXEC only, and still readable by its page table entries",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT |
			  MEMORY_UNREADABLE | MEMORY_UNTOLD |
			  MEMORY_READ_ONLY,
		.refuses = REFUSES_READ | REFUSES_WRITE,
		.map = memory_filled_pages,
		.alter = protect_without_key,
	}, {
		.id = "exec-only-key",
		.what = "private anonymous memory that was written and is mapped PROT_EXEC only, and made unreadable by a protection key",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT |
			  MEMORY_UNTOLD | MEMORY_READ_ONLY,
		.refuses = REFUSES_ALL,
		.map = memory_filled_pages,
		.alter = protect_with_key,
	},
};

void memory_add_exec(struct memory_table *table)
{
	memory_add_kinds(table, kinds, ARRAY_SIZE(kinds));
}
