// SPDX-License-Identifier: GPL-2.0-only
/*
 * races: whatever can be done to a pin, by two at a time, on the same pin.
 *
 * Each test lets two threads, or two processes that share the descriptor, go
 * from a barrier many times. Who comes first is chance; whoever it is, calls
 * say one of the things that the header lets them say, bytes are never those of
 * anybody else, and in the end nothing is pinned.
 *
 * usage: races [--rounds N] [PATTERN...]
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "memory.h"
#include "module_file.h"
#include "process.h"
#include "watch.h"

#define PAGES		3
#define RELOADS		30

/* How often two go from the barrier. A process is killed a quarter as often. */
static int rounds = 100;

/* Bytes that the pages of a race may hold. */
enum { OF_START = 0x11, OF_DEVICE = 0x22, OF_PROCESS = 0x33 };

/**
 * struct race - what two actors share
 * @barrier: both wait there, before and after each round
 * @memory: what is pinned
 * @fd: the pin, which one of them may close
 */
struct race {
	pthread_barrier_t barrier;
	char *memory;
	int fd;
};

/**
 * struct action - what an actor does in a round
 * @name: part of the test's name
 * @run: does it
 * @alone: it is about memory, which processes do not share
 */
struct action {
	const char *name;
	void (*run)(const struct race *race);
	bool alone;
};

/* The descriptor may be closed by now, its number reused, the pin unpinned. */
static void must_be_late_or(long long value, bool good)
{
	if (good || value == -ENXIO || value == -EBADF || value == -ENOTTY)
		return;
	FAIL("a call says %lld", value);
}

static void bytes_must_be_ours(const char *bytes, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (bytes[i] != OF_START && bytes[i] != OF_DEVICE &&
		    bytes[i] != OF_PROCESS)
			FAIL("byte %zu is %#x", i, (unsigned char)bytes[i]);
}

static void do_unpin(const struct race *race)
{
	int ret = unpin(race->fd, PINTEST_UNPIN_DIRTY);

	must_be_late_or(ret, !ret);
}

static void do_close(const struct race *race)
{
	close(race->fd);
}

static void do_records(const struct race *race)
{
	struct pintest_record found[PAGES + 1];
	int ret = records(race->fd, 0, found, PAGES + 1);

	must_be_late_or(ret, ret == PAGES);
}

static void do_inspect(const struct race *race)
{
	struct pintest_record found[PAGES];
	uint64_t next;
	int ret = inspect(0, (uintptr_t)race->memory, PAGES * page_size, found,
			  PAGES, &next);

	must_be_late_or(ret, ret >= 0);
}

static void do_pread(const struct race *race)
{
	char bytes[2048];
	ssize_t ret = SYS(pread(race->fd, bytes, sizeof(bytes),
				page_size - 1000));

	must_be_late_or(ret, ret == sizeof(bytes));
	if (ret > 0)
		bytes_must_be_ours(bytes, ret);
}

static void do_pwrite(const struct race *race)
{
	char bytes[2048];
	ssize_t ret;

	memset(bytes, OF_DEVICE, sizeof(bytes));
	ret = SYS(pwrite(race->fd, bytes, sizeof(bytes), page_size - 1000));
	must_be_late_or(ret, ret == sizeof(bytes));
}

static void do_seek(const struct race *race)
{
	long long ret = SYS(lseek(race->fd, 0, SEEK_END));

	must_be_late_or(ret, ret == (long long)(PAGES * page_size));
}

static void do_fork(const struct race *race)
{
	pid_t pid = fork();
	int status;

	REQUIRE(pid >= 0);
	if (!pid) {
		do_pread(race);
		_exit(KTAP_PASS);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	REQUIRE_EQ(status, 0);
}

/* Nobody else must get the address before the round is over. */
static void do_munmap(const struct race *race)
{
	REQUIRE(mmap(race->memory, PAGES * page_size, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		race->memory);
}

static void do_discard(const struct race *race)
{
	madvise(race->memory, PAGES * page_size, MADV_DONTNEED);
}

/* Through the kernel, since the memory may be gone. */
static void do_store(const struct race *race)
{
	char bytes[64];
	struct iovec from = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct iovec to = {
		.iov_base = race->memory + page_size,
		.iov_len = sizeof(bytes),
	};

	memset(bytes, OF_PROCESS, sizeof(bytes));
	process_vm_writev(getpid(), &from, 1, &to, 1, 0);
}

static void do_protect(const struct race *race)
{
	mprotect(race->memory, PAGES * page_size, PROT_READ);
	mprotect(race->memory, PAGES * page_size, PROT_READ | PROT_WRITE);
}

static const struct action actions[] = {
	{ "unpin", do_unpin, false },
	{ "close", do_close, false },
	{ "records", do_records, false },
	{ "pread", do_pread, false },
	{ "pwrite", do_pwrite, false },
	{ "seek", do_seek, false },
	{ "fork", do_fork, false },
	{ "inspect", do_inspect, true },
	{ "munmap", do_munmap, true },
	{ "discard", do_discard, true },
	{ "store", do_store, true },
	{ "protect", do_protect, true },
};

#define NR_ACTIONS ARRAY_SIZE(actions)

/**
 * struct actor - one side of a race
 */
struct actor {
	struct race *race;
	const struct action *action;
};

static void act(const struct actor *actor)
{
	pthread_barrier_wait(&actor->race->barrier);
	actor->action->run(actor->race);
	pthread_barrier_wait(&actor->race->barrier);
}

static void *act_many_times(void *arg)
{
	int round;

	for (round = 0; round < rounds; round++)
		act(arg);
	return NULL;
}

static void race_begin(struct race *race)
{
	race->memory = map_untouched(PAGES);
	memset(race->memory, OF_START, PAGES * page_size);
	race->fd = pin(race->memory, PAGES, PINTEST_API_PIN,
		       PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM);
}

static void race_end(struct race *race)
{
	close(race->fd);
	munmap(race->memory, PAGES * page_size);
}

/* The barrier keeps the second thread away while a round is prepared. */
static void race_threads(const void *arg)
{
	uintptr_t pair = (uintptr_t)arg;
	struct race race;
	struct actor first = { &race, &actions[pair / NR_ACTIONS] };
	struct actor second = { &race, &actions[pair % NR_ACTIONS] };
	pthread_t thread;
	int round;

	device();
	REQUIRE(!pthread_barrier_init(&race.barrier, NULL, 2));
	REQUIRE(!pthread_create(&thread, NULL, act_many_times, &second));
	for (round = 0; round < rounds; round++) {
		race_begin(&race);
		act(&first);
		race_end(&race);
	}
	REQUIRE(!pthread_join(thread, NULL));
}

/* The other process gets the descriptor in a message, each time. */
static void act_on_received(int fd, void *arg)
{
	struct actor *actor = arg;
	int round;

	for (round = 0; round < rounds; round++) {
		struct race race = { .fd = peer_receive_fd(fd) };

		pthread_barrier_wait(&actor->race->barrier);
		actor->action->run(&race);
		close(race.fd);
		pthread_barrier_wait(&actor->race->barrier);
	}
}

static struct race *shared_race(void)
{
	struct race *race = (void *)map_or_fail(sizeof(*race),
						PROT_READ | PROT_WRITE,
						MAP_SHARED | MAP_ANONYMOUS,
						-1);
	pthread_barrierattr_t attr;

	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	REQUIRE(!pthread_barrier_init(&race->barrier, &attr, 2));
	return race;
}

static void race_processes(const void *arg)
{
	uintptr_t pair = (uintptr_t)arg;
	struct race *race = shared_race();
	struct actor first = { race, &actions[pair / NR_ACTIONS] };
	struct actor second = { race, &actions[pair % NR_ACTIONS] };
	struct peer peer;
	int round;

	device();
	peer = peer_start(act_on_received, &second);
	for (round = 0; round < rounds; round++) {
		race_begin(race);
		peer_send_fd(peer.fd, race->fd);
		act(&first);
		race_end(race);
	}
	peer_join(&peer);
}

static void act_until_killed(int fd, void *arg)
{
	struct actor actor = *(struct actor *)arg;

	race_begin(actor.race);
	peer_send(fd, 0);
	for (;;) {
		actor.action->run(actor.race);
		race_end(actor.race);
		race_begin(actor.race);
	}
}

/*
 * A process that dies anywhere in a call leaves nothing pinned. What it has
 * forked is waited for, too: that has its pin until it ends by itself.
 */
static void race_kill(const void *arg)
{
	long long pins = kernel_pins();
	struct race race;
	struct actor actor = { &race, arg };
	int round;

	device();
	REQUIRE(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (round = 0; round < rounds / 4; round++) {
		struct peer peer = peer_start(act_until_killed, &actor);

		peer_receive(peer.fd);
		REQUIRE(!kill(peer.pid, SIGKILL));
		while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
			;
		close(peer.fd);
	}
	REQUIRE_EQ(kernel_pins(), pins);
}

/* Returns how often it was too early. */
static void *reload(void *arg __attribute__((unused)))
{
	int file = module_open(), round = 0, ret;
	uintptr_t refused = 0;

	while (round < RELOADS) {
		ret = module_unload();
		if (ret) {
			REQUIRE_EQ(ret, -EAGAIN);
			refused++;
			continue;
		}
		REQUIRE_EQ(module_load(file, ""), 0);
		round++;
	}
	close(file);
	return (void *)refused;
}

static bool opened_and_pinned(char *memory)
{
	struct pintest_pin_args args = pin_args(memory, PAGES, 0, 0);
	int fd = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	REQUIRE_EQ(device_ioctl(fd, PINTEST_IOC_PIN, &args), 0);
	close(fd);
	pin_must_have_page(args.out_fd, 1, 1);
	close(args.out_fd);
	return true;
}

/* A module goes only when nobody has it open, and nobody opens it half gone. */
TEST("races.removal.open_and_pin")
{
	char *memory = map_pages(PAGES);
	pthread_t thread;
	void *refused;
	int pins = 0;

	REQUIRE(!pthread_create(&thread, NULL, reload, NULL));
	while (pthread_tryjoin_np(thread, &refused))
		pins += opened_and_pinned(memory);
	ktap_note("%d pins beside %d removals, %lu refused", pins, RELOADS,
		  (unsigned long)refused);
}

TEST("races.removal.is_refused_while_there_is_a_pin")
{
	int fd = pin(map_pages(1), 1, PINTEST_API_PIN, 0);

	REQUIRE_EQ(module_unload(), -EAGAIN);
	close(fd);
}

/**
 * struct thp - a huge page that comes apart under those who look at it
 * @memory: one huge page
 * @size: of it
 * @done: nobody looks any more
 */
struct thp {
	char *memory;
	size_t size;
	bool done;
};

/* Advice for one page of a huge page splits it; writing makes a new one. */
static void *split(void *arg)
{
	struct thp *thp = arg;

	while (!__atomic_load_n(&thp->done, __ATOMIC_RELAXED)) {
		memset(thp->memory, OF_PROCESS, thp->size);
		madvise(thp->memory + page_size, page_size, MADV_FREE);
		madvise(thp->memory + 5 * page_size, page_size, MADV_PAGEOUT);
		madvise(thp->memory, thp->size, MADV_DONTNEED);
	}
	return NULL;
}

/* What INSPECT can see of it. */
enum sight { NOTHING, PARTS, WHOLE, NR_SIGHTS };

static enum sight look_at(const struct thp *thp)
{
	struct pintest_record found[128];
	uint64_t next;
	int ret = inspect(0, (uintptr_t)thp->memory, thp->size, found,
			  ARRAY_SIZE(found), &next);

	REQUIRE(ret >= 0);
	if (!ret)
		return NOTHING;
	return found[0].flags & PINTEST_PAGE_THP ? WHOLE : PARTS;
}

/*
 * As long as it takes to have met the huge page both whole and in parts: who
 * runs first, and how often, is up to the scheduler.
 */
static void look_until_both_were_seen(const struct thp *thp)
{
	int seen[NR_SIGHTS] = { 0 }, round;

	for (round = 0; round < 20 * rounds || !seen[PARTS] || !seen[WHOLE];
	     round++)
		seen[look_at(thp)]++;
	ktap_note("whole %d times of %d, in parts %d", seen[WHOLE], round,
		  seen[PARTS]);
}

TEST("races.split.inspect")
{
	struct thp thp = { .size = 2 << 20 };
	pthread_t thread;
	uintptr_t start;

	start = (uintptr_t)map_nothing(2 * thp.size / page_size);
	start = (start + thp.size - 1) & ~(thp.size - 1);
	thp.memory = mmap((void *)start, thp.size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	REQUIRE(thp.memory != MAP_FAILED);
	if (madvise(thp.memory, thp.size, MADV_HUGEPAGE))
		ktap_skip("this kernel has no transparent huge pages");
	memset(thp.memory, OF_PROCESS, thp.size);
	if (look_at(&thp) != WHOLE)
		ktap_skip("no huge page is free");
	REQUIRE(!pthread_create(&thread, NULL, split, &thp));
	look_until_both_were_seen(&thp);
	__atomic_store_n(&thp.done, true, __ATOMIC_RELAXED);
	REQUIRE(!pthread_join(thread, NULL));
}

TEST_GROUP
{
	uintptr_t a, b;

	for (a = 0; a < NR_ACTIONS; a++)
		for (b = a; b < NR_ACTIONS; b++)
			ktap_add(race_threads, (void *)(a * NR_ACTIONS + b),
				 "races.threads.%s.%s", actions[a].name,
				 actions[b].name);
	for (a = 0; a < NR_ACTIONS; a++)
		for (b = 0; b < NR_ACTIONS; b++)
			if (!actions[b].alone)
				ktap_add(race_processes,
					 (void *)(a * NR_ACTIONS + b),
					 "races.processes.%s.%s",
					 actions[a].name, actions[b].name);
	for (a = 0; a < NR_ACTIONS; a++)
		ktap_add(race_kill, &actions[a], "races.kill.%s",
			 actions[a].name);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--rounds")) {
		rounds = argc > 2 ? atoi(argv[2]) : 0;
		if (rounds < 4) {
			fprintf(stderr, "races: --rounds takes 4 or more\n");
			return KTAP_USAGE;
		}
		argc -= 2;
		argv += 2;
	}
	return ktap_main(argc, argv, &watched_suite);
}
