// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of errors. strerrorname_np() came with glibc 2.32, after Debian 11.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "array_size.h"
#include "errno_name.h"

#define NAME(error)	{ error, #error }

static const struct {
	int error;
	const char *name;
} names[] = {
	NAME(EPERM), NAME(ENOENT), NAME(ESRCH), NAME(EINTR), NAME(EIO),
	NAME(ENXIO), NAME(E2BIG), NAME(EBADF), NAME(ECHILD), NAME(EAGAIN),
	NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(EBUSY), NAME(EEXIST),
	NAME(ENODEV), NAME(EINVAL), NAME(ENFILE), NAME(EMFILE), NAME(ENOTTY),
	NAME(ETXTBSY), NAME(EFBIG), NAME(ENOSPC), NAME(EROFS), NAME(EPIPE),
	NAME(ERANGE), NAME(ENOSYS), NAME(ENODATA), NAME(EPROTO),
	NAME(EOVERFLOW), NAME(EOPNOTSUPP), NAME(EALREADY), NAME(ETIMEDOUT),
	NAME(EHWPOISON), NAME(ERESTART),
};

const char *errno_name(int error)
{
	static char number[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].error == error)
			return names[i].name;
	snprintf(number, sizeof(number), "E%d", error);
	return number;
}
