/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Columns of page records.
 */
#ifndef PINTEST_CLI_RECORDS_H
#define PINTEST_CLI_RECORDS_H

#include "table.h"

/** record_columns - columns whose rows are struct pintest_record */
extern const struct column record_columns[];

#endif /* PINTEST_CLI_RECORDS_H */
