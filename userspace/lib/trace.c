// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traces: the calls by which others pin memory, and what they hold.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

struct pintest_trace {
	int fd;			/* owned */
	uint64_t calls;
};

int pintest_trace_new(struct pintest *pt,
		      const struct pintest_trace_request *req,
		      struct pintest_trace **trace)
{
	struct pintest_trace_args args = {
		.size = sizeof(args),
		.flags = req->flags,
		.calls = req->calls,
		.pid = req->pid,
		.callers = req->callers,
		.events = req->events,
		.event_size = sizeof(struct pintest_event),
	};
	struct pintest_trace *new;
	int ret;

	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	ret = pintest_ioctl(pt->fd, PINTEST_IOC_TRACE, &args);
	if (ret) {
		free(new);
		return ret;
	}
	*new = (struct pintest_trace) {
		.fd = args.out_fd,
		.calls = args.out_calls,
	};
	*trace = new;
	return 0;
}

void pintest_trace_free(struct pintest_trace *trace)
{
	if (!trace)
		return;
	close(trace->fd);
	free(trace);
}

int pintest_trace_fd(const struct pintest_trace *trace)
{
	return trace->fd;
}

uint64_t pintest_trace_calls(const struct pintest_trace *trace)
{
	return trace->calls;
}

ssize_t pintest_trace_read(struct pintest_trace *trace,
			   struct pintest_event *events, size_t count)
{
	ssize_t n = read(trace->fd, events, count * sizeof(*events));

	return n < 0 ? -errno : n / (ssize_t)sizeof(*events);
}

int pintest_trace_symbol(struct pintest_trace *trace, uint64_t addr, char *buf,
			 size_t size)
{
	struct pintest_symbol_args args = {
		.size = sizeof(args),
		.addr = addr,
	};
	int ret = pintest_ioctl(trace->fd, PINTEST_IOC_SYMBOL, &args);
	size_t length;

	if (ret)
		return ret;
	length = strnlen(args.out_name, sizeof(args.out_name) - 1);
	if (length >= size)
		length = size - 1;
	memcpy(buf, args.out_name, length);
	buf[length] = '\0';
	return 0;
}

int pintest_trace_status(struct pintest_trace *trace,
			 struct pintest_trace_status *status)
{
	struct pintest_status_args args = { .size = sizeof(args) };
	int ret = pintest_ioctl(trace->fd, PINTEST_IOC_STATUS, &args);

	if (ret)
		return ret;
	*status = (struct pintest_trace_status) {
		.lost = args.out_lost,
		.missed = args.out_missed,
		.held = args.out_held,
		.untracked = args.out_untracked,
		.not_followed = args.out_not_followed,
	};
	return 0;
}

ssize_t pintest_trace_held(struct pintest_trace *trace, uint64_t first,
			   struct pintest_event *events, size_t count)
{
	struct pintest_held_args args = {
		.size = sizeof(args),
		.first = first,
		.events = (uintptr_t)events,
		.count = count < UINT32_MAX ? count : UINT32_MAX,
	};
	int ret = pintest_ioctl(trace->fd, PINTEST_IOC_HELD, &args);

	return ret ? ret : (ssize_t)args.out_count;
}

ssize_t pintest_trace_records(struct pintest_trace *trace, uint64_t id,
			      uint64_t *first, struct pintest_record *records,
			      size_t count)
{
	struct pintest_held_records_args args = {
		.size = sizeof(args),
		.record_size = sizeof(*records),
		.id = id,
		.first = *first,
		.records = (uintptr_t)records,
		.count = count < UINT32_MAX ? count : UINT32_MAX,
	};
	int ret = pintest_ioctl(trace->fd, PINTEST_IOC_HELD_RECORDS, &args);

	if (ret)
		return ret;
	*first = args.out_next;
	return args.out_count;
}

ssize_t pintest_trace_who(struct pintest_trace *trace, uint64_t pfn,
			  struct pintest_holder *holders, size_t count)
{
	struct pintest_who_args args = {
		.size = sizeof(args),
		.pfn = pfn,
		.holders = (uintptr_t)holders,
		.count = count < UINT32_MAX ? count : UINT32_MAX,
	};
	int ret = pintest_ioctl(trace->fd, PINTEST_IOC_WHO, &args);

	return ret ? ret : (ssize_t)args.out_count;
}
