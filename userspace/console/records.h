/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Columns of page records.
 */
#ifndef PINTEST_RECORDS_H
#define PINTEST_RECORDS_H

#include "table.h"

/** record_columns - columns whose rows are struct pintest_record */
extern const struct column record_columns[];

/*
 * Writers of some of them, for other tables whose rows begin with a record.
 */
void record_write_addr(struct cell *cell, const void *row);
void record_write_order(struct cell *cell, const void *row);
void record_write_pins(struct cell *cell, const void *row);
void record_write_pins_min(struct cell *cell, const void *row);
void record_write_pins_kind(struct cell *cell, const void *row);
void record_write_flags(struct cell *cell, const void *row);

#endif /* PINTEST_RECORDS_H */
