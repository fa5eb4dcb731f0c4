// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the machine may be told: only what is on a list here.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "report.h"

#define BLANKS	"\n "

static bool is_listed(const char *const *list, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!fnmatch(list[i], word, 0))
			return true;
	return false;
}

/* Parameters that change what mm does. Their values are numbers or words. */
static const char *const parameters[] = {
	"transparent_hugepage*=*", "thp_*=*", "hugepages=*", "hugepagesz=*",
	"default_hugepagesz=*", "hugetlb_cma=*", "cma=*", "kernelcore=*",
	"movablecore=*", "movable_node", "numa=*", "numa_balancing=*", "mem=*",
	"nokaslr", "nosmp", "nr_cpus=*", "maxcpus=*", "iommu=*", "intel_iommu=*",
	"amd_iommu=*", "secretmem.enable=*", "slub_debug", "slub_debug=*",
	"page_owner=*", "page_poison=*", "page_poisoning=*", "init_on_alloc=*",
	"init_on_free=*", "debug_pagealloc=*", "panic_on_warn",
	"panic_on_warn=*", "pti=*", "nopti", "lockdown=*",
	"page_reporting.page_reporting_order=*", "kasan", "kasan=*",
	"swapaccount=*", "zswap.enabled=*", "psi=*", "nomodule",
};

/* What parameters say that is no number. */
static const char *const values[] = {
	"on", "off", "y", "n", "yes", "no", "always", "madvise", "never",
	"inherit", "within_size", "advise", "force", "noforce", "pt", "nopt",
	"strict", "nostrict", "soft", "noaperture", "sm_on", "sm_off",
	"enable", "disable", "fake", "auto", "mirror", "integrity",
	"confidentiality", "none", "F", "FZ", "FZP", "FZPU", "U", "P", "Z",
};

/* A number with what may follow it: a size, a share, a processor. */
static bool is_number(const char *word)
{
	char *end;

	strtoull(word, &end, 0);
	return end != word && strspn(end, "kKmMgGtT%") == strlen(end) &&
	       strlen(end) < 2;
}

/* Numbers and known words, between commas and the like. */
static bool is_value(const char *text)
{
	char copy[64], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, ",:;@=-")))
		if (!is_number(word) &&
		    !is_listed(values, ARRAY_SIZE(values), word))
			return false;
	return true;
}

bool redact_option(const char *word)
{
	const char *value = strchr(word, '=');

	return strlen(word) < 64 &&
	       is_listed(parameters, ARRAY_SIZE(parameters), word) &&
	       (!value || is_value(value + 1));
}

void redact_cmdline(FILE *out, const char *line)
{
	size_t left = 0, length;
	char word[64];

	for (; *line; line += length) {
		line += strspn(line, BLANKS);
		length = strcspn(line, BLANKS);
		if (!length)
			break;
		snprintf(word, sizeof(word), "%.*s",
			 length < sizeof(word) ? (int)length : 0, line);
		if (redact_option(word))
			fprintf(out, "%s ", word);
		else
			left++;
	}
	fprintf(out, "(%zu more left out)", left);
}

/* The files of the kernel are everybody's. */
static bool begins_path(const char *text, const char *at)
{
	static const char *const kernels[] = { "/proc/*", "/sys/*", "/dev/*" };

	return *at == '/' && (at == text || strchr(" '(", at[-1])) &&
	       !is_listed(kernels, ARRAY_SIZE(kernels), at);
}

static const char *find_path(const char *text)
{
	const char *at = text;

	while (*at && !begins_path(text, at))
		at++;
	return *at ? at : NULL;
}

void redact_reason(struct reason *why)
{
	struct reason old;
	const char *path;

	while ((path = find_path(why->text))) {
		old = *why;
		path += old.text - why->text;
		snprintf(why->text, sizeof(why->text), "%.*s(a path)%s",
			 (int)(path - old.text), old.text,
			 strstr(path, ": ") ? : "");
	}
}

static const char *const options[] = {
	"CONFIG_TRANSPARENT_HUGEPAGE*", "CONFIG_HUGETLB*", "CONFIG_CMA",
	"CONFIG_CMA_AREAS", "CONFIG_DMA_CMA", "CONFIG_KSM", "CONFIG_MIGRATION",
	"CONFIG_COMPACTION", "CONFIG_NUMA", "CONFIG_NUMA_BALANCING",
	"CONFIG_MEMORY_HOTPLUG", "CONFIG_MEMORY_HOTREMOVE", "CONFIG_SWAP",
	"CONFIG_ZSWAP", "CONFIG_USERFAULTFD", "CONFIG_HAVE_ARCH_USERFAULTFD_WP",
	"CONFIG_MEM_SOFT_DIRTY", "CONFIG_SECRETMEM", "CONFIG_GUP_TEST",
	"CONFIG_DEBUG_VM*", "CONFIG_KASAN", "CONFIG_LRU_GEN*",
	"CONFIG_PER_VMA_LOCK", "CONFIG_PREEMPT*", "CONFIG_HZ", "CONFIG_SMP",
	"CONFIG_READ_ONLY_THP_FOR_FS", "CONFIG_FS_DAX", "CONFIG_ZONE_DEVICE",
	"CONFIG_MEMCG", "CONFIG_X86_USER_SHADOW_STACK", "CONFIG_ARM64_*K_PAGES",
};

bool redact_config(const char *line)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s",
		 (int)strcspn(line, "="), line);
	return line[strcspn(line, "=")] &&
	       strcspn(line, "=") < sizeof(name) &&
	       !strchr(line, '"') &&
	       is_listed(options, ARRAY_SIZE(options), name);
}

/* Lines that the kernel writes about pages and itself, and no others. */
static const char *const log_lines[] = {
	"WARNING: CPU: * at mm/*", "BUG: Bad page state*", "BUG: Bad rss-counter*",
	"page: refcount:*",
	"page dumped because:*", "RIP: 0010:*+0x*",
	"Call Trace:", "------------*cut here*------------",
	"---*end trace*---", "watchdog: BUG: soft lockup*",
	"INFO: task * blocked for more than * seconds.",
};

/* A function of the kernel with its offset, as in a call trace. */
static bool is_trace_line(const char *line)
{
	char function[96];
	unsigned int offset, size;
	int length = 0;

	if (sscanf(line, " %95[a-zA-Z0-9_.]+0x%x/0x%x%n", function, &offset,
		   &size, &length) != 3)
		return false;
	return !line[length] || !strcmp(line + length, "\n");
}

/* Numbers that are long enough to be addresses. */
static void print_without_addresses(FILE *out, const char *line)
{
	size_t digits;

	for (; *line && *line != '\n'; line += digits ? digits : 1) {
		digits = strspn(line, "0123456789abcdefABCDEF");
		if (digits >= 8)
			fputs("ADDRESS", out);
		else
			fprintf(out, "%.*s", digits ? (int)digits : 1, line);
	}
	fputc('\n', out);
}

/* Names of processes are theirs: "INFO: task NAME:1 blocked". */
static void print_log_line(FILE *out, const char *line)
{
	if (!strncmp(line, "INFO: task ", 11))
		fprintf(out, "INFO: task (name left out)%s",
			strstr(line, " blocked"));
	else if (!strncmp(line, "BUG: Bad page ", 14))
		fprintf(out, "%.*s\n", 19, line);
	else if (!strncmp(line, "watchdog:", 9))
		fprintf(out, "%.*s\n", (int)strcspn(line, "["), line);
	else
		print_without_addresses(out, line);
}

void redact_log(FILE *out, const char *line)
{
	if (is_trace_line(line))
		fprintf(out, "%s%s", line, strchr(line, '\n') ? "" : "\n");
	else if (is_listed(log_lines, ARRAY_SIZE(log_lines), line))
		print_log_line(out, line);
}

bool redact_smaps(const char *line)
{
	static const char *const fields[] = {
		"Size:*", "KernelPageSize:*", "MMUPageSize:*", "Rss:*", "Pss:*",
		"Shared_Clean:*", "Shared_Dirty:*", "Private_Clean:*",
		"Private_Dirty:*", "Referenced:*", "Anonymous:*", "KSM:*",
		"LazyFree:*", "AnonHugePages:*", "ShmemPmdMapped:*",
		"FilePmdMapped:*", "Shared_Hugetlb:*", "Private_Hugetlb:*",
		"Swap:*", "SwapPss:*", "Locked:*", "THPeligible:*",
		"ProtectionKey:*", "VmFlags:*",
	};

	return is_listed(fields, ARRAY_SIZE(fields), line);
}
