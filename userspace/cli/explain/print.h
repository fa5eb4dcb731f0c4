/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explanations, in words.
 */
#ifndef PINTEST_CLI_EXPLAIN_PRINT_H
#define PINTEST_CLI_EXPLAIN_PRINT_H

#include "explain/explain.h"

/** print_explanation() - print an explanation */
void print_explanation(const struct explanation *explanation);

#define FATE_TEXT	128

/** fate_text() - what becomes of a call, as a clause */
const char *fate_text(const struct explanation *explanation,
			 char text[FATE_TEXT]);

#define CALL_TEXT	320

/** call_text() - a call as C writes it: "pin_user_pages_fast(FOLL_LONGTERM)" */
const char *call_text(const struct pintest_request *request,
		      char text[CALL_TEXT]);

#endif /* PINTEST_CLI_EXPLAIN_PRINT_H */
