// SPDX-License-Identifier: GPL-2.0-only
/*
 * Releases of a known behaviour.
 */
#include <stdio.h>

#include "releases.h"

void releases_text(const struct releases *releases, char *text, size_t size)
{
	const char *since = releases->since, *change = releases->change;

	if (releases->fixed_in)
		snprintf(text, size, "%s%s%s %s%s%s.", since ? "Since " : "",
			 since ? : "", since ? ", fixed in" : "Fixed in",
			 releases->fixed_in, change ? ": " : "", change ? : "");
	else if (releases->by_design)
		snprintf(text, size, "By design.");
	else
		snprintf(text, size, "%s%s%sot fixed yet.",
			 since ? "Since " : "", since ? : "",
			 since ? ", n" : "N");
}
