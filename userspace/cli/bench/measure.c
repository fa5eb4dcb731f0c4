// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest bench: one case. Each thread has memory of its own, in as many pieces
 * as its kind makes of it: a huge page is one. All threads begin each round at
 * the same time.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "array_size.h"
#include "base/reason.h"
#include "bench.h"
#include "model/words.h"

static const char *const figure_names[BENCH_FIGURES] = {
	[BENCH_PIN] = "pin",
	[BENCH_UNPIN] = "unpin",
	[BENCH_RECORDS] = "records",
	[BENCH_INSPECT] = "inspect",
	[BENCH_READ] = "read",
	[BENCH_WRITE] = "write",
};

const char *bench_figure_name(enum bench_figure figure)
{
	return figure_names[figure];
}

/* Records that are asked for, and bytes that are copied, at a time. */
#define RECORDS	512
#define BYTES	65536

/*
 * What all threads of a case share. The gate is open when all of them are
 * there, or not all can be.
 */
struct work {
	struct pintest *pt;
	const struct bench_case *bench;
	pthread_barrier_t start;
	pthread_mutex_t gate;
	bool called_off;
	size_t pieces;
	uint64_t pages;
	unsigned int rounds;
};

/* A thread, its memory, and what it saw. */
struct worker {
	pthread_t thread;
	struct work *work;
	struct memory *memory;
	size_t mapped;
	double ns[BENCH_FIGURES];
	int error;
	struct pintest_record records[RECORDS];
	char bytes[BYTES];
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static struct pintest_request request_of(const struct worker *worker,
					 size_t piece)
{
	const struct bench_case *bench = worker->work->bench;
	const struct memory *memory = &worker->memory[piece];

	return (struct pintest_request) {
		.api = bench->api,
		.foll = bench->foll,
		.addr = (uintptr_t)memory->addr,
		.length = memory->length,
	};
}

/* Times are summed up in @ns over all pieces. */
static int bench_piece(struct worker *worker, size_t piece, double *ns)
{
	const struct work *work = worker->work;
	struct pintest_request request = request_of(worker, piece);
	struct pintest_cost cost;
	int ret = pintest_bench(work->pt, &request, work->bench->batch, &cost);

	if (ret)
		return ret;
	ns[BENCH_PIN] += cost.take_ns;
	ns[BENCH_UNPIN] += cost.put_ns;
	return -cost.error;
}

static int read_records(struct worker *worker, struct pintest_pin *pin,
			double *ns)
{
	uint64_t first, pages = pintest_pin_pages(pin), start = now();
	ssize_t n;

	for (first = 0; first < pages; first += n) {
		n = pintest_pin_records(pin, first, worker->records, RECORDS);
		if (n <= 0)
			return n ? n : -EIO;
	}
	ns[BENCH_RECORDS] += now() - start;
	return 0;
}

static int copy_bytes(struct worker *worker, struct pintest_pin *pin,
		      size_t length, bool write, double *sum)
{
	uint64_t start = now();
	size_t offset;
	ssize_t n;

	for (offset = 0; offset < length; offset += n) {
		n = write ? pintest_pin_write(pin, worker->bytes, BYTES,
					      offset) :
			    pintest_pin_read(pin, worker->bytes, BYTES,
					     offset);
		if (n <= 0)
			return n ? n : -EIO;
	}
	*sum += now() - start;
	return 0;
}

/* All that takes a pin that is held. */
static int use_piece(struct worker *worker, size_t piece, double *ns)
{
	struct pintest_request request = request_of(worker, piece);
	struct pintest_pin *pin;
	int ret = pintest_pin_new(worker->work->pt, &request, &pin);

	if (ret)
		return ret;
	ret = read_records(worker, pin, ns);
	if (!ret)
		ret = copy_bytes(worker, pin, request.length, false,
				 &ns[BENCH_READ]);
	if (!ret && request.foll & PINTEST_FOLL_WRITE)
		ret = copy_bytes(worker, pin, request.length, true,
				 &ns[BENCH_WRITE]);
	pintest_pin_free(pin);
	return ret;
}

/* There are kernels that cannot be asked what is mapped. */
static int inspect_piece(struct worker *worker, size_t piece, double *ns)
{
	struct pintest_request request = request_of(worker, piece);
	uint64_t addr = request.addr, end = addr + request.length;
	uint64_t start = now();
	ssize_t n = 0;

	while (addr < end && n >= 0)
		n = pintest_inspect(worker->work->pt, 0, &addr, end,
				    worker->records, RECORDS);
	if (n == -EBADRQC)
		return 0;
	ns[BENCH_INSPECT] += now() - start;
	return n < 0 ? n : 0;
}

typedef int (*step_fn)(struct worker *worker, size_t piece, double *ns);

/* Threads that failed come to the barrier all the same. */
static int do_round(struct worker *worker, double *ns)
{
	static const step_fn steps[] = {
		bench_piece, use_piece, inspect_piece,
	};
	size_t i, piece;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		pthread_barrier_wait(&worker->work->start);
		for (piece = 0; !ret && piece < worker->mapped; piece++)
			ret = steps[i](worker, piece, ns);
	}
	return ret;
}

static void *run_worker(void *arg)
{
	struct worker *worker = arg;
	unsigned int round;
	int i;

	pthread_mutex_lock(&worker->work->gate);
	pthread_mutex_unlock(&worker->work->gate);
	if (worker->work->called_off)
		return NULL;
	for (round = 0; round < worker->work->rounds; round++) {
		double ns[BENCH_FIGURES] = { 0 };
		int ret = do_round(worker, ns);

		if (ret)
			worker->error = ret;
		for (i = 0; i < BENCH_FIGURES; i++)
			if (!round || ns[i] < worker->ns[i])
				worker->ns[i] = ns[i];
	}
	return NULL;
}

static int map_worker(struct worker *worker, struct reason *why)
{
	const struct work *work = worker->work;
	const struct memory_kind *kind = work->bench->kind;
	size_t pages = work->pages / work->pieces;
	int ret = 0;

	worker->memory = calloc(work->pieces, sizeof(*worker->memory));
	if (!worker->memory)
		return reason(why, -ENOMEM, "no memory left");
	while (!ret && worker->mapped < work->pieces) {
		ret = memory_map(kind, pages, &worker->memory[worker->mapped],
				 why);
		if (!ret)
			worker->mapped++;
	}
	return ret;
}

static void unmap_worker(struct worker *worker)
{
	while (worker->mapped)
		memory_unmap(&worker->memory[--worker->mapped]);
	free(worker->memory);
}

/* The calling thread is the first of them. */
static int start_workers(struct work *work, struct worker *workers)
{
	unsigned int i, started;
	int ret = 0;

	pthread_mutex_lock(&work->gate);
	for (started = 1; started < work->bench->threads && !ret; started++)
		ret = -pthread_create(&workers[started].thread, NULL,
				      run_worker, &workers[started]);
	if (ret)
		started--;
	work->called_off = ret;
	pthread_mutex_unlock(&work->gate);
	run_worker(&workers[0]);
	for (i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return ret;
}

static int run_workers(struct work *work, struct worker *workers,
		       struct reason *why)
{
	unsigned int i, count = work->bench->threads;
	int ret;

	pthread_barrier_init(&work->start, NULL, count);
	pthread_mutex_init(&work->gate, NULL);
	ret = start_workers(work, workers);
	for (i = 0; i < count && !ret; i++)
		ret = workers[i].error;
	pthread_mutex_destroy(&work->gate);
	pthread_barrier_destroy(&work->start);
	if (ret == -EBADRQC)
		return reason(why, ret, "the call does not take these flags here");
	return ret ? reason(why, ret, "%s", strerror(-ret)) : 0;
}

/* What nobody spent time on was not measured. */
static void sum_up(const struct work *work, const struct worker *workers,
		   struct bench_case *bench)
{
	double pages = (double)work->pages * bench->threads;
	unsigned int i;
	int figure;

	for (figure = 0; figure < BENCH_FIGURES; figure++) {
		double sum = 0;

		for (i = 0; i < bench->threads; i++)
			sum += workers[i].ns[figure];
		bench->ns[figure] = sum > 0 ? sum / pages : BENCH_UNKNOWN;
	}
}

static int measure(struct work *work, struct bench_case *bench)
{
	struct worker *workers = calloc(bench->threads, sizeof(*workers));
	unsigned int i;
	int ret = 0;

	if (!workers)
		return reason(&bench->why, -ENOMEM, "no memory left");
	for (i = 0; i < bench->threads && !ret; i++) {
		workers[i].work = work;
		ret = map_worker(&workers[i], &bench->why);
	}
	if (!ret)
		ret = run_workers(work, workers, &bench->why);
	if (!ret)
		sum_up(work, workers, bench);
	for (i = 0; i < bench->threads; i++)
		unmap_worker(&workers[i]);
	free(workers);
	return ret;
}

/* A piece is all of the memory, unless its kind has huge pages. */
static void cut(struct work *work)
{
	size_t most = memory_kind_pages(work->bench->kind);

	work->pages = work->bench->size / page_size();
	work->pieces = 1;
	if (most && work->pages > most) {
		work->pieces = work->pages / most;
		work->pages = work->pieces * most;
	}
}

/* As many huge pages as if children had them: two for each piece. */
static unsigned int copies(const struct work *work)
{
	uint64_t pages = (uint64_t)2 * work->pieces * work->bench->threads;

	return pages > INT_MAX ? INT_MAX : pages;
}

int bench_measure(struct pintest *pt, struct bench_case *bench,
		  unsigned int rounds)
{
	struct work work = { .pt = pt, .bench = bench, .rounds = rounds };
	struct settings *settings = settings_new(NULL);
	int figure, ret;

	for (figure = 0; figure < BENCH_FIGURES; figure++)
		bench->ns[figure] = BENCH_UNKNOWN;
	bench->why.text[0] = '\0';
	cut(&work);
	if (!settings)
		return reason(&bench->why, -ENOMEM, "no memory left");
	ret = memory_prepare(bench->kind, copies(&work), settings,
			     &bench->why);
	if (!ret)
		ret = measure(&work, bench);
	if (settings_restore(settings))
		bench->unrestored = true;
	return ret;
}
