// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports: what is told is on a list, and secrets are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "array_size.h"
#include "cli/report/report.h"

#define SECRET	"hunter2"

/* What a function writes of a line. */
static char *written(void (*redact)(FILE *out, const char *line),
		     const char *line)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	redact(out, line);
	fclose(out);
	return text;
}

static void hides(void (*redact)(FILE *out, const char *line),
		  const char *line)
{
	char *text = written(redact, line);

	assert_null(strstr(text, SECRET));
	free(text);
}

static void tells(void (*redact)(FILE *out, const char *line),
		  const char *line, const char *what)
{
	char *text = written(redact, line);

	assert_non_null(strstr(text, what));
	free(text);
}

static void parameters_are_told_that_change_mm(void **state)
{
	static const char line[] =
		"BOOT_IMAGE=/boot/vmlinuz-" SECRET " root=UUID=" SECRET
		" cma=64M ip=10.0.0.1:" SECRET " rd.luks.key=" SECRET
		" transparent_hugepage=always my.password=" SECRET "\n";

	(void)state;
	hides(redact_cmdline, line);
	tells(redact_cmdline, line, "cma=64M ");
	tells(redact_cmdline, line, "transparent_hugepage=always ");
	tells(redact_cmdline, line, "(5 more left out)");
	hides(redact_cmdline, "iommu=" SECRET "'quoted\"");
	hides(redact_cmdline, "numa=" SECRET "/etc/shadow");
}

/* A secret may stand where a value is expected. */
static void values_are_told_that_are_numbers_or_known_words(void **state)
{
	static const char *const told[] = {
		"cma=64M@0-4G", "hugepages=0:2,1:2", "iommu=pt", "numa=fake=4",
		"thp_anon=16K-64K:always", "slub_debug=FZ", "nokaslr",
		"movable_node", "mem=0x10000000", "panic_on_warn",
	};
	static const char *const kept[] = {
		"iommu=" SECRET, "numa=" SECRET, "mem=1" SECRET, "cma=" SECRET "M",
		"slub_debug=FZ," SECRET, "panic_on_warn" SECRET, "nokaslr" SECRET,
		"thp_" SECRET "=" SECRET, "transparent_hugepage.key=" SECRET,
		"hugepages=1," SECRET, "iommu=",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(told); i++)
		assert_true(redact_option(told[i]));
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		assert_false(redact_option(kept[i]));
}

static const char *redacted(const char *text)
{
	static struct reason why;

	snprintf(why.text, sizeof(why.text), "%s", text);
	redact_reason(&why);
	return why.text;
}

static void paths_in_reasons_are_left_out(void **state)
{
	(void)state;
	assert_string_equal(redacted("cannot create a file in /home/" SECRET
				     "/a " SECRET ": No such file or directory"),
			    "cannot create a file in (a path): No such file or directory");
	assert_string_equal(redacted("/" SECRET), "(a path)");
	assert_string_equal(redacted("no '/a' (/" SECRET "): and /b"),
			    "no '(a path): and (a path)");
	assert_string_equal(redacted("R/O pins: cannot read /proc/self/pagemap"),
			    "R/O pins: cannot read /proc/self/pagemap");
}

static void frames_are_numbered(void **state)
{
	struct observations seen = { 0 };
	struct pintest_record *first = seen.pages[0].records;
	struct pintest_record *second = seen.pages[1].records;

	(void)state;
	first[MOMENT_BEFORE] = (struct pintest_record) {
		.addr = 0x7f0000001000,
		.fields = PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN,
		.pfn = 4711, .mapped_pfn = 815,
	};
	second[MOMENT_PINNED] = (struct pintest_record) {
		.addr = 0x7f0000002000, .fields = PINTEST_FIELD_PFN,
		.pfn = 815, .mapped_pfn = 0,
	};
	frames_rename(&seen);
	assert_int_equal(first[MOMENT_BEFORE].pfn, 1);
	assert_int_equal(first[MOMENT_BEFORE].mapped_pfn, 2);
	assert_int_equal(second[MOMENT_PINNED].pfn, 2);
	assert_true(first[MOMENT_BEFORE].addr < 0x100000);
	assert_false(record_taken(&first[MOMENT_AFTER]));
}

/* What is told of a kernel source whose MAINTAINERS is this text. */
static char *addresses(const char *maintainers)
{
	char directory[] = "/tmp/pintest-XXXXXX", path[64], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size), *file;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/MAINTAINERS", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(maintainers, file);
	fclose(file);
	report_addresses(out, directory);
	fclose(out);
	unlink(path);
	rmdir(directory);
	return text;
}

#define OTHER	"OTHER\nM:\tOther <other@example.org>\nF:\tmm/ksm.c\n\n"

static void addresses_are_those_of_gup(void **state)
{
	char *text = addresses("MM\nM:\tAll <all@example.org>\nF:\tmm/\n\n"
			       OTHER "GUP\nM:\tOne <one@example.org>\n"
			       "L:\tlist@example.org\nS:\tMaintained\n"
			       "F:\tmm/gup.c\n\n" OTHER);

	(void)state;
	assert_non_null(strstr(text, "  One <one@example.org>\n"
				     "  list@example.org\n"));
	assert_null(strstr(text, "other@"));
	assert_null(strstr(text, "all@"));
	free(text);
	text = addresses(OTHER "MM\nM:\tAll <all@example.org>\nF:\tmm/\n");
	assert_non_null(strstr(text, "  All <all@example.org>\n"));
	assert_null(strstr(text, "other@"));
	free(text);
	text = addresses(OTHER);
	assert_null(strstr(text, "other@"));
	assert_non_null(strstr(text, "  linux-mm@kvack.org\n"));
	free(text);
}

static void configuration_is_told_that_concerns_mm(void **state)
{
	(void)state;
	assert_true(redact_config("CONFIG_CMA=y\n"));
	assert_true(redact_config("CONFIG_TRANSPARENT_HUGEPAGE_ALWAYS=y\n"));
	assert_false(redact_config("CONFIG_LOCALVERSION=\"-" SECRET "\"\n"));
	assert_false(redact_config("CONFIG_SYSTEM_TRUSTED_KEYS=\"" SECRET "\"\n"));
	assert_false(redact_config("# CONFIG_CMA is not set\n"));
}

static void the_log_is_told_of_mm_and_without_addresses(void **state)
{
	static const char *const secrets[] = {
		"audit: user " SECRET " logged in\n",
		"BUG: Bad page state in process " SECRET "  pfn:12345\n",
		"INFO: task " SECRET ":123 blocked for more than 120 seconds.\n",
		"watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [" SECRET ":1]\n",
		" " SECRET "(+0x1/0x2\n",
		"Comm: " SECRET " Tainted: G\n",
		"usb 1-1: SerialNumber: " SECRET "\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(secrets); i++)
		hides(redact_log, secrets[i]);
	tells(redact_log, "WARNING: CPU: 0 PID: 1 at mm/gup.c:100 pin+0x1/0x2",
	      "mm/gup.c:100");
	tells(redact_log, " __get_user_pages+0x10/0x200\n",
	      "__get_user_pages+0x10/0x200");
	tells(redact_log, "page: refcount:2 mapcount:1 mapping:00000000deadbeef",
	      "mapping:ADDRESS");
}

static void smaps_is_told_without_paths(void **state)
{
	(void)state;
	assert_true(redact_smaps("Rss:                   4 kB\n"));
	assert_false(redact_smaps("7f0000000000-7f0000001000 rw-p 0 00:01 5 /home/" SECRET "\n"));
}

/* Whoever makes it, and wherever. */
static void the_tarball_names_no_owner_and_no_directory(void **state)
{
	char directory[] = "/tmp/" SECRET "-XXXXXX", path[64], text[512];
	FILE *file;
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/report.txt", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%0600d\n", 7);
	fclose(file);
	report_pack(directory, (const char *[]) { "report.txt", NULL });
	snprintf(text, sizeof(text),
		 "tar -tvzf %s.tar.gz && tar -xOzf %s.tar.gz | wc -c && rm -r %s*",
		 directory, directory, directory);
	file = popen(text, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	assert_int_equal(pclose(file), 0);
	assert_non_null(strstr(text, "-rw-r--r-- 0/0 "));
	assert_non_null(strstr(text, " pintest-report/report.txt\n601\n"));
	assert_null(strstr(text, SECRET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_told_that_change_mm),
		cmocka_unit_test(values_are_told_that_are_numbers_or_known_words),
		cmocka_unit_test(paths_in_reasons_are_left_out),
		cmocka_unit_test(frames_are_numbered),
		cmocka_unit_test(addresses_are_those_of_gup),
		cmocka_unit_test(configuration_is_told_that_concerns_mm),
		cmocka_unit_test(the_log_is_told_of_mm_and_without_addresses),
		cmocka_unit_test(the_tarball_names_no_owner_and_no_directory),
		cmocka_unit_test(smaps_is_told_without_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
