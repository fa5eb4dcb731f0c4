/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PINTEST_ARRAY_SIZE_H
#define PINTEST_ARRAY_SIZE_H

/** ARRAY_SIZE() - how many elements an array has */
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* PINTEST_ARRAY_SIZE_H */
