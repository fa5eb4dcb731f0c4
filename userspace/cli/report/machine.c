// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a report tells of the machine.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array_size.h"
#include "base/text.h"
#include "console/lines.h"
#include "report.h"

void report_heading(FILE *out, const char *title)
{
	fprintf(out, "\n== %s\n", title);
}

/* A quoted value of /etc/os-release. */
static void print_distribution(FILE *out)
{
	FILE *file = fopen("/etc/os-release", "re");
	char line[256], id[64] = "unknown", version[64] = "";

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "ID=%63[a-z0-9._-]", id) != 1 &&
		    sscanf(line, "VERSION_ID=\"%63[a-z0-9._-]", version) != 1)
			continue;
	}
	if (file)
		fclose(file);
	fprintf(out, "Distribution: %s%s%s\n", id, *version ? " " : "",
		version);
}

/* Modules that taint the kernel, each with its letters. */
static void print_taint(FILE *out)
{
	DIR *dir = opendir("/sys/module");
	char path[320], letters[32], taint[32] = "unknown";
	struct dirent *entry;

	text_read("/proc/sys/kernel/tainted", taint, sizeof(taint));
	fprintf(out, "Taint:        %s, by", taint);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/module/%s/taint",
			 entry->d_name);
		if (!text_read(path, letters, sizeof(letters)) && letters[0])
			fprintf(out, " %s (%s)", entry->d_name, letters);
	}
	if (dir)
		closedir(dir);
	fputc('\n', out);
}

static void print_cmdline(FILE *out)
{
	struct lines lines;
	char text[4096] = "";

	text_read("/proc/cmdline", text, sizeof(text));
	lines_begin_on(&lines, out, "Command line: ", "              ");
	redact_cmdline(lines.stream, text);
	lines_end(&lines);
}

/* /boot has it, or /proc, compressed. */
static FILE *open_config(const char *release, bool *piped)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/boot/config-%s", release);
	file = fopen(path, "re");
	*piped = !file && !access("/proc/config.gz", R_OK);
	return *piped ? popen("zcat /proc/config.gz", "re") : file;
}

static void print_config(FILE *out, const char *release)
{
	struct lines lines;
	char line[256];
	bool piped;
	FILE *file = open_config(release, &piped);

	if (!file) {
		fprintf(out, "Config:       unknown: neither /boot nor /proc has it\n");
		return;
	}
	lines_begin_on(&lines, out, "Config:       ", "              ");
	while (fgets(line, sizeof(line), file))
		if (redact_config(line))
			lines_add(&lines, "%s ", line + strlen("CONFIG_"));
	lines_end(&lines);
	if (piped)
		pclose(file);
	else
		fclose(file);
}

void report_kernel(FILE *out)
{
	struct utsname name;

	uname(&name);
	report_heading(out, "Kernel");
	fprintf(out, "Release:      %s\nVersion:      %s\nMachine:      %s\n",
		name.release, name.version, name.machine);
	print_distribution(out);
	fprintf(out, "pintest:      %s\n", pintest_version());
	print_taint(out);
	print_cmdline(out);
	print_config(out, name.release);
}

/* Files whose values are numbers or choices. */
static const struct {
	const char *name;
	const char *path;
} settings[] = {
	{ "THP", "/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "THP of shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled" },
	{ "THP defrag", "/sys/kernel/mm/transparent_hugepage/defrag" },
	{ "huge zero page",
	  "/sys/kernel/mm/transparent_hugepage/use_zero_page" },
	{ "KSM", "/sys/kernel/mm/ksm/run" },
	{ "2 MiB pages", "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages" },
	{ "1 GiB pages",
	  "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages" },
	{ "NUMA nodes", "/sys/devices/system/node/online" },
	{ "NUMA balancing", "/proc/sys/kernel/numa_balancing" },
	{ "LRU gen", "/sys/kernel/mm/lru_gen/enabled" },
	{ "swappiness", "/proc/sys/vm/swappiness" },
	{ "overcommit", "/proc/sys/vm/overcommit_memory" },
	{ "panic on warn", "/proc/sys/kernel/panic_on_warn" },
};

static void print_meminfo(FILE *out)
{
	static const char *const names[] = {
		"MemTotal:", "MemAvailable:", "SwapTotal:", "SwapFree:",
		"CmaTotal:", "CmaFree:", "AnonHugePages:", "HugePages_Total:",
	};
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	size_t i;

	while (file && fgets(line, sizeof(line), file))
		for (i = 0; i < ARRAY_SIZE(names); i++)
			if (!strncmp(line, names[i], strlen(names[i])))
				fputs(line, out);
	if (file)
		fclose(file);
}

void report_settings(FILE *out)
{
	char value[128];
	size_t i;

	report_heading(out, "Settings");
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (!text_read(settings[i].path, value, sizeof(value)))
			fprintf(out, "%-16s%s\n", settings[i].name, value);
	print_meminfo(out);
}

static const char *const counter_names[] = {
	"nr_foll_pin_acquired", "nr_foll_pin_released", "pgfault", "pgmajfault",
	"pgmigrate_success", "pgmigrate_fail", "thp_fault_alloc",
	"thp_split_page", "thp_split_pmd", "thp_split_page_failed",
	"thp_collapse_alloc", "thp_zero_page_alloc", "thp_migration_success",
	"compact_migrate_scanned", "compact_fail", "cma_alloc_fail", "pswpin",
	"pswpout", "pgsteal_anon", "cow_ksm", "htlb_buddy_alloc_success",
	"unevictable_pgs_culled", "drop_pagecache", "numa_pages_migrated",
};

void counters_read(struct counters *counters)
{
	FILE *file = fopen("/proc/vmstat", "re");
	char name[64];
	uint64_t value;
	size_t i;

	*counters = (struct counters) { 0 };
	while (file && fscanf(file, "%63s %" SCNu64, name, &value) == 2)
		for (i = 0; i < ARRAY_SIZE(counter_names); i++)
			if (!strcmp(name, counter_names[i]))
				counters->value[i] = value;
	if (file)
		fclose(file);
}

void report_counters(FILE *out, const struct counters *before)
{
	struct counters now;
	size_t i;

	counters_read(&now);
	report_heading(out, "Counters of the whole machine meanwhile");
	for (i = 0; i < ARRAY_SIZE(counter_names); i++)
		if (now.value[i] != before->value[i])
			fprintf(out, "%-26s +%" PRIu64 "\n", counter_names[i],
				now.value[i] - before->value[i]);
}

void kernel_log_open(struct kernel_log *log)
{
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd >= 0)
		lseek(log->fd, 0, SEEK_END);
}

/* A record is "level,number,time,flags;text" and lines that go with it. */
void report_log(FILE *out, struct kernel_log *log)
{
	char record[8192], *text, *end;
	ssize_t n;

	report_heading(out, "Kernel log meanwhile (lines about memory only)");
	if (log->fd < 0) {
		fprintf(out, "unknown: /dev/kmsg cannot be read\n");
		return;
	}
	while ((n = read(log->fd, record, sizeof(record) - 1)) > 0 ||
	       (n < 0 && errno == EPIPE)) {
		record[n > 0 ? n : 0] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		end = strchr(text, '\n');
		if (end)
			*end = '\0';
		redact_log(out, text + 1);
	}
	close(log->fd);
}
