// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds: pinned memory, whichever way it was pinned.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "machine/mapped.h"
#include "model/observations.h"
#include "pintest-way.h"

/*
 * @pin is the device's, @outside that of an outside way. @pinned has of the
 * latter what was mapped right after pinning.
 */
struct hold {
	struct pinner *pinner;
	struct pintest_pin *pin;
	void *outside;
	bool released;
	uint64_t addr;
	uint64_t pages;
	struct pintest_record pinned[CHECK_PAGES];
};

/* Called around each callback, so that a crash can be put down to it. */
static void calls(const struct pinner *pinner, const char *call)
{
	if (pinner->call)
		*pinner->call = call;
}

/* What the way says of its last error, or what the errno means. */
static const char *error_text(const struct pinner *pinner, int error)
{
	const struct pintest_way *outside = pinner->way->outside;
	const char *text = NULL;

	if (outside && outside->error) {
		calls(pinner, "error()");
		text = outside->error(pinner->state);
		calls(pinner, NULL);
	}
	return text && *text ? text : strerror(-error);
}

int pinner_open(struct pinner *pinner, struct reason *why)
{
	const struct way *way = pinner->way;
	int ret;

	if (!way->outside)
		return 0;
	calls(pinner, "open()");
	ret = way->outside->open(way->arg, &pinner->state);
	calls(pinner, NULL);
	return ret ? reason(why, ret, "%s cannot be used: %s", way->id,
			    error_text(pinner, ret)) : 0;
}

void pinner_close(struct pinner *pinner)
{
	if (!pinner->way->outside)
		return;
	calls(pinner, "close()");
	pinner->way->outside->close(pinner->state);
	calls(pinner, NULL);
}

static int pin_by_device(struct hold *hold,
			 const struct pintest_request *request,
			 struct reason *why)
{
	int ret = pintest_pin_new(hold->pinner->pt, request, &hold->pin);

	if (ret)
		return reason(why, ret, "the pin is refused: %s",
			      strerror(-ret));
	hold->pages = pintest_pin_pages(hold->pin);
	return 0;
}

/* What is mapped in each page; where nothing is, a record without addr. */
static int see_mapped(const struct hold *hold, struct pintest_record *records)
{
	uint64_t addr = hold->addr;
	size_t i;

	memset(records, 0, CHECK_PAGES * sizeof(*records));
	for (i = 0; i < CHECK_PAGES; i++) {
		ssize_t n = mapped_records(hold->pinner->pt, &addr,
					   addr + page_size(), &records[i], 1);

		if (n < 0)
			return n == -EBADRQC ? 0 : n;
	}
	return 0;
}

static bool knows(const struct pintest_record *record, unsigned int fields)
{
	return (record->fields & fields) == fields;
}

/* Whether what is mapped after pinning is what was pinned. */
static bool is_pinned(const struct pintest_record *before,
		      const struct pintest_record *after)
{
	int pins = 0;

	if (!knows(after, PINTEST_FIELD_PFN | PINTEST_FIELD_PINCOUNT))
		return false;
	if (record_taken(before) && before->pfn == after->pfn) {
		if (!knows(before, PINTEST_FIELD_PINCOUNT))
			return false;
		pins = before->pincount;
	}
	return after->pincount > pins;
}

static void mark_pinned(struct hold *hold, const struct pintest_record *before)
{
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++) {
		struct pintest_record *pinned = &hold->pinned[i];

		if (!is_pinned(&before[i], pinned))
			continue;
		pinned->flags |= PINTEST_PAGE_MAPPED_SAME;
		pinned->flags_known |= PINTEST_PAGE_MAPPED_SAME;
	}
}

static int pin_from_outside(struct hold *hold,
			    const struct pintest_request *request,
			    struct reason *why)
{
	const struct pinner *pinner = hold->pinner;
	struct pintest_record before[CHECK_PAGES];
	int ret = see_mapped(hold, before);

	if (ret)
		return reason(why, ret, "cannot inspect the memory: %s",
			      strerror(-ret));
	calls(pinner, "pin()");
	ret = pinner->way->outside->pin(pinner->state,
					(void *)(uintptr_t)request->addr,
					request->length,
					request->foll & PINTEST_FOLL_WRITE,
					&hold->outside);
	calls(pinner, NULL);
	if (ret)
		return reason(why, ret, "the pin is refused: %s",
			      error_text(pinner, ret));
	hold->pages = request->length / page_size();
	ret = see_mapped(hold, hold->pinned);
	mark_pinned(hold, before);
	return ret ? reason(why, ret, "cannot inspect the memory: %s",
			    strerror(-ret)) : 0;
}

int hold_new(struct pinner *pinner, const struct pintest_request *request,
	     struct hold **hold, struct reason *why)
{
	struct hold *new = calloc(1, sizeof(*new));
	int ret;

	if (!new)
		return reason(why, -ENOMEM, "no memory left");
	new->pinner = pinner;
	new->addr = request->addr;
	ret = pinner->way->outside ? pin_from_outside(new, request, why) :
				     pin_by_device(new, request, why);
	if (ret)
		free(new);
	else
		*hold = new;
	return ret;
}

int hold_of_pin(struct pinner *pinner, const struct pintest_request *request,
		struct pintest_pin *pin, struct hold **hold,
		struct reason *why)
{
	struct hold *new = calloc(1, sizeof(*new));

	if (!new) {
		pintest_pin_free(pin);
		return reason(why, -ENOMEM, "no memory left");
	}
	*new = (struct hold) {
		.pinner = pinner,
		.pin = pin,
		.addr = request->addr,
		.pages = pintest_pin_pages(pin),
	};
	*hold = new;
	return 0;
}

struct pintest_pin *hold_pin(const struct hold *hold)
{
	return hold->pin;
}

uint64_t hold_pages(const struct hold *hold)
{
	return hold->pages;
}

int hold_errno(const struct hold *hold)
{
	return hold->pin ? pintest_pin_errno(hold->pin) : 0;
}

void hold_set_pin(struct hold *hold, struct pintest_pin *pin)
{
	hold->pin = pin;
}

static ssize_t outside_read(void *arg, void *buf, size_t length,
			    uint64_t offset)
{
	const struct hold *hold = arg;
	const struct pinner *pinner = hold->pinner;
	int ret;

	calls(pinner, "read()");
	ret = pinner->way->outside->read(pinner->state, hold->outside, buf,
					 length, offset);
	calls(pinner, NULL);
	return ret ? : (ssize_t)length;
}

static ssize_t outside_write(void *arg, void *buf, size_t length,
			     uint64_t offset)
{
	const struct hold *hold = arg;
	const struct pinner *pinner = hold->pinner;
	int ret;

	calls(pinner, "write()");
	ret = pinner->way->outside->write(pinner->state, hold->outside, buf,
					  length, offset);
	calls(pinner, NULL);
	return ret ? : (ssize_t)length;
}

/* Those of a way that cannot read stay unknown. */
int hold_words(struct hold *hold, struct word *words, struct reason *why)
{
	const struct pintest_way *outside = hold->pinner->way->outside;
	int ret = 0;

	if (!outside)
		ret = words_of_pin(hold->pin, words);
	else if (outside->read)
		ret = words_by(outside_read, hold, hold->pages, words);
	return ret ? reason(why, ret, "cannot read through the pin: %s",
			    error_text(hold->pinner, ret)) : 0;
}

int hold_fill(struct hold *hold, uint64_t word, struct reason *why)
{
	int ret;

	if (hold->pinner->way->outside)
		ret = words_fill_by(outside_write, hold, hold->pages, word);
	else
		ret = words_to_pin(hold->pin, word);
	return ret ? reason(why, ret, "cannot write through the pin: %s",
			    error_text(hold->pinner, ret)) : 0;
}

/* The page that was pinned, of which no more is known if another is mapped. */
static void tell_other_page(const struct pintest_record *pinned,
			    struct pintest_record *record)
{
	uint32_t mapped = record->flags & PINTEST_PAGE_MAPPED;
	uint64_t pfn = record->pfn;

	*record = (struct pintest_record) {
		.addr = pinned->addr,
		.pfn = pinned->pfn,
		.fields = PINTEST_FIELD_PFN,
		.flags = mapped,
		.flags_known = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME,
	};
	if (!mapped)
		return;
	record->mapped_pfn = pfn;
	record->fields |= PINTEST_FIELD_MAPPED_PFN;
}

static void tell_page(const struct pintest_record *pinned,
		      struct pintest_record *record)
{
	if (!(pinned->flags & PINTEST_PAGE_MAPPED_SAME))
		return;
	if (!record_taken(record) || record->pfn != pinned->pfn) {
		tell_other_page(pinned, record);
		return;
	}
	record->flags |= PINTEST_PAGE_MAPPED_SAME;
	record->flags_known |= PINTEST_PAGE_MAPPED_SAME;
}

static int outside_records(struct hold *hold, struct pintest_record *records)
{
	int ret = see_mapped(hold, records);
	size_t i;

	for (i = 0; !ret && i < CHECK_PAGES; i++)
		tell_page(&hold->pinned[i], &records[i]);
	return ret;
}

int hold_records(struct hold *hold, struct pintest_record *records,
		 struct reason *why)
{
	ssize_t n;

	if (hold->pinner->way->outside)
		n = outside_records(hold, records);
	else
		n = pintest_pin_records(hold->pin, 0, records, CHECK_PAGES);
	return n < 0 ? reason(why, n, "cannot get records of the pin: %s",
			      strerror(-n)) : 0;
}

int hold_release(struct hold *hold, struct reason *why)
{
	const struct pinner *pinner = hold->pinner;
	int ret;

	hold->released = true;
	if (pinner->way->outside) {
		calls(pinner, "unpin()");
		ret = pinner->way->outside->unpin(pinner->state,
						  hold->outside);
		calls(pinner, NULL);
	} else {
		ret = pintest_pin_release(hold->pin, 0);
	}
	return ret ? reason(why, ret, "cannot unpin: %s",
			    error_text(pinner, ret)) : 0;
}

void hold_free(struct hold *hold)
{
	struct reason ignored;

	if (!hold)
		return;
	if (hold->pinner->way->outside && !hold->released)
		hold_release(hold, &ignored);
	pintest_pin_free(hold->pin);
	free(hold);
}
