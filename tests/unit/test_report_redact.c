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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_told_that_change_mm),
		cmocka_unit_test(configuration_is_told_that_concerns_mm),
		cmocka_unit_test(the_log_is_told_of_mm_and_without_addresses),
		cmocka_unit_test(smaps_is_told_without_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
