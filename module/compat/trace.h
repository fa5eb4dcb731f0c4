/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kretprobes, the arguments that a probed function was given, and who called it.
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

/* The probe that @instance is of. Its handlers run, so it is still there. */
static inline struct kretprobe *
pintest_compat_kretprobe(struct kretprobe_instance *instance)
{
#ifdef HAVE_GET_KRETPROBE
	return get_kretprobe(instance);
#else
	return instance->rp;
#endif
}

/* Where the probed function returns to. Known once it does. */
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
 * Argument @n, from 0 on and at most the sixth, of a function that has just been
 * called, if all before it fit into a register each.
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

/* Whether calls can be watched here. */
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
 * Interrupts that are being served, as a handler of a probe sees them. A probe
 * that is a breakpoint makes the kernel count an interrupt that is none.
 */
static inline bool pintest_compat_in_hardirq(void)
{
	return hardirq_count() > (in_nmi() ? HARDIRQ_OFFSET : 0);
}

/* The process whose memory @mm is, as the first pid namespace numbers it, or 0. */
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
 * Whether pins of @page are not counted: those of the zeropage are not since it
 * is not pinned at all, for which is_zero_folio() came, in 6.5.
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
