// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who called. The stack is taken when a call begins, with what the probe itself
 * has put on it; where the call returns to says, when it does, which of these
 * frames is the first that counts.
 */
#include "compat/trace.h"
#include "trace.h"

/* How many frames a probe puts on the stack: learned, since each kernel differs. */
static unsigned int callers_skip = PINTEST_STACK_SKIP;

/**
 * pintest_stack_save - note who called, when a call begins
 * @stack: to note it in
 * @callers: so many
 *
 * The caller itself is known without that, when the call returns.
 */
void pintest_stack_save(struct pintest_stack *stack, unsigned int callers)
{
	stack->nr = 0;
	if (callers > 1)
		stack->nr = pintest_compat_stack(stack->at,
						 READ_ONCE(callers_skip) +
						 callers);
}

static unsigned int callers_find(const struct pintest_stack *stack,
				 unsigned long caller)
{
	unsigned int i;

	for (i = 0; i < stack->nr; i++)
		if (stack->at[i] == caller)
			break;
	return i;
}

/**
 * pintest_stack_callers - tell who called, when a call returns
 * @stack: as noted when it began
 * @caller: where it returns to
 * @callers: so many are wanted
 * @event: of the call
 */
void pintest_stack_callers(const struct pintest_stack *stack,
			   unsigned long caller, unsigned int callers,
			   struct pintest_event *event)
{
	unsigned int i = callers_find(stack, caller);

	event->nr_callers = 0;
	if (!callers)
		return;
	event->callers[event->nr_callers++] = caller;
	if (i < stack->nr && i < READ_ONCE(callers_skip))
		WRITE_ONCE(callers_skip, i);
	else if (i == stack->nr && stack->nr)
		WRITE_ONCE(callers_skip, PINTEST_STACK_SKIP);
	for (i++; i < stack->nr && event->nr_callers < callers; i++)
		event->callers[event->nr_callers++] = stack->at[i];
}
