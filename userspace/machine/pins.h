/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's counts of all pins of the machine.
 */
#ifndef PINTEST_PINS_H
#define PINTEST_PINS_H

#include <stdint.h>

/**
 * struct pin_totals - pins since boot, of everybody
 *
 * @taken: that were taken
 * @held: of these, that were not given back
 */
struct pin_totals {
	int64_t taken;
	int64_t held;
};

/** pin_totals() - count them now, as far as every processor has got */
struct pin_totals pin_totals(void);

#endif /* PINTEST_PINS_H */
