// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words: what tells who wrote a page last.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "array_size.h"
#include "words.h"

void words_fill(void *addr, size_t length, uint64_t word)
{
	volatile uint64_t *to = addr;
	size_t i;

	for (i = 0; i < length / sizeof(*to); i++)
		to[i] = word;
}

/* Volatile: the pages are written behind the compiler's back. */
struct word word_of_page(const void *page)
{
	const volatile uint64_t *from = page;
	struct word word = { .value = from[0], .uniform = true, .known = true };
	size_t i;

	for (i = 1; i < page_size() / sizeof(*from); i++)
		word.uniform &= from[i] == word.value;
	return word;
}

/* Pages to look at of so many. */
static size_t watched(size_t pages)
{
	return pages < CHECK_PAGES ? pages : CHECK_PAGES;
}

/* One transfer of a whole page. */
static int whole_page(ssize_t bytes)
{
	if (bytes < 0)
		return bytes;
	return (size_t)bytes == page_size() ? 0 : -EIO;
}

/* Where a load kills the process, a call says so. */
struct word word_if_readable(const void *page)
{
	void *copy = malloc(page_size());
	struct iovec to = { copy, page_size() };
	struct iovec from = { (void *)page, page_size() };
	struct word word = { 0 };

	if (copy && !whole_page(process_vm_readv(getpid(), &to, 1, &from, 1,
						 0)))
		word = word_of_page(copy);
	free(copy);
	return word;
}

int words_by(word_transfer_fn *transfer, void *pin, size_t pages,
	     struct word *words)
{
	void *page = malloc(page_size());
	int ret = page ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !ret && i < watched(pages); i++) {
		ret = whole_page(transfer(pin, page, page_size(),
					  i * page_size()));
		if (!ret)
			words[i] = word_of_page(page);
	}
	free(page);
	return ret;
}

int words_fill_by(word_transfer_fn *transfer, void *pin, size_t pages,
		  uint64_t word)
{
	void *page = malloc(page_size());
	int ret = page ? 0 : -ENOMEM;
	size_t i;

	if (page)
		words_fill(page, page_size(), word);
	for (i = 0; !ret && i < watched(pages); i++)
		ret = whole_page(transfer(pin, page, page_size(),
					  i * page_size()));
	free(page);
	return ret;
}

static ssize_t read_pin(void *pin, void *buf, size_t length, uint64_t offset)
{
	return pintest_pin_read(pin, buf, length, offset);
}

static ssize_t write_pin(void *pin, void *buf, size_t length, uint64_t offset)
{
	return pintest_pin_write(pin, buf, length, offset);
}

int words_of_pin(struct pintest_pin *pin, struct word *words)
{
	return words_by(read_pin, pin, pintest_pin_pages(pin), words);
}

int words_to_pin(struct pintest_pin *pin, uint64_t word)
{
	return words_fill_by(write_pin, pin, pintest_pin_pages(pin), word);
}

bool word_is(const struct word *word, uint64_t value)
{
	return word->known && word->uniform && word->value == value;
}

const char *word_text(const struct word *word, char text[WORD_TEXT_LENGTH])
{
	static const struct {
		uint64_t value;
		const char *text;
	} words[] = {
		{ WORD_ZERO, "zeros" },
		{ WORD_PIN_TIME, "'pin-time'" },
		{ WORD_PROCESS, "'process!'" },
		{ WORD_CHILD, "'child...'" },
		{ WORD_DEVICE, "'device..'" },
		{ WORD_FILE, "'file....'" },
		{ WORD_OTHERS, "'others..'" },
	};
	const char *mixed = word->uniform ? "" : ", then other bytes";
	size_t i;

	if (!word->known)
		return strcpy(text, "nothing");
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].value != word->value)
			continue;
		snprintf(text, WORD_TEXT_LENGTH, "%s%s", words[i].text, mixed);
		return text;
	}
	snprintf(text, WORD_TEXT_LENGTH, "0x%016" PRIx64 "%s", word->value,
		 mixed);
	return text;
}
