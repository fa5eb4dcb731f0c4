// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinners: whether each of many pins stays one with the process's memory.
 *
 * A place in memory is the pinner's own: nobody else stores there, or writes
 * there through a pin, so all that may be read is known. Between pins every
 * place holds the same, so that KSM has something to merge.
 *
 * A pin is of some places in a row. Each is looked at by itself, and counts as
 * a pin, as it does in the kernel.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "array_size.h"
#include "base/reason.h"
#include "model/words.h"
#include "stress.h"

/*
 * One in so many pins is looked at again, and one in so many of these after a
 * while. Sleeping lets the disturbers in, who keep the processor then.
 */
#define AGAIN		2
#define SLEEPS		16
#define HOLD_NS		300000

/* Places of a pin at most. More share the calls that pin and unpin them. */
#define PLACES		16

/**
 * struct place - one of the places that are pinned
 *
 * @word: where the process stores and loads
 * @stored: what it stored there last
 * @last: what the pin read, or what was written through it, last
 * @finding: the first thing that is wrong with it
 */
struct place {
	volatile uint64_t *word;
	uint64_t stored;
	uint64_t last;
	enum stress_finding finding;
};

/**
 * struct hand - the pin in a pinner's hand
 *
 * @unit: number of its first place in the area
 * @count: how many places it is of
 */
struct hand {
	struct stress_pinner *pinner;
	struct pintest_request request;
	struct pintest_pin *pin;
	size_t unit;
	size_t count;
	struct place places[PLACES];
};

enum stress_finding stress_judge(bool detaches, uint64_t seen, uint64_t before,
				 uint64_t stored)
{
	if (seen == stored)
		return STRESS_FINE;
	if (seen != before)
		return STRESS_FOREIGN;
	return detaches ? STRESS_FINE : STRESS_STALE;
}

static void find(struct hand *hand, size_t i, enum stress_finding finding,
		 uint64_t expected, uint64_t seen)
{
	struct stress_example *example = &hand->pinner->result.example;
	struct place *place = &hand->places[i];

	if (finding == STRESS_FINE || place->finding != STRESS_FINE)
		return;
	place->finding = finding;
	if (example->finding != STRESS_FINE)
		return;
	*example = (struct stress_example) {
		.finding = finding,
		.api = hand->request.api,
		.foll = hand->request.foll,
		.unit = hand->unit + i,
		.expected = expected,
		.seen = seen,
	};
}

/* Never 0, which is what dropped memory holds. */
static uint64_t new_word(struct hand *hand)
{
	return stress_draw(&hand->pinner->random, UINT64_MAX - 1) + 1;
}

static void store(struct place *place, uint64_t word)
{
	*place->word = word;
	place->stored = word;
}

static void store_all(struct hand *hand, uint64_t word)
{
	size_t i;

	for (i = 0; i < hand->count; i++)
		store(&hand->places[i], word);
}

static int transferred(struct hand *hand, ssize_t bytes, const char *how)
{
	if (bytes == sizeof(uint64_t))
		return 0;
	return reason(&hand->pinner->why, bytes < 0 ? (int)bytes : -EIO,
		      "cannot %s a pin: %s", how,
		      bytes < 0 ? strerror(-bytes) : "too few bytes");
}

static int pin_reads(struct hand *hand, size_t i, uint64_t *word)
{
	return transferred(hand, pintest_pin_read(hand->pin, word,
						  sizeof(*word),
						  i * page_size()), "read");
}

/* What the process has stored the pin has to read. */
static int look_at_store(struct hand *hand, size_t i)
{
	bool detaches = hand->pinner->round->scene->detaches;
	struct place *place = &hand->places[i];
	uint64_t seen;
	int ret = pin_reads(hand, i, &seen);

	if (ret)
		return ret;
	find(hand, i, stress_judge(detaches, seen, place->last, place->stored),
	     place->stored, seen);
	place->last = seen;
	return 0;
}

static int look_at_stores(struct hand *hand)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < hand->count; i++)
		ret = look_at_store(hand, i);
	return ret;
}

/* What the device writes the process has to load, if it has the page. */
static int look_at_write(struct hand *hand, size_t i)
{
	struct place *place = &hand->places[i];
	uint64_t word = new_word(hand), seen;
	int ret = transferred(hand, pintest_pin_write(hand->pin, &word,
						      sizeof(word),
						      i * page_size()),
			      "write to");

	if (ret)
		return ret;
	place->last = word;
	place->stored = word;
	if (hand->pinner->round->scene->detaches)
		return look_at_store(hand, i);
	seen = *place->word;
	if (seen != word)
		find(hand, i, STRESS_LOST, word, seen);
	return 0;
}

static int look(struct hand *hand)
{
	size_t i;
	int ret;

	for (i = 0; i < hand->count; i++)
		store(&hand->places[i], new_word(hand));
	ret = look_at_stores(hand);
	if (!(hand->request.foll & PINTEST_FOLL_WRITE))
		return ret;
	for (i = 0; !ret && i < hand->count; i++)
		ret = look_at_write(hand, i);
	return ret;
}

static void hold(struct stress_random *random)
{
	struct timespec time = { .tv_nsec = stress_draw(random, HOLD_NS) };

	if (!stress_draw(random, SLEEPS))
		nanosleep(&time, NULL);
}

static int look_all_over(struct hand *hand)
{
	int ret = look_at_stores(hand);

	if (!ret)
		ret = look(hand);
	if (ret || stress_draw(&hand->pinner->random, AGAIN))
		return ret;
	hold(&hand->pinner->random);
	return look(hand);
}

static bool is_fast(uint32_t api)
{
	return api == PINTEST_API_PIN_FAST || api == PINTEST_API_GET_FAST;
}

/* Fast ways come three times as often: it is they that race. */
static uint32_t draw_api(struct stress_pinner *pinner)
{
	const struct stress_round *round = pinner->round;
	uint32_t apis[64 * 3];
	size_t count = 0;
	uint32_t api;
	int i;

	for (api = 0; api < 64; api++) {
		if (!(round->way_mask >> api & 1))
			continue;
		for (i = is_fast(api) ? 3 : 1; i; i--)
			apis[count++] = api;
	}
	return apis[stress_draw(&pinner->random, count)];
}

/* Places in a row, which are pages in a row unless a place is a huge page. */
static void draw_places(struct hand *hand)
{
	struct stress_pinner *pinner = hand->pinner;
	size_t first = stress_draw(&pinner->random, pinner->count), most, i;

	most = pinner->area->unit > page_size() ? 1 : PLACES;
	if (most > pinner->count - first)
		most = pinner->count - first;
	hand->unit = pinner->first + first;
	hand->count = 1 + stress_draw(&pinner->random, most);
	for (i = 0; i < hand->count; i++)
		hand->places[i] = (struct place) {
			.word = (void *)(pinner->area->start +
					 (hand->unit + i) *
					 pinner->area->unit),
			.stored = WORD_PIN_TIME,
		};
}

static void draw(struct hand *hand)
{
	static const uint32_t flags[] = {
		0, PINTEST_FOLL_LONGTERM, PINTEST_FOLL_WRITE,
		PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE,
	};
	struct stress_pinner *pinner = hand->pinner;
	uint32_t api = draw_api(pinner);

	draw_places(hand);
	hand->request = (struct pintest_request) {
		.api = api,
		.foll = flags[stress_draw(&pinner->random,
					  ARRAY_SIZE(flags))] &
			pintest_api_foll(pinner->round->pt, api),
		.addr = (uintptr_t)hand->places[0].word,
		.length = hand->count * page_size(),
	};
}

/* What a disturbance may make the kernel say. */
static bool is_refusal(int error)
{
	return error == -EFAULT || error == -EAGAIN || error == -EBUSY ||
	       error == -ENOMEM;
}

static void count(struct hand *hand)
{
	struct stress_result *result = &hand->pinner->result;
	bool writes = hand->request.foll & PINTEST_FOLL_WRITE;
	size_t i;

	result->pins[writes] += hand->count;
	for (i = 0; i < hand->count; i++)
		result->found[writes][hand->places[i].finding]++;
}

/*
 * Not only closed: children that are being forked have the descriptor, too.
 */
static int give_back(struct hand *hand)
{
	int ret = pintest_pin_release(hand->pin, 0);

	pintest_pin_free(hand->pin);
	if (ret)
		return reason(&hand->pinner->why, ret,
			      "cannot give a pin back: %s", strerror(-ret));
	return 0;
}

/* The kernel may have refused places after the first. */
static int use(struct hand *hand)
{
	size_t pinned = pintest_pin_pages(hand->pin);
	int ret, error;

	hand->pinner->result.refused += hand->count - pinned;
	hand->count = pinned;
	ret = look_all_over(hand);
	error = give_back(hand);
	store_all(hand, WORD_PIN_TIME);
	count(hand);
	return ret ? ret : error;
}

/* Returns how many places it was about, or -errno. */
static ssize_t pin_once(struct stress_pinner *pinner)
{
	struct hand hand = { .pinner = pinner };
	size_t asked;
	int ret;

	draw(&hand);
	asked = hand.count;
	if (stress_draw(&pinner->random, 2))
		store_all(&hand, WORD_PIN_TIME);
	ret = pintest_pin_new(pinner->round->pt, &hand.request, &hand.pin);
	if (is_refusal(ret)) {
		pinner->result.refused += asked;
		return asked;
	}
	if (ret)
		return reason(&pinner->why, ret, "a pin is refused: %s",
			      strerror(-ret));
	ret = use(&hand);
	return ret ? ret : (ssize_t)asked;
}

void stress_pin_many(struct stress_pinner *pinner)
{
	size_t i, done;
	ssize_t n;

	for (i = 0; i < pinner->count; i++)
		*(volatile uint64_t *)(pinner->area->start +
				       (pinner->first + i) *
				       pinner->area->unit) = WORD_PIN_TIME;
	for (done = 0; !pinner->error && done < STRESS_PINS; done += n) {
		n = pin_once(pinner);
		if (n < 0)
			pinner->error = n;
	}
}
