/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words: what tells who wrote a page last.
 *
 * Every writer fills whole pages with a word of its own, so that a page read
 * back tells who wrote it, and whether all of it is from one writer.
 */
#ifndef PINTEST_WORDS_H
#define PINTEST_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/page_size.h"
#include "pintest.h"

/** define CHECK_PAGES - pages that a scenario pins, and observes one by one */
#define CHECK_PAGES	2

/**
 * struct word - what one page holds
 *
 * @value: its first eight bytes
 * @uniform: the whole page is made of them
 * @known: the page could be read
 */
struct word {
	uint64_t value;
	bool uniform;
	bool known;
};

/** define WORD_ZERO - what a zero page is filled with */
#define WORD_ZERO	UINT64_C(0)
/** define WORD_PIN_TIME - "pin-time", what is there before the pin */
#define WORD_PIN_TIME	UINT64_C(0x656d69742d6e6970)
/** define WORD_PROCESS - "process!", written by the process */
#define WORD_PROCESS	UINT64_C(0x21737365636f7270)
/** define WORD_CHILD - "child...", written by a child of the process */
#define WORD_CHILD	UINT64_C(0x2e2e2e646c696863)
/** define WORD_DEVICE - "device..", written through the pin */
#define WORD_DEVICE	UINT64_C(0x2e2e656369766564)
/** define WORD_FILE - "file....", written to the file by another way */
#define WORD_FILE	UINT64_C(0x2e2e2e2e656c6966)
/** define WORD_OTHERS - "others..", in pages that are nobody's business */
#define WORD_OTHERS	UINT64_C(0x2e2e73726568746f)

#define WORD_TEXT_LENGTH	48

/** words_fill() - fill @length bytes with a word */
void words_fill(void *addr, size_t length, uint64_t word);

/** word_of_page() - what a page holds */
struct word word_of_page(const void *page);

/** word_if_readable() - the same; not known if this process may not read it */
struct word word_if_readable(const void *page);

/**
 * typedef word_transfer_fn - read or write bytes of pinned pages
 *
 * Return: bytes, or -errno.
 */
typedef ssize_t word_transfer_fn(void *pin, void *buf, size_t length,
				 uint64_t offset);

/**
 * words_by() - what pages hold for who transfers them
 * @transfer: reads a page
 * @pin: passed to it
 * @pages: how many there are; CHECK_PAGES are looked at, at most
 * @words: what they hold
 *
 * Return: 0 or -errno.
 */
int words_by(word_transfer_fn *transfer, void *pin, size_t pages,
	     struct word *words);

/** words_fill_by() - fill such pages; @transfer writes a page */
int words_fill_by(word_transfer_fn *transfer, void *pin, size_t pages,
		  uint64_t word);

/** words_of_pin() - what the first CHECK_PAGES pages hold for the pin */
int words_of_pin(struct pintest_pin *pin, struct word *words);

/** words_to_pin() - fill the first CHECK_PAGES pages through the pin */
int words_to_pin(struct pintest_pin *pin, uint64_t word);

/** word_is() - whether a page was read and holds nothing but @value */
bool word_is(const struct word *word, uint64_t value);

/** word_text() - name a word: 'pin-time', zeros, a mixture ... */
const char *word_text(const struct word *word, char text[WORD_TEXT_LENGTH]);

#endif /* PINTEST_WORDS_H */
