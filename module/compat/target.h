/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PINTEST_COMPAT_TARGET_H
#define PINTEST_COMPAT_TARGET_H

#include <linux/capability.h>
#include <linux/mm_types.h>
#include <linux/user_namespace.h>
#include "features.h"

/*
 * Whether the caller has a capability that makes a call return more, but that
 * it does not need. Unlike capable(), this writes no denial to the audit log.
 */
static inline bool pintest_compat_capable(int capability)
{
	return ns_capable_noaudit(&init_user_ns, capability);
}

/*
 * Whether the caller has CAP_SYS_PTRACE over @mm. Some kernels keep the user
 * namespace with the task. What a module reads there may be older or newer than
 * @mm, so on these the caller needs the capability in the initial namespace.
 */
static inline bool pintest_compat_may_trace(const struct mm_struct *mm)
{
#ifdef HAVE_MM_USER_NS
	return ns_capable(mm->user_ns, CAP_SYS_PTRACE);
#else
	return capable(CAP_SYS_PTRACE);
#endif
}

#endif /* PINTEST_COMPAT_TARGET_H */
