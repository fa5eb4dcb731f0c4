// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace is a file, like a pin. All traces share the probes and the account of
 * pins; each has its own ring of events. When the last trace is closed, also by
 * the exit of a killed reader, the probes are removed.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "trace.h"

/* Bytes of a symbol with its module: sprint_symbol() takes no size. */
#define TRACE_SYMBOL_ROOM	1024

/**
 * struct traces - all open traces
 * @lock: taken to begin and to end a trace
 * @list: the traces; read under RCU
 * @nr: how many
 * @followers: how many of them follow pins
 */
static struct traces {
	struct mutex lock;
	struct list_head list;
	unsigned int nr;
	unsigned int followers;
} traces = {
	.lock = __MUTEX_INITIALIZER(traces.lock),
	.list = LIST_HEAD_INIT(traces.list),
};

static bool trace_wants(const struct pintest_trace *trace,
			const struct pintest_event *event)
{
	const u32 in_irq = PINTEST_EVENT_SOFTIRQ | PINTEST_EVENT_HARDIRQ;

	if (!(trace->calls & BIT_ULL(event->call)))
		return false;
	return !trace->pid ||
	       (!(event->flags & in_irq) && trace->pid == task_tgid(current));
}

/**
 * pintest_trace_tell - add an event to each trace that wants calls of this task
 * @event: the call
 */
void pintest_trace_tell(const struct pintest_event *event)
{
	struct pintest_trace *trace;

	rcu_read_lock();
	list_for_each_entry_rcu(trace, &traces.list, node)
		if (trace_wants(trace, event))
			pintest_ring_add(&trace->ring, event);
	rcu_read_unlock();
}

static void trace_update_callers(void)
{
	struct pintest_trace *trace;
	unsigned int callers = 0;

	list_for_each_entry(trace, &traces.list, node)
		callers = max(callers, trace->callers);
	WRITE_ONCE(pintest_wish.callers, callers);
}

static int trace_follow(void)
{
	int err = traces.followers ? 0 : pintest_account_start();

	if (err)
		return err;
	traces.followers++;
	/* A handler that sees this also sees the account. */
	smp_store_release(&pintest_wish.follow, true);
	return 0;
}

static void trace_unfollow(void)
{
	if (--traces.followers)
		return;
	WRITE_ONCE(pintest_wish.follow, false);
	/* Wait for handlers that may still use it. */
	synchronize_rcu();
	pintest_account_stop();
}

/* The lock is held. */
static int trace_begin(struct pintest_trace *trace)
{
	int err = traces.nr ? 0 : pintest_hooks_start();

	if (err)
		return err;
	if (trace->follows)
		err = trace_follow();
	if (err) {
		if (!traces.nr)
			pintest_hooks_stop();
		return err;
	}
	traces.nr++;
	list_add_tail_rcu(&trace->node, &traces.list);
	trace_update_callers();
	return 0;
}

/* The lock is held. */
static void trace_end(struct pintest_trace *trace)
{
	list_del_rcu(&trace->node);
	trace_update_callers();
	if (--traces.nr)
		synchronize_rcu();
	else
		pintest_hooks_stop();
	if (trace->follows)
		trace_unfollow();
}

static void trace_free(struct pintest_trace *trace)
{
	pintest_ring_end(&trace->ring);
	put_pid(trace->pid);
	kfree(trace);
}

static int trace_release(struct inode *inode, struct file *file)
{
	struct pintest_trace *trace = file->private_data;

	/* It never began. */
	if (!trace)
		return 0;
	mutex_lock(&traces.lock);
	trace_end(trace);
	mutex_unlock(&traces.lock);
	trace_free(trace);
	return 0;
}

/* Waits for an event, unless the file has O_NONBLOCK. */
static int trace_wait(struct pintest_trace *trace, bool nonblock)
{
	if (!pintest_ring_is_empty(&trace->ring))
		return 0;
	if (nonblock)
		return -EAGAIN;
	return wait_event_interruptible(trace->ring.wait,
				!pintest_ring_is_empty(&trace->ring));
}

static ssize_t trace_read(struct file *file, char __user *to, size_t count,
			  loff_t *offset)
{
	struct pintest_trace *trace = file->private_data;
	ssize_t ret;

	if (count < trace->event_size)
		return -EINVAL;
	if (mutex_lock_interruptible(&trace->read_lock))
		return -EINTR;
	ret = trace_wait(trace, file->f_flags & O_NONBLOCK);
	if (!ret)
		ret = pintest_ring_read(&trace->ring, to, count,
					trace->event_size);
	mutex_unlock(&trace->read_lock);
	return ret;
}

static __poll_t trace_poll(struct file *file, poll_table *wait)
{
	struct pintest_trace *trace = file->private_data;

	poll_wait(file, &trace->ring.wait, wait);
	/* Pairs with the barrier in pintest_ring_add(). */
	smp_mb();
	return pintest_ring_is_empty(&trace->ring) ? 0 : EPOLLIN | EPOLLRDNORM;
}

static long trace_symbol_run(struct pintest_call *call)
{
	struct pintest_symbol_args *args = &call->args.symbol;
	char *name;

	if (args->reserved)
		return -EOPNOTSUPP;
	name = kmalloc(TRACE_SYMBOL_ROOM, GFP_KERNEL_ACCOUNT);
	if (!name)
		return -ENOMEM;
	/* After a call that never returns comes another function. */
	sprint_symbol_no_offset(name, (unsigned long)args->addr - 1);
	strscpy(args->out_name, name, sizeof(args->out_name));
	kfree(name);
	return pintest_respond(call);
}

static long trace_status_run(struct pintest_call *call)
{
	struct pintest_status_args *args = &call->args.status;
	struct pintest_trace *trace = call->file->private_data;
	struct pintest_account_sums sums = { 0 };

	if (args->reserved)
		return -EOPNOTSUPP;
	if (trace->follows)
		sums = pintest_account_sums();
	args->out_lost = READ_ONCE(trace->ring.lost);
	args->out_missed = pintest_hooks_missed();
	args->out_held = max(sums.held, 0L);
	args->out_untracked = sums.untracked;
	args->out_not_followed = sums.not_followed;
	return pintest_respond(call);
}

static const struct pintest_command trace_commands[] = {
	PINTEST_COMMAND(PINTEST_IOC_SYMBOL, symbol, out_name,
			trace_symbol_run),
	PINTEST_COMMAND(PINTEST_IOC_STATUS, status, out_not_followed,
			trace_status_run),
	PINTEST_COMMAND(PINTEST_IOC_HELD, held, out_count, pintest_held_run),
	PINTEST_COMMAND(PINTEST_IOC_HELD_RECORDS, held_records, out_next,
			pintest_held_records_run),
	PINTEST_COMMAND(PINTEST_IOC_WHO, who, out_count, pintest_who_run),
};

static long trace_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return pintest_dispatch(trace_commands, ARRAY_SIZE(trace_commands),
				file, cmd, arg);
}

static const struct file_operations trace_fops = {
	.owner = THIS_MODULE,
	.read = trace_read,
	.poll = trace_poll,
	.unlocked_ioctl = trace_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = trace_release,
};

static int trace_check_args(const struct pintest_trace_args *args)
{
	const u64 calls = PINTEST_CALLS_PIN | PINTEST_CALLS_GET |
			  PINTEST_CALLS_UNPIN;
	const u32 flags = PINTEST_TRACE_FOLLOW | PINTEST_TRACE_JOIN;

	if (args->flags & ~flags || args->calls & ~calls)
		return -EOPNOTSUPP;
	if (args->callers > PINTEST_CALLERS ||
	    args->events > PINTEST_TRACE_EVENTS ||
	    args->event_size < offsetofend(struct pintest_event, callers) ||
	    args->event_size > PAGE_SIZE || !IS_ALIGNED(args->event_size, 8))
		return -EINVAL;
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static struct pintest_trace *trace_new(const struct pintest_trace_args *args)
{
	struct pintest_trace *trace = kzalloc(sizeof(*trace),
					      GFP_KERNEL_ACCOUNT);

	if (!trace)
		return ERR_PTR(-ENOMEM);
	mutex_init(&trace->read_lock);
	trace->calls = args->calls;
	trace->callers = args->callers;
	trace->event_size = args->event_size;
	trace->follows = args->flags & PINTEST_TRACE_FOLLOW;
	if (pintest_ring_init(&trace->ring, args->events)) {
		kfree(trace);
		return ERR_PTR(-ENOMEM);
	}
	if (!args->pid)
		return trace;
	trace->pid = find_get_pid(args->pid);
	if (trace->pid)
		return trace;
	trace_free(trace);
	return ERR_PTR(-ESRCH);
}

static int trace_start(struct pintest_trace *trace,
		       struct pintest_trace_args *args)
{
	int err = -ENOENT;

	if (mutex_lock_killable(&traces.lock))
		return -EINTR;
	if (traces.followers || !(args->flags & PINTEST_TRACE_JOIN))
		err = trace_begin(trace);
	args->out_calls = pintest_hooks_calls();
	mutex_unlock(&traces.lock);
	return err;
}

/* Returns a file for a trace that has begun. */
static struct file *trace_file(struct pintest_trace_args *args)
{
	struct pintest_trace *trace = trace_new(args);
	struct file *file;
	int err;

	if (IS_ERR(trace))
		return ERR_CAST(trace);
	file = anon_inode_getfile("[pintest-trace]", &trace_fops, NULL,
				  O_RDONLY);
	err = PTR_ERR_OR_ZERO(file);
	if (!err)
		err = trace_start(trace, args);
	if (!err) {
		file->private_data = trace;
		return file;
	}
	if (!IS_ERR(file))
		fput(file);
	trace_free(trace);
	return ERR_PTR(err);
}

/**
 * pintest_trace_run - PINTEST_IOC_TRACE
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_trace_run(struct pintest_call *call)
{
	struct pintest_trace_args *args = &call->args.trace;
	struct file *file;
	int err = trace_check_args(args);

	if (err)
		return err;
	args->out_reserved = 0;
	args->out_fd = get_unused_fd_flags(O_CLOEXEC);
	if (args->out_fd < 0)
		return args->out_fd;
	file = trace_file(args);
	if (IS_ERR(file)) {
		put_unused_fd(args->out_fd);
		return PTR_ERR(file);
	}
	err = pintest_respond(call);
	if (err) {
		fput(file);
		put_unused_fd(args->out_fd);
		return err;
	}
	fd_install(args->out_fd, file);
	return 0;
}
