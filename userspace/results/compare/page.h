/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the page share.
 */
#ifndef PINTEST_COMPARE_PAGE_H
#define PINTEST_COMPARE_PAGE_H

#include "report.h"

/** page_text() - write a text that is no markup */
void page_text(FILE *out, const char *text);

/** page_run_heads() - write the heads of columns for all runs, and end the head */
void page_run_heads(FILE *out, const struct comparison *cmp);

/** page_matrix() - write the table of rules by memory */
void page_matrix(FILE *out, const struct compare_report *report);

/** page_data() - write all checks as JSON, for the script of the page */
void page_data(FILE *out, const struct compare_report *report);

#endif /* PINTEST_COMPARE_PAGE_H */
