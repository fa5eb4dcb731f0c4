/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nearest word: what somebody may have meant.
 */
#ifndef PINTEST_NEAREST_H
#define PINTEST_NEAREST_H

#include <stddef.h>

/** define NEAREST_LONGEST - longer words are nearest to nothing */
#define NEAREST_LONGEST	80

/**
 * struct nearest - a search for the word that is most like another one
 *
 * @word: what was written; set by the caller, all else is 0
 * @length: how much of it counts; 0 is all
 * @best: the best one so far, which stays its owner's; NULL if none is near
 * @distance: letters in which it differs
 */
struct nearest {
	const char *word;
	size_t length;
	const char *best;
	unsigned int distance;
};

/**
 * nearest_try() - look at one more word
 * @nearest: the search
 * @word: near if a third of the letters differ at most: letters that are missing,
 *	too many, others, or in the wrong order
 */
void nearest_try(struct nearest *nearest, const char *word);

/** define NEAREST_TEXT - bytes that nearest_text() needs at most */
#define NEAREST_TEXT	(NEAREST_LONGEST + 32)

/**
 * nearest_text() - ask whether the nearest word was meant
 * @nearest: the search
 * @text: takes " (did you mean 'word'?)", or nothing if no word is near
 *
 * Return: @text.
 */
const char *nearest_text(const struct nearest *nearest,
			 char text[NEAREST_TEXT]);

#endif /* PINTEST_NEAREST_H */
