/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who called: names of the functions on the stack of an event.
 */
#ifndef PINTEST_CLI_TRACE_SYMBOLS_H
#define PINTEST_CLI_TRACE_SYMBOLS_H

#include <stdbool.h>

#include "pintest.h"

/** struct symbols - names of addresses, asked once: a module may go */
struct symbols;

/** symbols_new() - names as @trace tells them */
struct symbols *symbols_new(struct pintest_trace *trace);

/** symbols_free() - forget the names, or NULL */
void symbols_free(struct symbols *symbols);

/** symbols_name() - "function [module]" of an address; lasts as @symbols do */
const char *symbols_name(struct symbols *symbols, uint64_t addr);

/**
 * symbols_caller() - who made a call, helpers of the kernel's own skipped
 *
 * Return: the name, "" if no caller is known.
 */
const char *symbols_caller(struct symbols *symbols,
			   const struct pintest_event *event);

/** symbols_has_module() - whether one of the callers is in a module */
bool symbols_has_module(struct symbols *symbols,
			const struct pintest_event *event, const char *module);

/**
 * symbol_trim() - cut what compilers add to names: ".isra.0", ".cold" ...
 * @name: "function.suffix [module]", changed in place
 */
void symbol_trim(char *name);

/** symbol_is_helper() - whether a function only pins on behalf of its caller */
bool symbol_is_helper(const char *name);

/** symbol_is_in() - whether a name is of @module */
bool symbol_is_in(const char *name, const char *module);

#endif /* PINTEST_CLI_TRACE_SYMBOLS_H */
