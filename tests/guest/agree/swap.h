/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_SWAP_H
#define TESTS_SWAP_H

#include "kinds.h"

/*
 * Swaps the pages of a region out, to a device in memory, or skips the test.
 */
void swap_out(struct region region);

#endif /* TESTS_SWAP_H */
