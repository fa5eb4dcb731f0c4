// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that share gup_test, or end while they use it.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "gup.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define PAGES 5

TEST("gup_test.file.is_for_root_only")
{
	become_nobody();
	REQUIRE_EQ(SYS(open(GUP_FILE, O_RDWR)), -EACCES);
	REQUIRE_EQ(SYS(open(GUP_FILE, O_RDONLY)), -EACCES);
}

TEST("gup_test.file.other_numbers_are_EINVAL")
{
	struct bench_args args = bench_args(map_pages(1), 1);
	const unsigned int wrong[] = {
		_IOWR('g', 0, struct bench_args),
		_IOWR('g', 10, struct bench_args),
		_IOWR('h', 1, struct bench_args),
		_IOR('g', 1, struct bench_args),
		_IOW('g', 2, struct bench_args),
		_IOWR('g', 3, __u64),
		_IOWR('g', 4, char[sizeof(struct bench_args) + 8]),
		_IO('g', 5),
		_IO('g', 7),
		_IOWR('g', 7, struct start_args),
		_IOW('g', 8, __u64),
		_IOW('g', 9, __u32),
		_IOR('g', 9, __u64),
	};
	int fd = gup_open();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		REQUIRE_EQ(gup_ioctl(fd, wrong[i], &args), -EINVAL);
}

TEST("gup_test.file.has_no_bytes")
{
	int fd = gup_open();
	char byte = 0;

	REQUIRE_EQ(SYS(read(fd, &byte, 1)), -EINVAL);
	REQUIRE_EQ(SYS(write(fd, &byte, 1)), -EINVAL);
	REQUIRE_EQ(SYS(lseek(fd, 0, SEEK_SET)), -ESPIPE);
}

TEST("gup_test.file.keeps_the_module")
{
	int fd = gup_open();

	REQUIRE_EQ(SYS(syscall(SYS_delete_module, "pintest", O_NONBLOCK)),
		   -EAGAIN);
	close(fd);
}

static void start_and_wait(int fd, void *arg)
{
	char *memory = map_pages(PAGES);
	int gup = *(int *)arg < 0 ? gup_open() : *(int *)arg;

	REQUIRE_EQ(gup_start(gup, memory, PAGES, 0), 0);
	peer_send(fd, 0);
	peer_wait_close(fd);
	gup_must_have_pages(gup, PAGES);
}

TEST("gup_test.processes.do_not_see_each_other")
{
	long long pins = kernel_pins();
	int none = -1, fd = gup_open();
	struct peer child = peer_start(start_and_wait, &none);

	peer_receive(child.fd);
	REQUIRE_EQ(gup_read(fd, map_untouched(PAGES)), -EINVAL);
	REQUIRE_EQ(gup_start(fd, map_pages(1), 1, 0), 0);
	REQUIRE_EQ(kernel_pins() - pins, PAGES + 1);
	peer_join(&child);
	REQUIRE_EQ(kernel_pins() - pins, 1);
}

/* The pages are those of a process that is gone. */
TEST("gup_test.fork.the_descriptor_keeps_what_the_child_pinned")
{
	long long pins = kernel_pins();
	int fd = gup_open();
	struct peer child = peer_start(start_and_wait, &fd);

	peer_receive(child.fd);
	peer_join(&child);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	gup_must_have_pages(fd, PAGES);
	REQUIRE_EQ(gup_stop(fd), 0);
	REQUIRE_EQ(kernel_pins(), pins);
}

static void stay(int fd, void *arg)
{
	peer_wait_close(fd);
	REQUIRE_EQ(gup_stop(*(int *)arg), 0);
}

TEST("gup_test.fork.the_child_keeps_what_the_parent_closes")
{
	long long pins = kernel_pins();
	int fd = gup_open();
	struct peer child;

	REQUIRE_EQ(gup_start(fd, map_pages(PAGES), PAGES, START_WRITE), 0);
	child = peer_start(stay, &fd);
	close(fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	peer_join(&child);
	REQUIRE_EQ(kernel_pins(), pins);
}

static void must_die(struct peer *child)
{
	REQUIRE(!kill(child->pid, SIGKILL));
	REQUIRE_EQ(waitpid(child->pid, NULL, 0), child->pid);
}

TEST("gup_test.kill.unpins")
{
	long long pins = kernel_pins();
	int none = -1;
	struct peer child = peer_start(start_and_wait, &none);

	peer_receive(child.fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	must_die(&child);
	REQUIRE_EQ(kernel_pins(), pins);
}

/*
 * A fault that nobody serves stops a call in the middle of its pages. The
 * slow calls keep the mmap lock and so do not wait for it.
 */
#define STOP_PAGES 64
#define STOP_AT 40

struct stopping {
	unsigned int cmd;
	int fd;
	char *memory;
};

static int run_stopping(const struct stopping *stopping)
{
	struct bench_args args = bench_args(stopping->memory, STOP_PAGES);

	if (stopping->cmd == START)
		return gup_start(stopping->fd, stopping->memory, STOP_PAGES,
				 START_WRITE | START_FAST);
	args.foll = 1;
	return gup_ioctl(stopping->fd, stopping->cmd, &args);
}

/* Before 6.2 a long-term pin keeps the lock, whichever call takes it. */
static void need_stop(unsigned int cmd)
{
	if (cmd == START &&
	    !device_takes(PINTEST_API_PIN_UNLOCKED, PINTEST_FOLL_LONGTERM))
		ktap_skip("long-term pins wait for no fault on this kernel");
}

/* Returns a descriptor that can be read when the call has stopped. */
static int prepare_stop(struct stopping *stopping)
{
	size_t i;

	need_stop(stopping->cmd);
	stopping->fd = gup_open();
	stopping->memory = map_untouched(STOP_PAGES);
	for (i = 0; i < STOP_AT; i++)
		stopping->memory[i * page_size] = 1;
	return stop_faults(stopping->memory + STOP_AT * page_size,
			   STOP_PAGES - STOP_AT);
}

static void await_stop(int uffd)
{
	struct pollfd event = { .fd = uffd, .events = POLLIN };

	REQUIRE_EQ(poll(&event, 1, -1), 1);
}

static void stop_in_the_middle(int fd, void *arg)
{
	struct stopping stopping = { .cmd = (uintptr_t)arg };

	peer_send_fd(fd, prepare_stop(&stopping));
	run_stopping(&stopping);
	FAIL("the call did not stop");
}

static void kill_in_the_middle(const void *arg)
{
	long long pins = kernel_pins();
	struct peer child;

	need_stop((uintptr_t)arg);
	child = peer_start(stop_in_the_middle, (void *)arg);
	await_stop(peer_receive_fd(child.fd));
	must_die(&child);
	REQUIRE_EQ(kernel_pins(), pins);
}

static void *thread_of(void *arg)
{
	return (void *)(intptr_t)run_stopping(arg);
}

/* The call has the file, whatever becomes of the descriptor. */
static void close_in_the_middle(const void *arg)
{
	struct stopping stopping = { .cmd = (uintptr_t)arg };
	int uffd = prepare_stop(&stopping);
	long long pins = kernel_pins();
	pthread_t thread;
	void *ret;

	REQUIRE(!pthread_create(&thread, NULL, thread_of, &stopping));
	await_stop(uffd);
	REQUIRE(!close(stopping.fd));
	/* Without its userfaultfd the memory is as any other. */
	close(uffd);
	REQUIRE(!pthread_join(thread, &ret));
	REQUIRE_EQ((intptr_t)ret, 0);
	REQUIRE_EQ(kernel_pins(), pins);
}

TEST_GROUP
{
	static const struct {
		const char *name;
		uintptr_t cmd;
	} calls[] = {
		{ "get-fast", GET_FAST },
		{ "pin-fast", PIN_FAST },
		{ "start", START },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		ktap_add(kill_in_the_middle, (void *)calls[i].cmd,
			 "gup_test.kill.in_the_middle_leaves_nothing.%s",
			 calls[i].name);
		ktap_add(close_in_the_middle, (void *)calls[i].cmd,
			 "gup_test.close.in_the_middle_leaves_nothing.%s",
			 calls[i].name);
	}
}

static void *stop_thread(void *arg)
{
	return (void *)(intptr_t)gup_stop(*(int *)arg);
}

/* STOP waits for the START that is under way, and then undoes it. */
TEST("gup_test.longterm.stop_waits_for_start")
{
	struct stopping stopping = { .cmd = START };
	int uffd = prepare_stop(&stopping);
	long long pins = kernel_pins();
	pthread_t starter, stopper;
	void *started, *stopped;

	REQUIRE(!pthread_create(&starter, NULL, thread_of, &stopping));
	await_stop(uffd);
	REQUIRE(!pthread_create(&stopper, NULL, stop_thread, &stopping.fd));
	close(uffd);
	REQUIRE(!pthread_join(starter, &started));
	REQUIRE(!pthread_join(stopper, &stopped));
	REQUIRE_EQ((intptr_t)started, 0);
	REQUIRE_EQ((intptr_t)stopped, 0);
	REQUIRE_EQ(kernel_pins(), pins);
}

#define ROUNDS 200

static void *start_stop_and_read(void *arg)
{
	int fd = *(int *)arg, i, ret;
	char *memory = map_pages(PAGES), *copy = map_untouched(PAGES);

	for (i = 0; i < ROUNDS; i++) {
		ret = gup_start(fd, memory, PAGES, i % 4);
		REQUIRE(!ret || ret == -EINVAL);
		ret = gup_read(fd, copy);
		REQUIRE(!ret || ret == -EINVAL);
		REQUIRE_EQ(gup_stop(fd), 0);
	}
	return NULL;
}

TEST("gup_test.threads.share_a_descriptor")
{
	long long pins = kernel_pins();
	int fd = gup_open();
	pthread_t threads[3];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		REQUIRE(!pthread_create(&threads[i], NULL,
					start_stop_and_read, &fd));
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		REQUIRE(!pthread_join(threads[i], NULL));
	REQUIRE_EQ(kernel_pins(), pins);
}
