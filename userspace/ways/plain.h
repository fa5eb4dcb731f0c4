/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ways that take no argument share: each is a shared object of its own.
 */
#ifndef PINTEST_WAY_PLAIN_H
#define PINTEST_WAY_PLAIN_H

#include <errno.h>

/* The last error, where strerror() says too little. */
static const char *error;

static inline int refuse_argument(const char *arg)
{
	if (!*arg)
		return 0;
	error = "it takes no argument";
	return -EINVAL;
}

static inline const char *last_error(void *way)
{
	(void)way;
	return error;
}

#endif /* PINTEST_WAY_PLAIN_H */
