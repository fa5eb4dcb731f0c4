// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the account: which calls hold pins, the state of their pages, and who
 * holds a page. Drivers may give pins back at the same time.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "trace.h"

#define WHO_MOST	256

static bool held_is_known(struct pintest_call *call)
{
	const struct pintest_trace *trace = call->file->private_data;

	return trace->follows;
}

/* Copies a call to user space, unless it has just given all pins back. */
static int held_put(const struct pintest_trace *trace,
		    struct pintest_held_args *args,
		    struct pintest_taken *taken)
{
	struct pintest_event event = taken->event;

	event.pins = atomic_long_read(&taken->pins);
	if (!event.pins)
		return 0;
	if (taken->mm && !atomic_read(&taken->mm->mm_users))
		event.flags |= PINTEST_EVENT_GONE;
	if (pintest_event_put(u64_to_user_ptr(args->events) +
			      args->out_count * trace->event_size,
			      trace->event_size, &event))
		return -EFAULT;
	args->out_count++;
	return 0;
}

/**
 * pintest_held_run - PINTEST_IOC_HELD
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_held_run(struct pintest_call *call)
{
	const struct pintest_trace *trace = call->file->private_data;
	struct pintest_held_args *args = &call->args.held;
	struct pintest_taken *taken;
	u64 id = args->first;
	int err = 0;

	if (args->reserved)
		return -EOPNOTSUPP;
	if (!held_is_known(call))
		return -ENXIO;
	args->out_count = 0;
	while (!err && args->out_count < args->count) {
		taken = pintest_account_next(id);
		if (!taken)
			break;
		id = taken->event.id + 1;
		err = held_put(trace, args, taken);
		pintest_account_unuse(taken);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err ? err : pintest_respond(call);
}

/* Looks up what is mapped now at the addresses of @span. */
static int held_lookup(const struct pintest_taken *taken,
		       const struct pintest_span *span,
		       pintest_mapped_t *mapped)
{
	unsigned long i;

	if (taken->mm)
		return pintest_recorder_lookup(taken->mm, span->addr, span->nr,
					       mapped);
	for (i = 0; i < span->nr; i++)
		mapped[i] = pintest_mapped_unknown();
	return 0;
}

/*
 * Writes records of the pages of @run from @args->out_next on, as far as there
 * is room. Advances @args->out_next and @args->out_count.
 */
static int held_record_some(struct pintest_recorder *recorder,
			    const struct pintest_taken *taken,
			    const struct pintest_run *run,
			    struct pintest_held_records_args *args)
{
	unsigned long skip = args->out_next - run->index, i;
	struct pintest_span span = {
		.pages = recorder->room->pages,
		.mapped = recorder->room->mapped,
		.nr = min3((unsigned long)args->count - args->out_count,
			   run->pages - skip, (unsigned long)PINTEST_BATCH),
	};
	int err;

	if (taken->mm)
		span.addr = (taken->event.addr & PAGE_MASK) +
			    args->out_next * PAGE_SIZE;
	for (i = 0; i < span.nr; i++)
		span.pages[i] = pfn_to_page(run->pfn + skip + i);
	err = held_lookup(taken, &span, recorder->room->mapped);
	if (!err)
		err = pintest_recorder_add(recorder, span);
	args->out_next += span.nr;
	args->out_count += span.nr;
	return err;
}

static int held_record(struct pintest_recorder *recorder,
		       const struct pintest_taken *taken,
		       struct pintest_held_records_args *args)
{
	const struct pintest_run *run = taken->runs;
	int err = 0;

	args->out_next = args->first;
	args->out_count = 0;
	while (run && !err && args->out_count < args->count) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		if (args->out_next >= (u64)run->index + run->pages ||
		    !READ_ONCE(run->pins)) {
			run = run->next;
			continue;
		}
		args->out_next = max_t(u64, args->out_next, run->index);
		err = held_record_some(recorder, taken, run, args);
	}
	return err;
}

/* Returns call @id if it holds pins; needs pintest_account_unuse(). */
static struct pintest_taken *held_find(u64 id)
{
	struct pintest_taken *taken = pintest_account_next(id);

	if (!taken || (taken->event.id == id && atomic_long_read(&taken->pins)))
		return taken;
	pintest_account_unuse(taken);
	return NULL;
}

/**
 * pintest_held_records_run - PINTEST_IOC_HELD_RECORDS
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_held_records_run(struct pintest_call *call)
{
	struct pintest_held_records_args *args = &call->args.held_records;
	struct pintest_recorder recorder;
	struct pintest_taken *taken;
	int err;

	if (!held_is_known(call))
		return -ENXIO;
	err = pintest_recorder_init(&recorder, args->records,
				    args->record_size);
	if (err)
		return err;
	taken = held_find(args->id);
	if (taken) {
		recorder.held = 1;
		err = held_record(&recorder, taken, args);
		pintest_account_unuse(taken);
	} else {
		err = -ENOENT;
	}
	pintest_recorder_end(&recorder);
	return err ? err : pintest_respond(call);
}

/**
 * pintest_who_run - PINTEST_IOC_WHO
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_who_run(struct pintest_call *call)
{
	struct pintest_who_args *args = &call->args.who;
	struct pintest_holder *holders;
	int err = 0;

	if (args->reserved)
		return -EOPNOTSUPP;
	if (args->count > WHO_MOST)
		return -EINVAL;
	if (!held_is_known(call))
		return -ENXIO;
	if (args->pfn != (unsigned long)args->pfn || !pfn_valid(args->pfn))
		return -ENOENT;
	holders = kcalloc(args->count + 1, sizeof(*holders),
			  GFP_KERNEL_ACCOUNT);
	if (!holders)
		return -ENOMEM;
	args->out_count = pintest_account_who(args->pfn, holders, args->count);
	if (copy_to_user(u64_to_user_ptr(args->holders), holders,
			 args->out_count * sizeof(*holders)))
		err = -EFAULT;
	kfree(holders);
	return err ? err : pintest_respond(call);
}
