/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands, one file each.
 */
#ifndef PINTEST_COMMANDS_H
#define PINTEST_COMMANDS_H

#include "console/cli.h"

extern const struct command command_advise;
extern const struct command command_bench;
extern const struct command command_check;
extern const struct command command_compare;
extern const struct command command_doctor;
extern const struct command command_explain;
extern const struct command command_compare_ways;
extern const struct command command_held;
extern const struct command command_info;
extern const struct command command_inspect;
extern const struct command command_list;
extern const struct command command_load;
extern const struct command command_pin;
extern const struct command command_report;
extern const struct command command_stress;
extern const struct command command_trace;
extern const struct command command_unload;
extern const struct command command_upstream;
extern const struct command command_who;

#endif /* PINTEST_COMMANDS_H */
