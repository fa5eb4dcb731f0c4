/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a user has locked, all processes together. Modules can hold a user from
 * 5.12 on.
 */
#ifndef PINTEST_COMPAT_ACCOUNT_H
#define PINTEST_COMPAT_ACCOUNT_H

#include <linux/sched/user.h>
#include "features.h"

static inline bool pintest_compat_has_user_charge(void)
{
#ifdef HAVE_USER_LOCKED_VM
	return true;
#else
	return false;
#endif
}

/* A reference, or NULL where there is none. */
static inline struct user_struct *
pintest_compat_get_user(struct user_struct *user)
{
#ifdef HAVE_USER_LOCKED_VM
	return get_uid(user);
#else
	return NULL;
#endif
}

static inline void pintest_compat_free_user(struct user_struct *user)
{
#ifdef HAVE_USER_LOCKED_VM
	free_uid(user);
#endif
}

/* Returns what there is then. */
static inline unsigned long pintest_compat_user_add(struct user_struct *user,
						    long nr)
{
#ifdef HAVE_USER_LOCKED_VM
	return atomic_long_add_return(nr, &user->locked_vm);
#else
	return 0;
#endif
}

#endif /* PINTEST_COMPAT_ACCOUNT_H */
