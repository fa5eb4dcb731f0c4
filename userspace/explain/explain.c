// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explanations: one question for each page, until one would not be pinned.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/page_size.h"
#include "explain.h"

/* Calls are made for so many pages at a time, and fast ones begin anew. */
#define SEGMENT	512

static void add_page(struct explanation *explanation, uint64_t page)
{
	size_t count = explanation->group_count;
	struct page_group *groups = explanation->groups;
	char text[PAGE_WORDS];

	page_in_words(&explanation->page, text);
	if (count && count <= EXPLAIN_GROUPS &&
	    !strcmp(groups[count - 1].text, text)) {
		groups[count - 1].last = page;
		return;
	}
	explanation->group_count++;
	if (count >= EXPLAIN_GROUPS)
		return;
	groups[count].first = page;
	groups[count].last = page;
	memcpy(groups[count].text, text, sizeof(text));
}

static int look(struct pintest *pt, struct explanation *explanation,
		uint64_t addr, struct reason *why)
{
	pid_t pid = explanation->request.pid ? : getpid();
	struct mapping_facts *map = &explanation->map;
	int ret = 0;

	if (!map->mapped || addr >= map->end)
		ret = mapping_look(pid, addr, map);
	if (ret)
		return reason(why, ret,
			      "cannot read the mappings of process %d: %s",
			      (int)pid, strerror(-ret));
	ret = page_look(pt, explanation->request.pid, map, addr,
			&explanation->page);
	if (ret)
		return reason(why, ret, "cannot look at process %d: %s",
			      (int)pid, strerror(-ret));
	return 0;
}

static void ask(struct explanation *explanation,
		const struct kernel_facts *kernel, uint64_t addr, bool slow)
{
	const struct pintest_request *request = &explanation->request;
	struct question question = {
		.kernel = kernel,
		.api = request->api,
		.foll = request->foll,
		.addr = addr,
		.end = request->addr + request->length,
		.map = &explanation->map,
		.page = &explanation->page,
		.slow = slow,
	};

	explanation->decision = decide(&question);
}

/* memfd_pin_folios() asks the file once for all of the range. */
static bool answers_for_all(const struct explanation *explanation)
{
	return explanation->request.api == PINTEST_API_PIN_MEMFD;
}

int explain(struct pintest *pt, const struct kernel_facts *kernel,
	    const struct pintest_request *request,
	    struct explanation *explanation, struct reason *why)
{
	uint64_t i, size = page_size();
	struct decision first;
	bool slow = false;
	int ret;

	*explanation = (struct explanation) {
		.request = *request,
		.wanted = request->length / size,
	};
	for (i = 0; i < explanation->wanted; i++) {
		uint64_t addr = request->addr + i * size;

		ret = look(pt, explanation, addr, why);
		if (ret)
			return ret;
		add_page(explanation, i);
		slow = slow && addr / size % SEGMENT;
		ask(explanation, kernel, addr, slow);
		if (!i)
			first = explanation->decision;
		if (explanation->decision.fate != FATE_PINNED)
			break;
		slow |= !explanation->decision.by_fast;
		if (answers_for_all(explanation))
			i = explanation->wanted - 1;
	}
	explanation->pages = i;
	explanation->fate = explanation->decision.fate;
	if (i == explanation->wanted)
		explanation->decision = first;
	else if (i && explanation->fate == FATE_REFUSED)
		explanation->fate = FATE_PINNED;
	return 0;
}

bool explain_refusal(struct pintest *pt,
		     const struct pintest_request *request, int error,
		     struct explanation *explanation)
{
	struct kernel_facts kernel;
	struct reason ignored;

	kernel_measure(pt, &kernel);
	return !explain(pt, &kernel, request, explanation, &ignored) &&
	       explanation->decision.fate == FATE_REFUSED &&
	       explanation->decision.error == error;
}
