// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explanations, in words: the result, the mapping, the pages, the tests, and what
 * would change the result.
 */
#include <inttypes.h>
#include <string.h>

#include "base/page_size.h"
#include "engine/known.h"
#include "print.h"

const char *call_text(const struct pintest_request *request,
		      char text[CALL_TEXT])
{
	const char *call = pintest_kernel_name(PINTEST_NAMES_API,
					       request->api);
	char flags[256];

	pintest_format_foll(request->foll, flags, sizeof(flags));
	snprintf(text, CALL_TEXT, "%.*s(%s%s)", (int)strcspn(call, "("), call,
		 strstr(call, "&locked") ? "&locked, " : "", flags);
	return text;
}

const char *fate_text(const struct explanation *explanation,
			 char text[FATE_TEXT])
{
	const struct decision *decision = &explanation->decision;

	switch (explanation->fate) {
	case FATE_PINNED:
		snprintf(text, FATE_TEXT, "pins %" PRIu64 " of %" PRIu64
			 " pages%s%s", explanation->pages,
			 explanation->wanted, decision->error ? ", then " : "",
			 decision->error ? strerror(decision->error) : "");
		break;
	case FATE_REFUSED:
		snprintf(text, FATE_TEXT, "is refused: %s",
			 strerror(decision->error));
		break;
	case FATE_WAITS:
		strcpy(text, "waits until the reader of a userfaultfd answers");
		break;
	case FATE_HANGS:
		strcpy(text, "never returns");
		break;
	case FATE_UNKNOWN:
		strcpy(text, "cannot be predicted");
		break;
	}
	return text;
}

static void print_pages(const struct explanation *explanation)
{
	size_t i;

	for (i = 0; i < explanation->group_count && i < EXPLAIN_GROUPS; i++) {
		const struct page_group *group = &explanation->groups[i];

		if (group->first == group->last)
			printf("  page %" PRIu64 ": %s\n", group->first,
			       group->text);
		else
			printf("  pages %" PRIu64 " to %" PRIu64 ": %s\n",
			       group->first, group->last, group->text);
	}
	if (explanation->group_count > EXPLAIN_GROUPS)
		printf("  and so on: %zu more changes\n",
		       explanation->group_count - EXPLAIN_GROUPS);
}

static void print_known(const char *id)
{
	const struct known *rows;
	struct reason text;
	size_t i, count;

	rows = known_behaviours(&count);
	for (i = 0; id && i < count; i++) {
		if (strcmp(rows[i].id, id))
			continue;
		known_text(&rows[i], &text);
		printf("  %s\n", text.text);
	}
}

static void print_steps(const struct decision *decision)
{
	size_t i;

	for (i = 0; i < decision->count; i++)
		printf("  %2zu. %s: %s\n", i + 1, decision->steps[i].asks,
		       decision->steps[i].answer);
}

static void print_cause(const struct explanation *explanation)
{
	const struct decision *decision = &explanation->decision;

	if (!decision->cause)
		return;
	printf("\nIt ends at page %" PRIu64 ", 0x%" PRIx64 ":\n  %s\n",
	       explanation->pages, explanation->request.addr +
	       explanation->pages * page_size(), decision->cause);
	if (decision->remedy)
		printf("\nWhat would change it:\n  %s\n", decision->remedy);
	if (decision->known) {
		printf("\nHistory:\n");
		print_known(decision->known);
	}
}

void print_explanation(const struct explanation *explanation)
{
	const struct mapping_facts *map = &explanation->map;
	char call[CALL_TEXT], text[MAPPING_WORDS];

	printf("%s %s.\n", call_text(&explanation->request, call),
	       fate_text(explanation, text));
	if (map->mapped)
		printf("\nMapping:\n  %s\n  %s\n", map->line,
		       mapping_in_words(map, text));
	else
		printf("\nMapping:\n  none%s\n", map->below_stack ?
		       ": the gap below a stack" : "");
	if (map->mapped) {
		printf("\nPages:\n");
		print_pages(explanation);
	}
	printf("\nDecision:\n");
	print_steps(&explanation->decision);
	print_cause(explanation);
}
