/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kretprobes: the arguments and the caller of a probed function.
 */
#ifndef PINTEST_COMPAT_TRACE_H
#define PINTEST_COMPAT_TRACE_H

#include <linux/hardirq.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include "features.h"

/* The probe of @instance. It exists as long as a handler of it runs. */
static inline struct kretprobe *
pintest_compat_kretprobe(struct kretprobe_instance *instance)
{
#ifdef HAVE_GET_KRETPROBE
	return get_kretprobe(instance);
#else
	return instance->rp;
#endif
}

/* The address that the probed function returns to. Known when it returns. */
static inline unsigned long
pintest_compat_return_address(struct kretprobe_instance *instance)
{
#ifdef HAVE_KRETPROBE_RETADDR
	return get_kretprobe_retaddr(instance);
#else
	return (unsigned long)instance->ret_addr;
#endif
}

/*
 * Argument @n, from 0 to 5, of a function that has just been called. All
 * arguments before it must fit into a register each.
 */
static inline unsigned long pintest_compat_argument(struct pt_regs *regs,
						    unsigned int n)
{
#if defined(HAVE_KERNEL_ARGUMENT)
	return regs_get_kernel_argument(regs, n);
#elif defined(CONFIG_ARM)
	return n < 4 ? regs->uregs[n] :
		       regs_get_kernel_stack_nth(regs, n - 4);
#elif defined(CONFIG_S390)
	return n < 5 ? regs->gprs[2 + n] :
		       *(unsigned long *)(regs->gprs[15] + 160 + (n - 5) * 8);
#elif defined(CONFIG_PPC)
	return regs->gpr[3 + n];
#elif defined(CONFIG_RISCV)
	return (&regs->a0)[n];
#else
	return 0;
#endif
}

/* Whether this kernel and architecture can watch calls. */
static inline bool pintest_compat_can_trace(void)
{
#if defined(HAVE_KERNEL_ARGUMENT) || defined(CONFIG_ARM) || \
	defined(CONFIG_S390) || defined(CONFIG_PPC) || defined(CONFIG_RISCV)
	return IS_ENABLED(CONFIG_KRETPROBES);
#else
	return false;
#endif
}

static inline unsigned int pintest_compat_stack(unsigned long *stack,
						unsigned int room)
{
#ifdef CONFIG_STACKTRACE
	return stack_trace_save(stack, room, 0);
#else
	return 0;
#endif
}

/*
 * The interrupt context that a probe's handler runs in. A probe that is a
 * breakpoint makes the kernel count one interrupt too many.
 */
static inline bool pintest_compat_in_hardirq(void)
{
	return hardirq_count() > (in_nmi() ? HARDIRQ_OFFSET : 0);
}

/* The process that @mm belongs to, in the initial pid namespace; or 0. */
static inline pid_t pintest_compat_owner(struct mm_struct *mm)
{
	pid_t pid = 0;
#ifdef CONFIG_MEMCG
	struct task_struct *owner;

	rcu_read_lock();
	owner = rcu_dereference(mm->owner);
	if (owner)
		pid = owner->tgid;
	rcu_read_unlock();
#endif
	return pid;
}

/*
 * Whether the kernel does not pin @page at all. That is true of the zeropage
 * since 6.5, which also introduced is_zero_folio().
 */
static inline bool pintest_compat_not_counted(struct page *page)
{
#ifdef HAVE_IS_ZERO_FOLIO
	return is_zero_pfn(page_to_pfn(page));
#else
	return false;
#endif
}

#endif /* PINTEST_COMPAT_TRACE_H */
