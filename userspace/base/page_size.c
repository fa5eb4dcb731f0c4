// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of a page.
 */
#include <unistd.h>

#include "page_size.h"

size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}
