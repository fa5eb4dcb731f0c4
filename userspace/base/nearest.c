// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nearest word, by the edits that turn one word into the other.
 */
#include <stdio.h>
#include <string.h>

#include "nearest.h"

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Edits between a and b, row by row: row[0] is the row under way, row[1] and
 * row[2] are those before. Two letters that have changed places are one edit.
 */
static unsigned int distance(const char *a, size_t a_length, const char *b,
			     size_t b_length)
{
	unsigned int rows[3][NEAREST_LONGEST + 1];
	unsigned int *row[3] = { rows[0], rows[1], rows[2] };
	size_t i, j;

	for (j = 0; j <= b_length; j++)
		row[0][j] = j;
	for (i = 1; i <= a_length; i++) {
		unsigned int *oldest = row[2];

		row[2] = row[1];
		row[1] = row[0];
		row[0] = oldest;
		row[0][0] = i;
		for (j = 1; j <= b_length; j++) {
			unsigned int edits;

			edits = least(row[1][j], row[0][j - 1]) + 1;
			edits = least(edits, row[1][j - 1] +
					     (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				edits = least(edits, row[2][j - 2] + 1);
			row[0][j] = edits;
		}
	}
	return row[0][b_length];
}

void nearest_try(struct nearest *nearest, const char *word)
{
	size_t meant = nearest->length ? : strlen(nearest->word);
	size_t length = strlen(word);
	unsigned int edits;

	if (meant > NEAREST_LONGEST || length > NEAREST_LONGEST)
		return;
	edits = distance(nearest->word, meant, word, length);
	if (edits > (meant + 2) / 3 || edits >= length ||
	    (nearest->best && edits >= nearest->distance))
		return;
	nearest->best = word;
	nearest->distance = edits;
}

const char *nearest_text(const struct nearest *nearest,
			 char text[NEAREST_TEXT])
{
	text[0] = '\0';
	if (nearest->best)
		snprintf(text, NEAREST_TEXT, " (did you mean '%s'?)",
			 nearest->best);
	return text;
}
