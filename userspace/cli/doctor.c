// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest doctor: whether this machine can run pintest, step by step.
 *
 * A step only looks: nothing is changed, but that the module is loaded.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array_size.h"
#include "base/page_size.h"
#include "base/text.h"
#include "commands.h"
#include "console/lines.h"
#include "machine/numa.h"
#include "machine/settings.h"

/**
 * enum health - how a step ended
 *
 * @HEALTH_OK: nothing is missing
 * @HEALTH_LESS: some checks are skipped
 * @HEALTH_BAD: pintest cannot run
 */
enum health {
	HEALTH_OK,
	HEALTH_LESS,
	HEALTH_BAD,
};

/* What a step has found: a sentence, and what to do. */
struct step_report {
	enum health health;
	char what[512];
	char todo[640];
};

/* Fill a finding in: what is so, and what to do about it, or "". */
__attribute__((format(printf, 4, 5)))
static void found(struct step_report *step, enum health health,
		  const char *todo, const char *format, ...)
{
	va_list args;

	step->health = health;
	snprintf(step->todo, sizeof(step->todo), "%s", todo);
	va_start(args, format);
	vsnprintf(step->what, sizeof(step->what), format, args);
	va_end(args);
}

static bool has_text(const char *path, const char *text)
{
	char line[256];

	return !text_read(path, line, sizeof(line)) && strstr(line, text);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static bool has_program(const char *name)
{
	static const char *const places[] = {
		"/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin",
	};
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], name);
		if (exists(path))
			return true;
	}
	return false;
}

static void look_at_kernel(struct step_report *step)
{
	struct utsname name;

	uname(&name);
	found(step, HEALTH_OK, "", "Linux %s, %s, pages of %zu bytes",
	      name.release, name.machine, page_size());
}

static void look_at_user(struct step_report *step)
{
	if (geteuid())
		found(step, HEALTH_BAD,
		      "run it as root, and outside of containers",
		      "this user may not load modules and change settings");
	else
		found(step, HEALTH_OK, "", "root");
}

static void look_at_headers(struct step_report *step)
{
	char build[128], todo[640];
	struct utsname name;

	uname(&name);
	snprintf(build, sizeof(build), "/lib/modules/%s/build", name.release);
	if (exists(build)) {
		found(step, HEALTH_OK, "", "%s is there", build);
		return;
	}
	snprintf(todo, sizeof(todo),
		 "install linux-headers-%s (Debian, Ubuntu) or kernel-devel (Fedora); not needed if the module is built elsewhere",
		 name.release);
	found(step, HEALTH_LESS, todo,
	      "no headers of this kernel: the module cannot be built here");
}

static void look_at_dkms(struct step_report *step)
{
	if (exists("/var/lib/dkms/pintest"))
		found(step, HEALTH_OK, "", "DKMS knows pintest");
	else if (has_program("dkms"))
		found(step, HEALTH_LESS,
		      "run 'make install' in the source, or install the package pintest-dkms",
		      "DKMS is there, but does not know pintest");
	else
		found(step, HEALTH_LESS,
		      "install dkms, or build the module for each kernel with 'make module'",
		      "no DKMS: nobody rebuilds the module for a new kernel");
}

/* The mode in use stands in brackets. */
static void look_at_lockdown(struct step_report *step)
{
	static const char lockdown[] = "/sys/kernel/security/lockdown";
	static const char todo[] =
		"have the module signed with an enrolled key ('mokutil --import /var/lib/dkms/mok.pub', and reboot), or turn Secure Boot off";

	if (has_text(lockdown, "[integrity]"))
		found(step, HEALTH_LESS, todo,
		      "lockdown is integrity: only signed modules are loaded");
	else if (has_text(lockdown, "[confidentiality]"))
		found(step, HEALTH_LESS, todo,
		      "lockdown is confidentiality: only signed modules are loaded, and no trace works");
	else if (has_text("/sys/module/module/parameters/sig_enforce", "Y"))
		found(step, HEALTH_LESS, todo,
		      "module.sig_enforce is set: only signed modules are loaded");
	else
		found(step, HEALTH_OK, "", "unsigned modules may be loaded");
}

/* What decides: everything that can go wrong with it has an advice. */
static void look_at_module(struct step_report *step)
{
	struct pintest_module_error why;
	struct pintest *pt;

	if (pintest_open_loading(&pt, &why)) {
		found(step, HEALTH_BAD, why.advice, "%s", why.why);
		return;
	}
	pintest_close(pt);
	found(step, HEALTH_OK, "", "loaded, and /dev/pintest answers");
}

static void look_at_panic(struct step_report *step)
{
	if (has_text("/proc/sys/kernel/panic_on_warn", "1"))
		found(step, HEALTH_LESS,
		      "run 'sysctl kernel.panic_on_warn=0' on a machine that has to stay up",
		      "panic_on_warn is set: a warning of the kernel ends this machine");
	else
		found(step, HEALTH_OK, "", "a warning does not end this machine");
}

/* A number of /proc/meminfo in kB, or 0. */
static uint64_t memory_kb(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t kb = 0;
	char line[128];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name), ": %" SCNu64, &kb);
	fclose(file);
	return kb;
}

static void look_at_memory(struct step_report *step)
{
	uint64_t mb = memory_kb("MemAvailable") >> 10;

	if (mb < 256)
		found(step, HEALTH_LESS,
		      "free memory: checks of huge pages need about 256 MiB",
		      "%" PRIu64 " MiB are available", mb);
	else
		found(step, HEALTH_OK, "",
		      "%" PRIu64 " MiB are available%s", mb, mb < 6144 ?
		      "; --long, for pages of 1 GiB, needs 6 GiB" : "");
}

static void look_at_huge_pages(struct step_report *step)
{
	bool thp = exists("/sys/kernel/mm/transparent_hugepage/enabled");
	bool hugetlb = exists("/sys/kernel/mm/hugepages");

	if (thp && hugetlb)
		found(step, HEALTH_OK, "",
		      "transparent huge pages and hugetlb pages; checks change their settings for a while");
	else
		found(step, HEALTH_LESS, "use a kernel that has them",
		      "this kernel has no %s%s%s", thp ? "" :
		      "transparent huge pages", thp || hugetlb ? "" : " and ",
		      hugetlb ? "" : "hugetlb pages");
}

static void look_at_swap(struct step_report *step)
{
	char line[256];

	if (text_read("/proc/swaps", line, sizeof(line)))
		found(step, HEALTH_LESS, "use a kernel with CONFIG_SWAP",
		      "this kernel cannot swap");
	else if (settings_have_swap())
		found(step, HEALTH_OK, "", "there is swap space");
	else
		found(step, HEALTH_OK, "",
		      "no swap space: checks make some of zram for a while, if the kernel has it");
}

static void look_at_ksm(struct step_report *step)
{
	if (exists("/sys/kernel/mm/ksm/run"))
		found(step, HEALTH_OK, "", "KSM is there");
	else
		found(step, HEALTH_LESS, "use a kernel with CONFIG_KSM",
		      "this kernel has no KSM");
}

static void look_at_nodes(struct step_report *step)
{
	char memory = 1;

	if (numa_other_node(numa_node_of(&memory)) >= 0)
		found(step, HEALTH_OK, "", "pages can move to another NUMA node");
	else
		found(step, HEALTH_LESS,
		      "boot with 'numa=fake=2' where the kernel has CONFIG_NUMA_EMU, or use 'tests/vm/run --nodes 2'",
		      "one NUMA node: checks that move pages to another one are skipped");
}

/* Names of what is missing, separated by commas; returns how many. */
static size_t list_missing(const char *const *names, size_t count,
			   bool (*is_there)(const char *name), char *list,
			   size_t size)
{
	size_t i, used = 0, missing = 0;

	list[0] = '\0';
	for (i = 0; i < count; i++)
		if (!is_there(names[i]) && used < size)
			used += snprintf(list + used, size - used, "%s%s",
					 missing++ ? ", " : "", names[i]);
	return missing;
}

static void look_at_filesystems(struct step_report *step)
{
	static const char *const programs[] = {
		"mke2fs", "mkfs.xfs", "mkfs.btrfs",
	};
	char missing[128], todo[256];

	if (!list_missing(programs, ARRAY_SIZE(programs), has_program, missing,
			  sizeof(missing))) {
		found(step, HEALTH_OK, "",
		      "ext4, xfs and btrfs can be made, each on a loop device for a while");
		return;
	}
	snprintf(todo, sizeof(todo),
		 "install e2fsprogs, xfsprogs and btrfs-progs, as far as you want these file systems checked");
	found(step, HEALTH_LESS, todo, "no %s", missing);
}

static void look_at_trace(struct step_report *step)
{
	if (exists("/sys/kernel/debug/kprobes") ||
	    exists("/proc/sys/debug/kprobes-optimization"))
		found(step, HEALTH_OK, "", "kprobes are there");
	else
		found(step, HEALTH_LESS,
		      "use a kernel with CONFIG_KPROBES; without debugfs this cannot be known",
		      "no kprobes seen: 'pintest trace', 'held' and 'who' may not work");
}

static const struct step {
	const char *name;
	void (*look)(struct step_report *step);
} steps[] = {
	{ "kernel", look_at_kernel },
	{ "user", look_at_user },
	{ "headers", look_at_headers },
	{ "dkms", look_at_dkms },
	{ "signature", look_at_lockdown },
	{ "module", look_at_module },
	{ "warnings", look_at_panic },
	{ "memory", look_at_memory },
	{ "huge pages", look_at_huge_pages },
	{ "swap", look_at_swap },
	{ "KSM", look_at_ksm },
	{ "NUMA", look_at_nodes },
	{ "file systems", look_at_filesystems },
	{ "trace", look_at_trace },
};

static void print_step(const char *name, const struct step_report *step)
{
	static const char *const marks[] = { "ok  ", "less", "BAD " };
	struct lines lines;
	char first[64];

	snprintf(first, sizeof(first), "%s  %-13s ", marks[step->health],
		 name);
	lines_begin(&lines, first, "                    ");
	lines_add(&lines, "%s.", step->what);
	if (step->todo[0])
		lines_add(&lines, " To do: %s.", step->todo);
	lines_end(&lines);
}

static int run_doctor(int argc, char **argv)
{
	enum health worst = HEALTH_OK;
	size_t i;

	cli_getopt(&command_doctor, argc, argv);
	cli_no_operands(&command_doctor, argc, argv);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		struct step_report step = { 0 };

		steps[i].look(&step);
		print_step(steps[i].name, &step);
		if (worst < step.health)
			worst = step.health;
	}
	printf("\n%s\n", worst == HEALTH_BAD ?
	       "pintest cannot run here yet." : worst == HEALTH_LESS ?
	       "pintest runs here; some checks may be skipped." :
	       "pintest runs here, with all that checks need.");
	return worst == HEALTH_BAD ? CLI_FAILED : CLI_PASSED;
}

static const struct cli_option doctor_options[] = {
	{ 0 },
};

const struct command command_doctor = {
	.name = "doctor",
	.summary = "tell whether this machine can run pintest, and what to do",
	.about = "Look at everything that pintest needs of this machine: the headers of the kernel,\n"
		 "DKMS, signatures and lockdown, the module, memory, huge pages, swap space, NUMA\n"
		 "nodes and file systems. Nothing is changed, but that the module is loaded.\n",
	.options = doctor_options,
	.exits = "0   pintest runs here\n"
		 "1   it does not; the step that is BAD tells what to do\n"
		 "64  the command line is wrong\n",
	.examples = "pintest doctor\n",
	.run = run_doctor,
};
