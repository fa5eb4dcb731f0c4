// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways: the kernel calls that take pins, and the control group that takes
 * plain references; then those from outside that were added.
 */
#include <string.h>

#include "memory/memory.h"
#include "pintest-way.h"
#include "ways.h"

/* Its rows end where there is no id. */
static struct way table[WAYS_MAX] = {
	{
		.id = "slow",
		.what = "pin_user_pages()",
		.api = PINTEST_API_PIN,
		.traits = WAY_PINS | WAY_LEADING,
	}, {
		.id = "fast",
		.what = "pin_user_pages_fast()",
		.api = PINTEST_API_PIN_FAST,
		.traits = WAY_PINS | WAY_LEADING | WAY_FAST,
	}, {
		.id = "unlocked",
		.what = "pin_user_pages_unlocked()",
		.api = PINTEST_API_PIN_UNLOCKED,
		.traits = WAY_PINS,
	}, {
		.id = "remote",
		.what = "pin_user_pages_remote() that keeps the mmap lock",
		.api = PINTEST_API_PIN_REMOTE,
		.traits = WAY_PINS,
	}, {
		.id = "remote-locked",
		.what = "pin_user_pages_remote() that may drop the mmap lock",
		.api = PINTEST_API_PIN_REMOTE_LOCKED,
		.traits = WAY_PINS,
	}, {
		.id = "iter",
		.what = "iov_iter_extract_pages()",
		.api = PINTEST_API_PIN_ITER,
		.traits = WAY_PINS | WAY_FAST,
		.never = PINTEST_FOLL_LONGTERM | PINTEST_FOLL_FORCE,
	}, {
		.id = "memfd",
		.what = "memfd_pin_folios()",
		.api = PINTEST_API_PIN_MEMFD,
		.traits = WAY_PINS | WAY_LEADING,
		.never = PINTEST_FOLL_FORCE,
		.always = PINTEST_FOLL_LONGTERM,
		.needs = MEMORY_SHMEM,
	}, {
		.id = "get",
		.what = "get_user_pages()",
		.api = PINTEST_API_GET,
		.never = PINTEST_FOLL_LONGTERM,
	}, {
		.id = "get-fast",
		.what = "get_user_pages_fast()",
		.api = PINTEST_API_GET_FAST,
		.traits = WAY_FAST,
		.never = PINTEST_FOLL_LONGTERM,
	},
};

static size_t row_count(void)
{
	size_t count = 0;

	while (count < WAYS_MAX && table[count].id)
		count++;
	return count;
}

const struct way *ways(size_t *count)
{
	*count = row_count();
	return table;
}

const struct way *way_of_api(uint32_t api)
{
	size_t i;

	for (i = 0; i < row_count(); i++)
		if (table[i].api == api)
			return &table[i];
	return NULL;
}

const struct way *way_find(const char *id)
{
	size_t i;

	for (i = 0; i < row_count(); i++)
		if (!strcmp(table[i].id, id))
			return &table[i];
	return NULL;
}

const struct way *way_add(const struct way *way)
{
	size_t row = row_count();

	if (row == WAYS_MAX || way_find(way->id))
		return NULL;
	table[row] = *way;
	table[row].api = WAY_OUTSIDE + row;
	return &table[row];
}

/* Whether GUP-fast took it decides whether memory that may not be read is pinned. */
static bool depends_on_call(const struct way *way, uint32_t foll,
			    unsigned int memory)
{
	return way->outside && memory & MEMORY_UNREADABLE &&
	       !(foll & PINTEST_FOLL_WRITE);
}

bool way_is_for(const struct way *way, uint32_t foll, unsigned int memory)
{
	return !(foll & way->never) && !(way->always & ~foll) &&
	       !(way->needs & ~memory) && !depends_on_call(way, foll, memory);
}

static unsigned int outside_facts(const struct pintest_way *outside,
				  bool module)
{
	unsigned int facts = FACT_PINS;

	if (outside->read)
		facts |= FACT_WORDS;
	if (outside->read && outside->write)
		facts |= FACT_STORE;
	if (module)
		facts |= FACT_PAGE | FACT_COUNTS | FACT_PLACE;
	return facts;
}

unsigned int way_facts(const struct way *way, bool module)
{
	if (way->outside)
		return outside_facts(way->outside, module);
	return module ? (1 << FACT_COUNT) - 1 : 0;
}

const char *fact_name(enum pin_fact fact)
{
	switch (fact) {
	case FACT_WORDS:
		return "what the pin reads";
	case FACT_STORE:
		return "what is written through the pin";
	case FACT_PAGE:
		return "which page is pinned";
	case FACT_COUNTS:
		return "the counts of the page";
	case FACT_PLACE:
		return "the zone of the page";
	case FACT_PINS:
		return "how many pins there are";
	}
	return "";
}
