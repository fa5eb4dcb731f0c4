/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The releases in which a known behaviour is so, in a sentence. Records of other
 * versions have behaviours that this one does not know: only texts are asked for.
 */
#ifndef PINTEST_RELEASES_H
#define PINTEST_RELEASES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct releases - when a behaviour began and ended
 *
 * @since: release that began it, or NULL if it was always so
 * @fixed_in: release that ended it, or NULL
 * @change: the change that ended it, or NULL to leave it out
 * @by_design: it is not to end
 */
struct releases {
	const char *since;
	const char *fixed_in;
	const char *change;
	bool by_design;
};

/** releases_text() - the sentence: "Since 5.9, fixed in 6.2: the change." */
void releases_text(const struct releases *releases, char *text, size_t size);

#endif /* PINTEST_RELEASES_H */
