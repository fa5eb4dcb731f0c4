// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an audit log hears: of capabilities that a call was refused for, and of no
 * others. The kernel's own question to its security modules is traced.
 */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"
#include "undo.h"

#define TRACING	"/sys/kernel/tracing/"
#define EVENT	TRACING "events/kprobes/pintest_capable/"

/* What was traced. Root opens it. */
static FILE *trace;

static void trace_capable(void)
{
	char filter[40];

	trace = fopen(TRACING "trace", "re");
	if (!trace)
		ktap_skip("no tracefs here");
	undo_by(TRACING "kprobe_events", "-:pintest_capable");
	if (!kernel_try_write(TRACING "kprobe_events",
			      "p:pintest_capable security_capable "
			      "cap=$arg3:s32 opts=$arg4:u32"))
		ktap_skip("no kprobe of security_capable() here");
	snprintf(filter, sizeof(filter), "common_pid == %d", getpid());
	kernel_write(EVENT "filter", filter);
	if (!undo_set(EVENT "enable", "1"))
		ktap_skip("this kernel does not enable a kprobe of security_capable()");
}

/* Whether @capability was asked for, with @options. 2 is: do not audit. */
static bool was_asked(int capability, int options)
{
	char line[400], wanted[40], pid[24];
	bool found = false;

	rewind(trace);
	snprintf(wanted, sizeof(wanted), " cap=%d opts=%d\n", capability,
		 options);
	snprintf(pid, sizeof(pid), "-%d ", getpid());
	while (fgets(line, sizeof(line), trace))
		found |= strstr(line, wanted) && strstr(line, pid);
	return found;
}

static void must_be_asked_quietly(int capability)
{
	REQUIRE(was_asked(capability, 2));
	REQUIRE(!was_asked(capability, 0));
}

/* Nothing here is refused: only what is shown, or may be locked, is less. */
TEST("abi.audit.hears_nothing_of_who_has_no_capability")
{
	char *memory = map_pages(2);
	int fd;

	device();
	trace_capable();
	become_nobody();
	fd = pin(memory, 2, PINTEST_API_PIN, 0);
	record_of(fd, 0);
	must_be_asked_quietly(CAP_SYS_ADMIN);
	must_be_asked_quietly(CAP_IPC_LOCK);
}

TEST("abi.audit.hears_of_what_is_refused")
{
	char *memory = map_pages(1);
	struct pintest_pin_args args =
		pin_args(memory, 1, PINTEST_API_PIN_REMOTE, 0);

	device();
	trace_capable();
	become_nobody();
	args.pid = 1;
	pin_must_fail(&args, -EPERM);
	REQUIRE(was_asked(CAP_SYS_PTRACE, 0));
}
