/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of large pages.
 */
#ifndef TESTS_HUGE_H
#define TESTS_HUGE_H

#include "kinds.h"

struct region map_thp(void);
struct region map_thp_by_pages(void);
struct region map_thp_shared(void);
struct region map_thp_among_others(void);
struct region map_thp_part_shared(void);
bool is_page_of_thp_shared(size_t index);
struct region map_thp_small(void);
struct region map_huge_zeropage(void);
struct region map_hugetlb(void);
struct region map_hugetlb_file(void);

#endif /* TESTS_HUGE_H */
