// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose memory: the caller's own, that of a process that the caller could trace
 * anyway, or that of who opened the descriptor.
 */
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include "compat/target.h"
#include "pintest_private.h"

static struct mm_struct *target_mm_of_pid(s32 nr)
{
	struct pid *pid = find_get_pid(nr);
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	struct mm_struct *mm = NULL;

	put_pid(pid);
	if (task) {
		mm = get_task_mm(task);
		put_task_struct(task);
	}
	return mm;
}

/* The memory that the opener of @device had then. Who holds @device may touch it. */
static struct mm_struct *target_mm_of_opener(const struct file *device)
{
	struct mm_struct *mm = device->private_data;

	return mmget_not_zero(mm) ? mm : ERR_PTR(-ESRCH);
}

/**
 * pintest_target_get - the memory of a process
 * @device: the descriptor of /dev/pintest; not read if @pid is 0
 * @pid: as the caller's pid namespace numbers it; 0 is the caller,
 *	PINTEST_PID_OPENER who opened @device
 *
 * The kernel's own ptrace_may_access() is not exported, so this asks for the
 * capability by which that one would let the caller through.
 *
 * Return: an mm, to be dropped with mmput(); -ESRCH if there is no such
 * process or it has no memory; -EPERM if the caller may not touch it.
 */
struct mm_struct *pintest_target_get(const struct file *device, s32 pid)
{
	struct mm_struct *mm;

	if (!pid) {
		mmget(current->mm);
		return current->mm;
	}
	if (pid == PINTEST_PID_OPENER)
		return target_mm_of_opener(device);
	mm = target_mm_of_pid(pid);
	if (!mm)
		return ERR_PTR(-ESRCH);
	if (mm != current->mm && !pintest_compat_may_trace(mm)) {
		mmput(mm);
		return ERR_PTR(-EPERM);
	}
	return mm;
}
