// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the KTAP of selftests. The line of a result says what was seen, such
 * as "Longterm R/O pin is reliable". What the case is about was said before,
 * in a line "# [RUN] ...".
 */
#include <stdio.h>
#include <string.h>

#include "ktap.h"

#define ANNOUNCEMENT	"# [RUN] "

static void copy_name(char name[KTAP_NAME], const char *text, int length)
{
	snprintf(name, KTAP_NAME, "%.*s", length, text);
}

/* "NUMBER TEXT # DIRECTIVE", each but the first optional. */
static void take_result(struct ktap_reader *reader, const char *result)
{
	const char *text = result + strspn(result, "0123456789 ");
	int length = strcspn(text, "#\n");

	while (length && text[length - 1] == ' ')
		length--;
	if (reader->announced[0])
		strcpy(reader->name, reader->announced);
	else
		copy_name(reader->name, text, length);
	reader->announced[0] = '\0';
	reader->seen++;
}

enum ktap_line ktap_read(struct ktap_reader *reader, const char *line)
{
	if (!strncmp(line, ANNOUNCEMENT, strlen(ANNOUNCEMENT))) {
		line += strlen(ANNOUNCEMENT);
		copy_name(reader->announced, line, strcspn(line, "\n"));
		return KTAP_OTHER;
	}
	if (sscanf(line, "1..%u", &reader->planned) == 1)
		return KTAP_OTHER;
	if (!strncmp(line, "not ok ", 7)) {
		take_result(reader, line + 7);
		return KTAP_FAILED;
	}
	if (!strncmp(line, "ok ", 3)) {
		take_result(reader, line + 3);
		return strstr(line, "# SKIP") ? KTAP_SKIPPED : KTAP_PASSED;
	}
	return KTAP_OTHER;
}
