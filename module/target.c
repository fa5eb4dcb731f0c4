// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process's memory a call works on: the caller's own, that of a process
 * that the caller may trace, or that of the process that opened the
 * descriptor.
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

/* The memory of @device's opener. Whoever has @device may use it. */
static struct mm_struct *target_mm_of_opener(const struct file *device)
{
	struct mm_struct *mm = device->private_data;

	return mmget_not_zero(mm) ? mm : ERR_PTR(-ESRCH);
}

/**
 * pintest_target_get - the memory of a process
 * @device: the descriptor of /dev/pintest; not read if @pid is 0
 * @pid: as the caller's pid namespace numbers it; 0 is the caller,
 *	PINTEST_PID_OPENER the process that opened @device
 *
 * The kernel does not export ptrace_may_access(). So this requires
 * CAP_SYS_PTRACE, with which that function allows the access.
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
