/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pin, as `pintest pin` takes it.
 */
#ifndef PINTEST_CLI_PIN_RUN_H
#define PINTEST_CLI_PIN_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "events/events.h"
#include "ways/ways.h"

/**
 * struct pin_options - what to pin, and how to tell of it
 *
 * @kind: memory to map and pin, or NULL to pin that of @pid
 * @event: what happens to it then, or NULL
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @pages: pages of @kind
 * @pid: process whose memory is pinned, or 0
 * @addr: first byte of it
 * @length: bytes of it
 * @wanted: columns of the records, as for table_new()
 * @exit_status: a pin that is broken is a failure
 * @summary: keep and print no records
 * @wait: hold the pin until told otherwise
 * @timeout_s: give a pin that does not return up after so many seconds; 0 is never
 * @json: print JSON
 */
struct pin_options {
	const struct memory_kind *kind;
	const struct event *event;
	int api;
	uint64_t foll;
	uint64_t pages;
	pid_t pid;
	uint64_t addr;
	uint64_t length;
	const char *wanted;
	bool exit_status;
	bool summary;
	bool wait;
	unsigned int timeout_s;
	bool json;
};

/** pin_run() - pin, look and print; returns an &enum cli_exit */
int pin_run(const struct pin_options *options);

#endif /* PINTEST_CLI_PIN_RUN_H */
