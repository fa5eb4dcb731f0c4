/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of checks as JSON.
 */
#ifndef PINTEST_CLI_CHECK_JSON_H
#define PINTEST_CLI_CHECK_JSON_H

#include "engine/engine.h"

/** check_json_print() - print a run on standard output, evidence included */
void check_json_print(const struct run *run);

#endif /* PINTEST_CLI_CHECK_JSON_H */
