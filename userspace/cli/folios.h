/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many folios are pinned, and how many pages at most, of records of mapped
 * pages: a large folio counts pins of all its pages together.
 */
#ifndef CLI_FOLIOS_H
#define CLI_FOLIOS_H

#include <linux/pintest.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct folio_seen;

/**
 * struct folios - pinned folios
 * @all: one for each time that a folio began, until folios_sum()
 * @count: entries of @all
 * @room: for so many
 * @pages: after folios_sum(): pages of them that are pinned, at most
 * @estimates: after folios_sum(): how many of them may not be pinned at all
 */
struct folios {
	struct folio_seen *all;
	size_t count;
	size_t room;
	uint64_t pages;
	size_t estimates;
};

/*
 * Whether a page looks pinned: known pins, or what the kernel thinks where they
 * are not known.
 */
bool folio_looks_pinned(const struct pintest_record *record);

/* Notes the page of a record whose folio looks pinned. Exits without memory. */
void folios_add(struct folios *folios, const struct pintest_record *record);

/*
 * Puts together what was noted of the same folio, wherever it is mapped. Returns
 * how many there are. Who may not see page frame numbers sees one folio for each
 * place where it is mapped.
 */
size_t folios_sum(struct folios *folios);

void folios_free(struct folios *folios);

#endif /* CLI_FOLIOS_H */
