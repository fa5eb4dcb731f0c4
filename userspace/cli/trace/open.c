// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traces for commands.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "console/cli.h"
#include "open.h"

/* What the kernel's own tracing tells, where it lets no module in. */
static const char recipe[] =
	"Without the module, the kernel's own tracing tells the calls, but not who holds what:\n"
	"  cd /sys/kernel/tracing\n"
	"  echo 'p:pin pin_user_pages_fast start=$arg1:x64 nr=$arg2:s32 flags=$arg3:x32' >kprobe_events\n"
	"  echo 'r:pinr pin_user_pages_fast ret=$retval:s32' >>kprobe_events\n"
	"  echo 1 >options/stacktrace; echo 1 >events/kprobes/enable; cat trace_pipe\n";

static void tell(int error)
{
	switch (error) {
	case EPERM:
		warnx("cannot trace: it takes CAP_SYS_ADMIN: run it as root");
		break;
	case EBADRQC:
		warnx("cannot trace: this kernel has no kretprobes (CONFIG_KRETPROBES)");
		break;
	case ENOENT:
		warnx("no trace runs, and what was pinned before one cannot be known: run 'pintest trace' first, and this beside it");
		break;
	case ESRCH:
		warnx("cannot trace: there is no such process");
		break;
	default:
		warnx("cannot trace: %s", strerror(error));
	}
}

int trace_open(const struct pintest_trace_request *request,
	       struct pintest **pt, struct pintest_trace **trace)
{
	struct pintest_module_error why;
	int ret = pintest_open_loading(pt, &why);

	if (ret) {
		cli_module_error(&why);
		if (why.problem == PINTEST_MODULE_LOCKDOWN ||
		    why.problem == PINTEST_MODULE_SIGNATURE)
			fputs(recipe, stderr);
		return ret;
	}
	ret = pintest_trace_new(*pt, request, trace);
	if (!ret)
		return 0;
	tell(-ret);
	pintest_close(*pt);
	return ret;
}

int trace_join(struct pintest **pt, struct pintest_trace **trace)
{
	const struct pintest_trace_request request = {
		.flags = PINTEST_TRACE_FOLLOW | PINTEST_TRACE_JOIN,
	};

	return trace_open(&request, pt, trace);
}
