/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that all processes of a user have locked together. From 5.12 on a
 * module can hold a reference to a user.
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

/* Returns a reference, or NULL where modules cannot have one. */
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

/* Returns the new sum. */
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
