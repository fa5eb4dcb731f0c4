// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds a page: the callers of the calls that have pins of its folio.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/cli.h"
#include "holders.h"
#include "symbols.h"

#define HOLDERS	64

struct holders {
	struct pintest_trace *trace;
	struct symbols *symbols;
};

struct holders *holders_join(struct pintest *pt)
{
	const struct pintest_trace_request request = {
		.flags = PINTEST_TRACE_FOLLOW | PINTEST_TRACE_JOIN,
	};
	struct holders *holders = calloc(1, sizeof(*holders));

	if (!holders)
		errx(CLI_FAILED, "no memory left");
	if (pintest_trace_new(pt, &request, &holders->trace)) {
		free(holders);
		return NULL;
	}
	holders->symbols = symbols_new(holders->trace);
	return holders;
}

void holders_free(struct holders *holders)
{
	if (!holders)
		return;
	symbols_free(holders->symbols);
	pintest_trace_free(holders->trace);
	free(holders);
}

static bool has_name(const char *list, const char *name)
{
	size_t length = strlen(name);
	const char *at = list;

	while ((at = strstr(at, name))) {
		if ((at == list || at[-1] == ' ') &&
		    (!at[length] || at[length] == ','))
			return true;
		at += length;
	}
	return false;
}

static void add_name(char *list, size_t size, const char *name)
{
	size_t used = strlen(list);

	if (!has_name(list, name))
		snprintf(list + used, size - used, "%s%s", used ? ", " : "",
			 name);
}

void holders_names(struct holders *holders, const struct pintest_record *record,
		   char *buf, size_t size)
{
	struct pintest_holder found[HOLDERS];
	struct pintest_event event;
	int64_t known = 0;
	ssize_t i, n;

	*buf = '\0';
	if (!(record->fields & PINTEST_FIELD_PFN))
		return;
	n = pintest_trace_who(holders->trace, record->pfn, found, HOLDERS);
	for (i = 0; i < n; i++) {
		if (pintest_trace_held(holders->trace, found[i].id, &event,
				       1) != 1 || event.id != found[i].id)
			continue;
		add_name(buf, size, symbols_caller(holders->symbols, &event));
		known += found[i].pins;
	}
	if (record->fields & PINTEST_FIELD_PINCOUNT &&
	    record->pincount_min > known)
		add_name(buf, size, "?");
}
