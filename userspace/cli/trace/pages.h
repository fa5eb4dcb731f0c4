/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be wrong with the pages that a call holds.
 */
#ifndef PINTEST_CLI_TRACE_PAGES_H
#define PINTEST_CLI_TRACE_PAGES_H

#include "pintest.h"

/**
 * lint_pages() - findings of the pages of a call whose pins are out
 * @trace: a trace that follows pins
 * @held: the call, as HELD tells it
 *
 * Return: &enum lint bits. None if the call gives pages back meanwhile: then
 * nothing is known of them.
 */
uint32_t lint_pages(struct pintest_trace *trace,
		    const struct pintest_event *held);

#endif /* PINTEST_CLI_TRACE_PAGES_H */
