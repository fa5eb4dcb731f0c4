// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of events. Handlers add events and never wait: an event that finds no
 * room is lost and counted. An event in the ring does not change until it has
 * been read, so the only reader needs no lock.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "trace.h"

static void ring_wake(struct irq_work *work)
{
	struct pintest_ring *ring = container_of(work, struct pintest_ring,
						 wake);

	wake_up_interruptible(&ring->wait);
}

/**
 * pintest_ring_init - make a ring
 * @ring: the ring
 * @size: events that it has room for; 0 for a ring that keeps none
 *
 * Return: 0, and pintest_ring_end() has to follow; or -ENOMEM.
 */
int pintest_ring_init(struct pintest_ring *ring, unsigned int size)
{
	raw_spin_lock_init(&ring->lock);
	init_irq_work(&ring->wake, ring_wake);
	init_waitqueue_head(&ring->wait);
	ring->size = size ? roundup_pow_of_two(size) : 0;
	if (!size)
		return 0;
	ring->slots = kvcalloc(ring->size, sizeof(*ring->slots),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
			       __GFP_RETRY_MAYFAIL);
	return ring->slots ? 0 : -ENOMEM;
}

/* Frees a ring. Nothing adds to it any more. */
void pintest_ring_end(struct pintest_ring *ring)
{
	irq_work_sync(&ring->wake);
	kvfree(ring->slots);
}

/**
 * pintest_ring_add - add an event, or count it as lost; may be called anywhere
 * @ring: the ring
 * @event: the event
 */
void pintest_ring_add(struct pintest_ring *ring,
		      const struct pintest_event *event)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ring->lock, flags);
	if (ring->head - READ_ONCE(ring->tail) < ring->size) {
		ring->slots[ring->head & (ring->size - 1)] = *event;
		/* A reader that sees the new head sees the event. */
		smp_store_release(&ring->head, ring->head + 1);
	} else {
		ring->lost++;
	}
	raw_spin_unlock_irqrestore(&ring->lock, flags);
	/* Pairs with poll(): it sees the event, or we see that it waits. */
	if (wq_has_sleeper(&ring->wait))
		irq_work_queue(&ring->wake);
}

/* Whether there is nothing to read. */
bool pintest_ring_is_empty(const struct pintest_ring *ring)
{
	/* Pairs with the release in pintest_ring_add(). */
	return smp_load_acquire(&ring->head) == READ_ONCE(ring->tail);
}

/**
 * pintest_event_put - copy an event to user space
 * @to: user buffer
 * @event_size: its size in the reader's version of the ABI. If that is longer,
 *	the tail is zeros; if it is shorter, the event is cut
 * @event: the event
 *
 * Return: 0 or -EFAULT.
 */
int pintest_event_put(void __user *to, size_t event_size,
		      const struct pintest_event *event)
{
	size_t known = min(event_size, sizeof(*event));

	if (copy_to_user(to, event, known) ||
	    clear_user(to + known, event_size - known))
		return -EFAULT;
	return 0;
}

/**
 * pintest_ring_read - read events; one reader at a time
 * @ring: the ring
 * @to: user buffer
 * @count: bytes in it
 * @event_size: size of an event in the reader's version of the ABI
 *
 * Return: bytes of whole events, 0 if there are none, or -EFAULT. Events that
 * were not copied stay in the ring.
 */
ssize_t pintest_ring_read(struct pintest_ring *ring, char __user *to,
			  size_t count, size_t event_size)
{
	/* Pairs with the release in pintest_ring_add(). */
	unsigned int head = smp_load_acquire(&ring->head);
	size_t done = 0;

	while (ring->tail != head && count - done >= event_size) {
		if (pintest_event_put(to + done, event_size,
				      &ring->slots[ring->tail &
						   (ring->size - 1)]))
			return done ? done : -EFAULT;
		/* Release the slot only after it has been read. */
		smp_store_release(&ring->tail, ring->tail + 1);
		done += event_size;
	}
	return done;
}
