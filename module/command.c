// SPDX-License-Identifier: GPL-2.0-only
/*
 * How every ioctl runs: find its row in the table, copy the arguments, in the
 * version that the caller was built with, call the handler, copy them back.
 */
#include <linux/uaccess.h>
#include "pintest_private.h"

/* Layout is ABI, on every architecture and for 32-bit callers. */
static_assert(sizeof(struct pintest_info_args) == 56);
static_assert(sizeof(struct pintest_pin_args) == 56);
static_assert(sizeof(struct pintest_unpin_args) == 8);
static_assert(sizeof(struct pintest_records_args) == 32);
static_assert(sizeof(struct pintest_inspect_args) == 56);
static_assert(sizeof(struct pintest_bench_args) == 72);
static_assert(sizeof(struct pintest_trace_args) == 48);
static_assert(sizeof(struct pintest_event) == 184);
static_assert(offsetof(struct pintest_event, callers) == 104);
static_assert(sizeof(struct pintest_symbol_args) == 272);
static_assert(sizeof(struct pintest_status_args) == 48);
static_assert(sizeof(struct pintest_held_args) == 32);
static_assert(sizeof(struct pintest_held_records_args) == 48);
static_assert(sizeof(struct pintest_holder) == 16);
static_assert(sizeof(struct pintest_who_args) == 32);
static_assert(sizeof(struct pintest_record) == 64);
static_assert(offsetof(struct pintest_record, fields) == 24);
static_assert(offsetof(struct pintest_record, folio_order) == 60);

static const struct pintest_command *
command_find(const struct pintest_command *commands, size_t nr,
	     unsigned int cmd)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (commands[i].cmd == cmd)
			return &commands[i];
	return NULL;
}

/* copy_struct_from_user(), with the errors of this ABI. */
static int command_copy_args(struct pintest_call *call,
			     const struct pintest_command *command)
{
	u32 size;

	if (get_user(size, (u32 __user *)call->user))
		return -EFAULT;
	if (size < command->min_size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	call->copied = min_t(size_t, size, command->size);
	return copy_struct_from_user(&call->args, command->size, call->user,
				     size);
}

/**
 * pintest_dispatch - do an ioctl
 * @commands: what this kind of descriptor takes
 * @nr: rows in @commands
 * @file: the descriptor
 * @cmd: number
 * @arg: user address of the arguments
 *
 * Return: what the handler returns, -ENOTTY for a number that @commands does
 * not have, or an error of command_copy_args().
 */
long pintest_dispatch(const struct pintest_command *commands, size_t nr,
		      struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct pintest_command *command = command_find(commands, nr, cmd);
	struct pintest_call call = {
		.file = file,
		.user = (void __user *)arg,
	};
	int err;

	if (!command)
		return -ENOTTY;
	err = command_copy_args(&call, command);
	if (err)
		return err;
	return command->run(&call);
}

/**
 * pintest_respond - copy the arguments, with their out fields, to the caller
 * @call: the call
 *
 * Return: 0 or -EFAULT.
 */
int pintest_respond(struct pintest_call *call)
{
	if (copy_to_user(call->user, &call->args, call->copied))
		return -EFAULT;
	return 0;
}

/**
 * pintest_check_range - is this a range of whole pages that exists?
 * @addr: first byte
 * @length: bytes
 *
 * Return: 0, -EINVAL if it is not whole pages or none, -EOVERFLOW if it wraps
 * or the kernel has no such addresses.
 */
int pintest_check_range(u64 addr, u64 length)
{
	if (!length || !IS_ALIGNED(addr | length, PAGE_SIZE))
		return -EINVAL;
	if (addr + length < addr ||
	    addr + length != (unsigned long)(addr + length))
		return -EOVERFLOW;
	return 0;
}
