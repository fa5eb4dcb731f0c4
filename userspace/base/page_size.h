/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The size of a page.
 */
#ifndef PINTEST_PAGE_SIZE_H
#define PINTEST_PAGE_SIZE_H

#include <stddef.h>

/** page_size() - bytes in a page */
size_t page_size(void);

#endif /* PINTEST_PAGE_SIZE_H */
