// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who called. The stack is saved when a call begins, and starts with frames of
 * the probe itself. When the call returns, its return address says which saved
 * frame is the caller.
 */
#include "compat/trace.h"
#include "trace.h"

/* Frames that a probe adds to the stack: measured, since kernels differ. */
static unsigned int callers_skip = PINTEST_STACK_SKIP;

/**
 * pintest_stack_save - save the stack, when a call begins
 * @stack: filled
 * @callers: how many callers are wanted
 *
 * The first caller is not needed here: the return address says it.
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
 * pintest_stack_callers - set the callers of an event, when a call returns
 * @stack: the stack when the call began
 * @caller: the return address
 * @callers: how many are wanted
 * @event: the event of the call
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
