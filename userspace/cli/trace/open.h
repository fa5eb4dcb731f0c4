/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traces for commands, with what to do where there can be none.
 */
#ifndef PINTEST_CLI_TRACE_OPEN_H
#define PINTEST_CLI_TRACE_OPEN_H

#include "pintest.h"

/**
 * trace_open() - open the device and begin a trace, or tell why not
 * @request: what to watch
 * @pt: the device
 * @trace: the trace
 *
 * Return: 0 or -errno.
 */
int trace_open(const struct pintest_trace_request *request,
	       struct pintest **pt, struct pintest_trace **trace);

/**
 * trace_join() - share what a trace that runs knows, or tell that there is none
 *
 * Return: 0 or -errno.
 */
int trace_join(struct pintest **pt, struct pintest_trace **trace);

#endif /* PINTEST_CLI_TRACE_OPEN_H */
