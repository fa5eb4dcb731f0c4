// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kretprobes on the calls that take and give back pins and references. Only
 * exported functions are watched, because the kernel inlines others in places.
 *
 * A watched call may be made by another watched call:
 * unpin_user_pages_dirty_lock() calls unpin_user_pages(), and a long-term pin
 * that migrates pages pins them for a while. Only the outermost call counts. A
 * list of calls under way, by task and context, finds it. The context matters
 * because an unpin in an interrupt is not part of the call that it interrupts.
 *
 * Whoever sees a pin taken must also see it given back. So counting starts when
 * all probes are in: see pintest_wish.armed.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include "compat/trace.h"
#include "trace.h"

/**
 * enum hook_act - what a call does with pages
 *
 * @HOOK_PIN: lists pages, and takes a pin of each
 * @HOOK_GET: lists pages, and takes a reference of each
 * @HOOK_PIN_FOLIO: takes pins of a folio
 * @HOOK_UNPIN_PAGE: gives back a pin of a page
 * @HOOK_UNPIN_LIST: gives back a pin of each page or folio of a list
 * @HOOK_UNPIN_RANGE: gives back a pin of each of consecutive pages
 * @HOOK_UNPIN_FOLIO: gives back pins of a folio
 */
enum hook_act {
	HOOK_PIN,
	HOOK_GET,
	HOOK_PIN_FOLIO,
	HOOK_UNPIN_PAGE,
	HOOK_UNPIN_LIST,
	HOOK_UNPIN_RANGE,
	HOOK_UNPIN_FOLIO,
};

/**
 * struct hook - a watched call, and the position of each argument; -1 if it
 * has none
 * @name: the function
 * @act: what it does
 * @is_int: it returns an int
 * @mm: the memory; -1: that of the calling process
 * @start: the address
 * @nr: how many pages; -1 is one
 * @foll: FOLL flags
 * @pages: the array of pages
 */
struct hook {
	const char *name;
	enum hook_act act;
	bool is_int;
	s8 mm;
	s8 start;
	s8 nr;
	s8 foll;
	s8 pages;
};

#define HOOK(call, ...) \
	[PINTEST_CALL_##call] = { __VA_ARGS__ }

static const struct hook hooks[] = {
	HOOK(PIN_USER_PAGES, "pin_user_pages", HOOK_PIN, false,
	     -1, 0, 1, 2, 3),
	HOOK(PIN_USER_PAGES_FAST, "pin_user_pages_fast", HOOK_PIN, true,
	     -1, 0, 1, 2, 3),
	HOOK(PIN_USER_PAGES_FAST_ONLY, "pin_user_pages_fast_only", HOOK_PIN,
	     true, -1, 0, 1, 2, 3),
	HOOK(PIN_USER_PAGES_REMOTE, "pin_user_pages_remote", HOOK_PIN, false,
	     0, 1, 2, 3, 4),
	HOOK(PIN_USER_PAGES_UNLOCKED, "pin_user_pages_unlocked", HOOK_PIN,
	     false, -1, 0, 1, 3, 2),
	HOOK(PIN_USER_PAGES_LOCKED, "pin_user_pages_locked", HOOK_PIN, false,
	     -1, 0, 1, 2, 3),
#ifdef CONFIG_64BIT
	/* On 32 bits an offset in a file takes two arguments. */
	HOOK(MEMFD_PIN_FOLIOS, "memfd_pin_folios", HOOK_PIN, false,
	     -1, 1, 2, -1, 3),
#endif
	HOOK(FOLIO_ADD_PIN, "folio_add_pin", HOOK_PIN_FOLIO, true,
	     -1, -1, -1, -1, 0),
	HOOK(FOLIO_ADD_PINS, "folio_add_pins", HOOK_PIN_FOLIO, true,
	     -1, -1, 1, -1, 0),
	HOOK(GET_USER_PAGES, "get_user_pages", HOOK_GET, false,
	     -1, 0, 1, 2, 3),
	HOOK(GET_USER_PAGES_FAST, "get_user_pages_fast", HOOK_GET, true,
	     -1, 0, 1, 2, 3),
	HOOK(GET_USER_PAGES_FAST_ONLY, "get_user_pages_fast_only", HOOK_GET,
	     true, -1, 0, 1, 2, 3),
	HOOK(GET_USER_PAGES_REMOTE, "get_user_pages_remote", HOOK_GET, false,
	     0, 1, 2, 3, 4),
	HOOK(GET_USER_PAGES_UNLOCKED, "get_user_pages_unlocked", HOOK_GET,
	     false, -1, 0, 1, 3, 2),
	HOOK(GET_USER_PAGES_LOCKED, "get_user_pages_locked", HOOK_GET, false,
	     -1, 0, 1, 2, 3),
	HOOK(UNPIN_USER_PAGE, "unpin_user_page", HOOK_UNPIN_PAGE, false,
	     -1, -1, -1, -1, 0),
	HOOK(UNPIN_USER_PAGES, "unpin_user_pages", HOOK_UNPIN_LIST, false,
	     -1, -1, 1, -1, 0),
	HOOK(UNPIN_USER_PAGES_DIRTY_LOCK, "unpin_user_pages_dirty_lock",
	     HOOK_UNPIN_LIST, false, -1, -1, 1, -1, 0),
	HOOK(UNPIN_USER_PAGE_RANGE_DIRTY_LOCK,
	     "unpin_user_page_range_dirty_lock", HOOK_UNPIN_RANGE, false,
	     -1, -1, 1, -1, 0),
	HOOK(UNPIN_USER_FOLIO, "unpin_user_folio", HOOK_UNPIN_FOLIO, false,
	     -1, -1, 1, -1, 0),
	HOOK(UNPIN_USER_FOLIO_DIRTY_LOCKED, "unpin_user_folio_dirty_locked",
	     HOOK_UNPIN_FOLIO, false, -1, -1, 1, -1, 0),
	HOOK(UNPIN_FOLIO, "unpin_folio", HOOK_UNPIN_FOLIO, false,
	     -1, -1, -1, -1, 0),
	HOOK(UNPIN_FOLIOS, "unpin_folios", HOOK_UNPIN_LIST, false,
	     -1, -1, 1, -1, 0),
};

static bool hook_takes(const struct hook *hook)
{
	return hook->act <= HOOK_PIN_FOLIO;
}

/**
 * struct hook_frame - a call under way, in its instance of the kretprobe
 * @node: in the list of calls under way
 * @key: task and context
 * @pages: its argument
 * @mm: the memory, or NULL. The call itself keeps it
 * @stack: the stack when it began
 * @event: the event that will describe it
 */
struct hook_frame {
	struct hlist_node node;
	unsigned long key;
	void *pages;
	struct mm_struct *mm;
	struct pintest_stack stack;
	struct pintest_event event;
};

struct pintest_wish pintest_wish;

static struct kretprobe hook_probes[ARRAY_SIZE(hooks)];
static u64 hook_calls;

#define FRAME_BITS	8

/**
 * struct hook_bucket - calls under way that have the same hash
 * @lock: protects @frames
 * @frames: the calls
 */
static struct hook_bucket {
	raw_spinlock_t lock;
	struct hlist_head frames;
} hook_buckets[1 << FRAME_BITS];

/* Task and context: the lowest two bits of a task's address are free. */
static unsigned long hook_key(u32 *flags)
{
	unsigned long key = (unsigned long)current;

	if (current->flags & PF_KTHREAD)
		*flags |= PINTEST_EVENT_KTHREAD;
	if (pintest_compat_in_hardirq()) {
		*flags |= PINTEST_EVENT_HARDIRQ;
		return key | 2;
	}
	if (in_serving_softirq()) {
		*flags |= PINTEST_EVENT_SOFTIRQ;
		return key | 1;
	}
	return key;
}

static struct hook_bucket *hook_bucket(unsigned long key)
{
	return &hook_buckets[hash_long(key, FRAME_BITS)];
}

/* Marks the call as under way. Returns whether it is inside another one. */
static bool hook_begin(struct hook_frame *frame)
{
	struct hook_bucket *bucket = hook_bucket(frame->key);
	struct hook_frame *other;
	bool nested = false;

	raw_spin_lock(&bucket->lock);
	hlist_for_each_entry(other, &bucket->frames, node)
		if (other->key == frame->key)
			nested = true;
	hlist_add_head(&frame->node, &bucket->frames);
	raw_spin_unlock(&bucket->lock);
	return nested;
}

static void hook_end(struct hook_frame *frame)
{
	struct hook_bucket *bucket = hook_bucket(frame->key);

	raw_spin_lock(&bucket->lock);
	hlist_del(&frame->node);
	raw_spin_unlock(&bucket->lock);
}

static unsigned long hook_argument(struct pt_regs *regs, s8 n)
{
	return n < 0 ? 0 : pintest_compat_argument(regs, n);
}

/* How many pages were asked for. The upper half of an int is undefined. */
static unsigned long hook_pages(const struct hook *hook, struct pt_regs *regs,
				unsigned long start)
{
	unsigned long nr = hook->nr < 0 ? 1 : hook_argument(regs, hook->nr);

	if (hook == &hooks[PINTEST_CALL_MEMFD_PIN_FOLIOS])
		return nr / PAGE_SIZE - start / PAGE_SIZE + 1;
	if (hook->is_int || hook->act == HOOK_UNPIN_FOLIO)
		return (unsigned int)nr;
	return nr;
}

static void hook_note_arguments(struct hook_frame *frame,
				const struct hook *hook, struct pt_regs *regs)
{
	struct pintest_event *event = &frame->event;

	frame->mm = NULL;
	if (hook->mm >= 0)
		frame->mm = (void *)hook_argument(regs, hook->mm);
	else if (hook->foll >= 0)
		frame->mm = current->mm;
	frame->pages = (void *)hook_argument(regs, hook->pages);
	event->addr = hook_argument(regs, hook->start);
	event->pages = hook_pages(hook, regs, event->addr);
	event->other_foll = pintest_gup_foll(hook_argument(regs, hook->foll),
					     &event->foll);
}

static void hook_note_caller(struct hook_frame *frame)
{
	struct pintest_event *event = &frame->event;

	event->pid = current->pid;
	event->tgid = current->tgid;
	if (frame->mm)
		event->owner = frame->mm == current->mm ?
			       current->tgid : pintest_compat_owner(frame->mm);
	memcpy(event->comm, current->comm, sizeof(event->comm));
	event->comm[sizeof(event->comm) - 1] = '\0';
	pintest_stack_save(&frame->stack, READ_ONCE(pintest_wish.callers));
}

/* The pages that a call gives back. */
static struct pintest_pins hook_given(const struct hook *hook,
				      const struct hook_frame *frame)
{
	struct pintest_pins pins = { .nr = frame->event.pages, .each = 1 };

	switch (hook->act) {
	case HOOK_UNPIN_LIST:
		pins.list = frame->pages;
		break;
	case HOOK_UNPIN_FOLIO:
		pins.first = frame->pages;
		pins.each = frame->event.pages;
		pins.nr = 1;
		break;
	default:
		pins.first = frame->pages;
	}
	return pins;
}

static void hook_give(const struct hook *hook, struct hook_frame *frame)
{
	struct pintest_pins pins = hook_given(hook, frame);

	if (frame->pages && pins.each)
		pintest_account_give(&pins, &frame->event);
}

static void hook_take(const struct hook *hook, struct hook_frame *frame)
{
	struct pintest_pins pins = { .nr = 1, .each = 1 };

	if (!frame->pages)
		return;
	if (hook->act == HOOK_PIN_FOLIO) {
		pins.first = frame->pages;
		pins.each = frame->event.pages;
	} else {
		if (frame->event.result <= 0)
			return;
		pins.list = frame->pages;
		pins.nr = frame->event.result;
	}
	pintest_account_take(&pins, frame->mm, &frame->event);
}

static const struct hook *hook_of(struct kretprobe_instance *instance)
{
	return &hooks[pintest_compat_kretprobe(instance) - hook_probes];
}

static void hook_enter(struct hook_frame *frame, const struct hook *hook,
		       struct pt_regs *regs)
{
	struct pintest_event *event = &frame->event;
	bool follow = READ_ONCE(pintest_wish.follow);

	memset(event, 0, offsetof(struct pintest_event, callers));
	event->call = hook - hooks;
	frame->key = hook_key(&event->flags);
	hook_note_arguments(frame, hook, regs);
	hook_note_caller(frame);
	if (hook_begin(frame))
		event->flags |= PINTEST_EVENT_NESTED;
	else if (follow && hook_takes(hook) && hook->act != HOOK_GET)
		pintest_pool_expect(event->pages);
	else if (follow && !hook_takes(hook))
		hook_give(hook, frame);
	event->time_ns = ktime_get_mono_fast_ns();
}

static void hook_leave(struct hook_frame *frame, const struct hook *hook,
		       struct kretprobe_instance *instance, unsigned long value)
{
	struct pintest_event *event = &frame->event;

	event->duration_ns = ktime_get_mono_fast_ns() - event->time_ns;
	if (hook_takes(hook) && hook->act != HOOK_PIN_FOLIO)
		event->result = hook->is_int ? (int)value : (long)value;
	hook_end(frame);
	pintest_stack_callers(&frame->stack,
			      pintest_compat_return_address(instance),
			      READ_ONCE(pintest_wish.callers), event);
	if (READ_ONCE(pintest_wish.follow) && hook_takes(hook) &&
	    hook->act != HOOK_GET && !(event->flags & PINTEST_EVENT_NESTED))
		hook_take(hook, frame);
	pintest_trace_tell(event);
}

/*
 * Kprobes do not nest: an interrupt during our handler would miss its own
 * probes. So interrupts are off.
 */
static int hook_on_entry(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	unsigned long flags;

	/* Pairs with the barrier in pintest_hooks_start(). */
	if (!smp_load_acquire(&pintest_wish.armed))
		return 1;
	local_irq_save(flags);
	hook_enter((void *)instance->data, hook_of(instance), regs);
	local_irq_restore(flags);
	return 0;
}

static int hook_on_return(struct kretprobe_instance *instance,
			  struct pt_regs *regs)
{
	unsigned long flags;

	local_irq_save(flags);
	hook_leave((void *)instance->data, hook_of(instance), instance,
		   regs_return_value(regs));
	local_irq_restore(flags);
	return 0;
}

/* Calls that take pages may sleep; those that give back mostly do not. */
static int hook_maxactive(const struct hook *hook)
{
	return hook_takes(hook) ? 1024 : 64 + 4 * num_possible_cpus();
}

static int hook_register(unsigned int call)
{
	struct kretprobe *probe = &hook_probes[call];
	int err;

	if (!hooks[call].name)
		return 0;
	*probe = (struct kretprobe){
		.kp.symbol_name = hooks[call].name,
		.entry_handler = hook_on_entry,
		.handler = hook_on_return,
		.data_size = sizeof(struct hook_frame),
		.maxactive = hook_maxactive(&hooks[call]),
	};
	err = register_kretprobe(probe);
	if (!err)
		hook_calls |= BIT_ULL(call);
	/* This kernel does not have the call. */
	return err == -ENOENT ? 0 : err;
}

/* Forget the calls that were under way when the probes were removed. */
static void hook_forget_frames(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hook_buckets); i++) {
		raw_spin_lock_init(&hook_buckets[i].lock);
		INIT_HLIST_HEAD(&hook_buckets[i].frames);
	}
}

/**
 * pintest_hooks_start - watch all calls that this kernel has
 *
 * Return: 0, and pintest_hooks_stop() has to follow; -EBADRQC if this kernel
 * cannot watch calls; -ENOMEM.
 */
int pintest_hooks_start(void)
{
	int call, err = 0;

	if (!pintest_compat_can_trace())
		return -EBADRQC;
	hook_calls = 0;
	hook_forget_frames();
	for (call = ARRAY_SIZE(hooks) - 1; call >= 0 && !err; call--)
		err = hook_register(call);
	if (!err && !hook_calls)
		err = -EBADRQC;
	if (err) {
		pintest_hooks_stop();
		return err == -ENOMEM ? err : -EBADRQC;
	}
	/* Pairs with the barrier in hook_on_entry(). */
	smp_store_release(&pintest_wish.armed, true);
	return 0;
}

/* When this returns, no handler runs, and none will. */
void pintest_hooks_stop(void)
{
	struct kretprobe *probes[ARRAY_SIZE(hooks)];
	unsigned int call, nr = 0;

	WRITE_ONCE(pintest_wish.armed, false);
	for (call = 0; call < ARRAY_SIZE(hooks); call++)
		if (hook_calls & BIT_ULL(call))
			probes[nr++] = &hook_probes[call];
	if (nr)
		unregister_kretprobes(probes, nr);
	hook_calls = 0;
}

/* Bit n is set if calls of &enum pintest_traced n are watched. */
u64 pintest_hooks_calls(void)
{
	return hook_calls;
}

/* Calls since pintest_hooks_start() that no handler saw. */
u64 pintest_hooks_missed(void)
{
	unsigned int call;
	u64 missed = 0;

	for (call = 0; call < ARRAY_SIZE(hooks); call++)
		if (hook_calls & BIT_ULL(call))
			missed += hook_probes[call].nmissed +
				  hook_probes[call].kp.nmissed;
	return missed;
}
