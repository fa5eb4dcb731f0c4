// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds: pinned memory, whichever way it was pinned.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
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

/* The largest errno of the kernel. */
#define ERRNO_MAX	4095

/* What no check writes: memory to read into holds it before. */
#define WORD_UNREAD	UINT64_C(0x2e64616572206f6e)	/* "no read." */

/* An error in words, on one line. */
struct said {
	char text[160];
};

/* Called around each callback, so that a crash can be put down to it. */
static void calls(const struct pinner *pinner, const char *call)
{
	if (pinner->call)
		*pinner->call = call;
}

/* A callback did what none may do. It stays the one that is going on: @why has it. */
static int misuse(const struct pinner *pinner, const char *call,
		  struct reason *why, const char *what)
{
	calls(pinner, call);
	return reason(why, -EPROTO, "%s of %s %s", call, pinner->way->id, what);
}

static bool is_misused(const struct pinner *pinner)
{
	return pinner->call && *pinner->call;
}

/* A callback is back; its result, if it is one. */
static int returned(const struct pinner *pinner, const char *call, int ret,
		    struct reason *why)
{
	char what[80];

	calls(pinner, NULL);
	if (ret <= 0 && ret >= -ERRNO_MAX)
		return ret;
	snprintf(what, sizeof(what),
		 "returned %d: callbacks return 0 or a negative errno", ret);
	return misuse(pinner, call, why, what);
}

/* What the way says of its last error, or what the errno means. */
static struct said tell_error(const struct pinner *pinner, int error)
{
	const struct pintest_way *outside = pinner->way->outside;
	const char *text = NULL;
	struct said said;
	char *c;

	if (outside && outside->error) {
		calls(pinner, "error()");
		text = outside->error(pinner->state);
	}
	snprintf(said.text, sizeof(said.text), "%s",
		 text && *text ? text : strerror(-error));
	calls(pinner, NULL);
	for (c = said.text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	return said;
}

/* Memory or files that ran out are no fault of a driver. */
static bool ran_out(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE ||
	       error == -EINTR;
}

/* A callback that has no reason to fail did. It stays the one that is going on. */
static int failed(const struct pinner *pinner, const char *call, int error,
		  struct reason *why)
{
	struct said said;

	if (is_misused(pinner))
		return error;
	said = tell_error(pinner, error);
	if (!ran_out(error))
		calls(pinner, call);
	return reason(why, error, "%s of %s failed: %s", call, pinner->way->id,
		      said.text);
}

int pinner_open(struct pinner *pinner, struct reason *why)
{
	const struct way *way = pinner->way;
	int ret;

	if (!way->outside)
		return 0;
	calls(pinner, "open()");
	ret = returned(pinner, "open()",
		       way->outside->open(way->arg, &pinner->state), why);
	if (!ret || is_misused(pinner))
		return ret;
	return reason(why, ret, "%s cannot be used: %s", way->id,
		      tell_error(pinner, ret).text);
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

static int call_pin(struct hold *hold, const struct pintest_request *request,
		    struct reason *why)
{
	const struct pinner *pinner = hold->pinner;
	int ret;

	calls(pinner, "pin()");
	ret = pinner->way->outside->pin(pinner->state,
					(void *)(uintptr_t)request->addr,
					request->length,
					request->foll & PINTEST_FOLL_WRITE,
					&hold->outside);
	ret = returned(pinner, "pin()", ret, why);
	if (!ret || is_misused(pinner))
		return ret;
	return reason(why, ret, "the pin is refused: %s",
		      tell_error(pinner, ret).text);
}

static int pin_from_outside(struct hold *hold,
			    const struct pintest_request *request,
			    struct reason *why)
{
	struct pintest_record before[CHECK_PAGES];
	int ret = see_mapped(hold, before);

	if (ret)
		return reason(why, ret, "cannot inspect the memory: %s",
			      strerror(-ret));
	ret = call_pin(hold, request, why);
	if (ret)
		return ret;
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

/* What goes through an outside way, and why it does not. */
struct transfer {
	struct hold *hold;
	struct reason *why;
};

/* A driver that has pinned fewer pages than it said fails behind them. */
static int not_transferred(const struct transfer *transfer, const char *call,
			   int error, uint64_t offset)
{
	size_t length;

	failed(transfer->hold->pinner, call, error, transfer->why);
	length = strlen(transfer->why->text);
	if (offset)
		snprintf(transfer->why->text + length,
			 sizeof(transfer->why->text) - length,
			 ", %llu bytes behind the beginning: are all pages pinned?",
			 (unsigned long long)offset);
	return error;
}

static ssize_t outside_read(void *arg, void *buf, size_t length,
			    uint64_t offset)
{
	const struct transfer *transfer = arg;
	const struct hold *hold = transfer->hold;
	const struct pinner *pinner = hold->pinner;
	struct word word;
	int ret;

	words_fill(buf, length, WORD_UNREAD);
	calls(pinner, "read()");
	ret = pinner->way->outside->read(pinner->state, hold->outside, buf,
					 length, offset);
	ret = returned(pinner, "read()", ret, transfer->why);
	if (ret)
		return not_transferred(transfer, "read()", ret, offset);
	word = word_of_page(buf);
	if (word_is(&word, WORD_UNREAD))
		return misuse(pinner, "read()", transfer->why,
			      "returned 0, and has read nothing");
	return length;
}

static ssize_t outside_write(void *arg, void *buf, size_t length,
			     uint64_t offset)
{
	const struct transfer *transfer = arg;
	const struct hold *hold = transfer->hold;
	const struct pinner *pinner = hold->pinner;
	int ret;

	calls(pinner, "write()");
	ret = pinner->way->outside->write(pinner->state, hold->outside, buf,
					  length, offset);
	ret = returned(pinner, "write()", ret, transfer->why);
	if (ret)
		return not_transferred(transfer, "write()", ret, offset);
	return length;
}

/* Those of a way that cannot read stay unknown. */
int hold_words(struct hold *hold, struct word *words, struct reason *why)
{
	const struct pintest_way *outside = hold->pinner->way->outside;
	struct transfer transfer = { hold, why };
	int ret;

	if (outside)
		return outside->read ? words_by(outside_read, &transfer,
						hold->pages, words) : 0;
	ret = words_of_pin(hold->pin, words);
	return ret ? reason(why, ret, "cannot read through the pin: %s",
			    strerror(-ret)) : 0;
}

int hold_fill(struct hold *hold, uint64_t word, struct reason *why)
{
	struct transfer transfer = { hold, why };
	int ret;

	if (hold->pinner->way->outside)
		return words_fill_by(outside_write, &transfer, hold->pages,
				     word);
	ret = words_to_pin(hold->pin, word);
	return ret ? reason(why, ret, "cannot write through the pin: %s",
			    strerror(-ret)) : 0;
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

static int call_unpin(const struct hold *hold, struct reason *why)
{
	const struct pinner *pinner = hold->pinner;
	int ret;

	calls(pinner, "unpin()");
	ret = pinner->way->outside->unpin(pinner->state, hold->outside);
	ret = returned(pinner, "unpin()", ret, why);
	return ret ? failed(pinner, "unpin()", ret, why) : 0;
}

int hold_release(struct hold *hold, struct reason *why)
{
	int ret;

	hold->released = true;
	if (hold->pinner->way->outside)
		return call_unpin(hold, why);
	ret = pintest_pin_release(hold->pin, 0);
	return ret ? reason(why, ret, "cannot unpin: %s", strerror(-ret)) : 0;
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
