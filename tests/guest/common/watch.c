// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/pintest.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "kernel.h"
#include "process.h"
#include "undo.h"
#include "watch.h"

#define REFCNT "/sys/module/pintest/refcnt"
#define TAINTED "/proc/sys/kernel/tainted"

static struct {
	long long pins;
	long long users;
	long long taint;
} before;

static int log_fd = -1;

/* Nothing that a test does may make the kernel say one of these. */
static const char *const complaints[] = {
	"WARNING: ", "BUG: ", "UBSAN: ", "KASAN: ", "kernel BUG at",
	"Oops: ", "general protection fault", "page allocation failure",
	"vmalloc error", "refcount_t: ", "Out of memory: ", "pintest: ",
	"pintest_",
};

/*
 * Of a call that must not wait for a userfaultfd, kernels with CONFIG_DEBUG_VM
 * say that it cannot, with a backtrace that has us in it.
 */
static bool is_of_userfaultfd(const char *text)
{
	static bool in_backtrace;

	if (strstr(text, "FAULT_FLAG_ALLOW_RETRY missing"))
		in_backtrace = true;
	else if (strstr(text, "</TASK>"))
		in_backtrace = false;
	return in_backtrace;
}

static bool complains(const char *text)
{
	size_t i;

	if (is_of_userfaultfd(text))
		return false;
	for (i = 0; i < ARRAY_SIZE(complaints); i++)
		if (strstr(text, complaints[i]))
			return true;
	return false;
}

/* Reads on to the end of the log. Returns the first complaint, or NULL. */
static const char *read_log(void)
{
	static char found[600];
	char entry[9000];
	char *text;
	ssize_t size;

	found[0] = '\0';
	for (;;) {
		size = read(log_fd, entry, sizeof(entry) - 1);
		if (size < 0 && errno == EPIPE)
			continue;
		if (size < 0)
			break;
		entry[size] = '\0';
		text = strchr(entry, ';');
		if (text && !found[0] && complains(text))
			snprintf(found, sizeof(found), "kernel log: %s",
				 text + 1);
	}
	found[strcspn(found, "\n")] = '\0';
	return found[0] ? found : NULL;
}

static void begin(void)
{
	read_log();
	before.pins = kernel_pins();
	before.users = kernel_read_number(REFCNT);
	before.taint = kernel_read_number(TAINTED);
}

static const char *end(void)
{
	static char complaint[200];
	long long pins, users, taint;

	undo_all();
	pins = kernel_pins();
	users = kernel_read_number(REFCNT);
	taint = kernel_read_number(TAINTED);
	complaint[0] = '\0';
	if (pins != before.pins)
		snprintf(complaint, sizeof(complaint),
			 "%lld pins left behind", pins - before.pins);
	else if (users != before.users)
		snprintf(complaint, sizeof(complaint),
			 "%s was %lld, is %lld", REFCNT, before.users, users);
	else if (taint != before.taint)
		snprintf(complaint, sizeof(complaint),
			 "kernel tainted: was %lld, is %lld", before.taint,
			 taint);
	return complaint[0] ? complaint : read_log();
}

static const char *prepare(void)
{
	if (geteuid())
		return "these tests want root";
	if (access(PINTEST_DEVICE, F_OK) &&
	    !run_program("modprobe", "pintest", NULL))
		return "modprobe pintest failed";
	if (access(PINTEST_DEVICE, F_OK))
		return "there is no " PINTEST_DEVICE;
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0)
		return "cannot read the kernel log";
	if (!undo_init())
		return "no memory";
	return NULL;
}

const struct ktap_suite watched_suite = {
	.prepare = prepare,
	.begin = begin,
	.end = end,
};
