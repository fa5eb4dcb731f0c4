// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACE: each call of ours is seen as it was made, what it took is known until it
 * is given back, and the sum is the kernel's own.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define BEGINNINGS 100

#define ALL_CALLS (PINTEST_CALLS_PIN | PINTEST_CALLS_GET | PINTEST_CALLS_UNPIN)

static struct pintest_trace_args trace_args(void)
{
	return (struct pintest_trace_args){
		.size = sizeof(struct pintest_trace_args),
		.flags = PINTEST_TRACE_FOLLOW,
		.calls = ALL_CALLS,
		.pid = getpid(),
		.callers = PINTEST_CALLERS,
		.events = 1024,
		.event_size = sizeof(struct pintest_event),
	};
}

/* A trace, or -errno. */
static int trace_try(struct pintest_trace_args *args)
{
	int ret = device_ioctl(device(), PINTEST_IOC_TRACE, args);

	return ret ? ret : args->out_fd;
}

static int trace(struct pintest_trace_args args)
{
	int fd = trace_try(&args);

	if (fd == -EBADRQC)
		ktap_skip("this kernel lets no call be watched");
	REQUIRE(fd >= 0);
	return fd;
}

static void trace_must_fail(struct pintest_trace_args args, int error)
{
	int free_fd = lowest_free_fd();

	REQUIRE_EQ(trace_try(&args), error);
	REQUIRE_EQ(lowest_free_fd(), free_fd);
}

static struct pintest_status_args status_of(int fd)
{
	struct pintest_status_args args = { .size = sizeof(args) };

	REQUIRE_EQ(device_ioctl(fd, PINTEST_IOC_STATUS, &args), 0);
	return args;
}

/* The next event that is not of a call inside another one. */
static struct pintest_event next_event(int fd)
{
	struct pintest_event event;

	do
		REQUIRE_EQ(SYS(read(fd, &event, sizeof(event))), sizeof(event));
	while (event.flags & PINTEST_EVENT_NESTED);
	return event;
}

static bool has_event(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

static int held(int fd, uint64_t first, struct pintest_event *events,
		uint32_t count)
{
	struct pintest_held_args args = {
		.size = sizeof(args),
		.first = first,
		.events = (uintptr_t)events,
		.count = count,
	};
	int ret = device_ioctl(fd, PINTEST_IOC_HELD, &args);

	return ret ? ret : (int)args.out_count;
}

static int held_records(int fd, uint64_t id, uint64_t *first,
			struct pintest_record *records, uint32_t count)
{
	struct pintest_held_records_args args = {
		.size = sizeof(args),
		.record_size = sizeof(*records),
		.id = id,
		.first = *first,
		.records = (uintptr_t)records,
		.count = count,
	};
	int ret = device_ioctl(fd, PINTEST_IOC_HELD_RECORDS, &args);

	if (ret)
		return ret;
	*first = args.out_next;
	return args.out_count;
}

static int who(int fd, uint64_t pfn, struct pintest_holder *holders,
	       uint32_t count)
{
	struct pintest_who_args args = {
		.size = sizeof(args),
		.pfn = pfn,
		.holders = (uintptr_t)holders,
		.count = count,
	};
	int ret = device_ioctl(fd, PINTEST_IOC_WHO, &args);

	return ret ? ret : (int)args.out_count;
}

static void held_must_be_the_kernels(int fd, long long before)
{
	REQUIRE_EQ(status_of(fd).out_held, kernel_pins() - before);
	REQUIRE_EQ(status_of(fd).out_missed, 0);
	REQUIRE_EQ(status_of(fd).out_not_followed, 0);
}

TEST("abi.trace.arguments_are_checked")
{
	struct pintest_trace_args args = trace_args();

	args.flags = 4;
	trace_must_fail(args, -EOPNOTSUPP);
	args = trace_args();
	args.calls = 1 << 23;
	trace_must_fail(args, -EOPNOTSUPP);
	args = trace_args();
	args.callers = PINTEST_CALLERS + 1;
	trace_must_fail(args, -EINVAL);
	args = trace_args();
	args.events = PINTEST_TRACE_EVENTS + 1;
	trace_must_fail(args, -EINVAL);
	args = trace_args();
	args.event_size -= 8;
	trace_must_fail(args, -EINVAL);
	args.event_size += 12;
	trace_must_fail(args, -EINVAL);
}

TEST("abi.trace.join_with_no_trace_is_ENOENT")
{
	struct pintest_trace_args args = trace_args();
	int fd;

	args.flags |= PINTEST_TRACE_JOIN;
	trace_must_fail(args, -ENOENT);
	args.flags = 0;
	fd = trace(args);
	args.flags = PINTEST_TRACE_JOIN;
	trace_must_fail(args, -ENOENT);
	close(fd);
}

TEST("abi.trace.pid_that_nobody_has_is_ESRCH")
{
	struct pintest_trace_args args = trace_args();
	struct peer gone = peer_idle();

	peer_join(&gone);
	args.pid = gone.pid;
	trace_must_fail(args, -ESRCH);
}

static void lack_capability(int fd __attribute__((unused)),
			    void *arg __attribute__((unused)))
{
	drop_capability(CAP_SYS_ADMIN);
	trace_must_fail(trace_args(), -EPERM);
}

TEST("abi.trace.takes_CAP_SYS_ADMIN")
{
	in_child(lack_capability, NULL);
}

TEST("abi.trace.that_does_not_follow_knows_no_pins")
{
	struct pintest_trace_args args = trace_args();
	struct pintest_record record;
	struct pintest_event event;
	struct pintest_holder holder;
	uint64_t first = 0;
	int fd;

	args.flags = 0;
	fd = trace(args);
	REQUIRE_EQ(held(fd, 0, &event, 1), -ENXIO);
	REQUIRE_EQ(held_records(fd, 1, &first, &record, 1), -ENXIO);
	REQUIRE_EQ(who(fd, 1, &holder, 1), -ENXIO);
	close(fd);
}

static const uint32_t calls_of[NR_APIS] = {
	[PINTEST_API_PIN] = PINTEST_CALL_PIN_USER_PAGES,
	[PINTEST_API_PIN_FAST] = PINTEST_CALL_PIN_USER_PAGES_FAST,
	[PINTEST_API_PIN_UNLOCKED] = PINTEST_CALL_PIN_USER_PAGES_UNLOCKED,
	[PINTEST_API_PIN_REMOTE] = PINTEST_CALL_PIN_USER_PAGES_REMOTE,
	[PINTEST_API_PIN_REMOTE_LOCKED] = PINTEST_CALL_PIN_USER_PAGES_REMOTE,
	[PINTEST_API_GET] = PINTEST_CALL_GET_USER_PAGES,
	[PINTEST_API_GET_FAST] = PINTEST_CALL_GET_USER_PAGES_FAST,
	[PINTEST_API_PIN_ITER] = PINTEST_CALL_PIN_USER_PAGES_FAST,
};

static bool is_get(uint32_t api)
{
	return api == PINTEST_API_GET || api == PINTEST_API_GET_FAST;
}

static void call_is_seen_as_it_is(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_pages(5);
	long long before = kernel_pins();
	struct pintest_event event;
	int fd, pinned;

	need_api(api);
	fd = trace(trace_args());
	pinned = pin(memory, 5, api, PINTEST_FOLL_WRITE);
	event = next_event(fd);
	REQUIRE_EQ(event.call, calls_of[api]);
	REQUIRE_EQ(event.addr, (uintptr_t)memory);
	REQUIRE_EQ(event.pages, 5);
	REQUIRE_EQ(event.result, 5);
	REQUIRE_EQ(event.foll & ~PINTEST_FOLL_INTERRUPTIBLE,
		   PINTEST_FOLL_WRITE);
	REQUIRE_EQ(event.other_foll, 0);
	REQUIRE_EQ(event.pid, getpid());
	REQUIRE_EQ(event.owner, getpid());
	REQUIRE_EQ(event.pins, is_get(api) ? 0 : 5);
	REQUIRE(event.nr_callers >= 2);
	held_must_be_the_kernels(fd, before);
	close(pinned);
	if (!is_get(api)) {
		event = next_event(fd);
		REQUIRE(PINTEST_CALLS_UNPIN >> event.call & 1);
		REQUIRE_EQ(event.pins, 5);
	}
	REQUIRE(!has_event(fd));
	held_must_be_the_kernels(fd, before);
	close(fd);
}

TEST_GROUP
{
	uintptr_t api;

	for (api = 0; api < NR_APIS; api++)
		ktap_add(call_is_seen_as_it_is, (void *)api,
			 "abi.trace.call_is_seen_as_it_is.%s",
			 device_api_names[api]);
}

TEST("abi.trace.call_that_fails_is_seen")
{
	struct pintest_pin_args args =
		pin_args(map_nothing(1), 1, PINTEST_API_PIN_FAST, 0);
	int fd = trace(trace_args());
	struct pintest_event event;

	REQUIRE_EQ(pin_try(&args), -EFAULT);
	event = next_event(fd);
	REQUIRE_EQ(event.result, -EFAULT);
	REQUIRE_EQ(event.pins, 0);
	REQUIRE_EQ(event.id, 0);
	close(fd);
}

/* The caller is named, with the module that it is in. */
TEST("abi.trace.symbol_names_function_and_module")
{
	struct pintest_symbol_args args = { .size = sizeof(args) };
	int fd = trace(trace_args());
	struct pintest_event event;

	close(pin(map_pages(1), 1, PINTEST_API_PIN_FAST, 0));
	event = next_event(fd);
	args.addr = event.callers[0];
	REQUIRE_EQ(device_ioctl(fd, PINTEST_IOC_SYMBOL, &args), 0);
	if (!strstr(args.out_name, "[pintest]"))
		FAIL("the caller is %s", args.out_name);
	args.addr = 1;
	REQUIRE_EQ(device_ioctl(fd, PINTEST_IOC_SYMBOL, &args), 0);
	REQUIRE(!strncmp(args.out_name, "0x", 2));
	close(fd);
}

/* What is told of a pin of another one is what its owner is told. */
TEST("abi.trace.held_has_the_records_of_the_pin")
{
	struct pintest_record mine, told[4];
	struct pintest_event event;
	int fd = trace(trace_args());
	int pinned = pin(map_pages(3), 3, PINTEST_API_PIN_FAST, 0);
	uint64_t first = 0, i;

	need_mapped();
	REQUIRE_EQ(held(fd, 0, &event, 1), 1);
	REQUIRE_EQ(event.pins, 3);
	REQUIRE_EQ(held(fd, event.id + 1, &event, 1), 0);
	REQUIRE_EQ(held_records(fd, event.id, &first, told, 4), 3);
	REQUIRE_EQ(first, 3);
	for (i = 0; i < 3; i++) {
		mine = record_of(pinned, i);
		REQUIRE(same_state(mine, told[i]));
		REQUIRE(told[i].flags & PINTEST_PAGE_MAPPED_SAME);
	}
	REQUIRE_EQ(held_records(fd, event.id, &first, told, 4), 0);
	close(pinned);
	first = 0;
	REQUIRE_EQ(held_records(fd, event.id, &first, told, 4), -ENOENT);
	close(fd);
}

TEST("abi.trace.held_tells_of_a_page_that_is_stale")
{
	struct pintest_record record;
	struct pintest_event event;
	char *memory = map_pages(1);
	int fd = trace(trace_args());
	int pinned = pin(memory, 1, PINTEST_API_PIN_FAST, 0);
	uint64_t first = 0;

	need_mapped();
	REQUIRE(!madvise(memory, page_size, MADV_DONTNEED));
	*memory = 1;
	REQUIRE_EQ(held(fd, 0, &event, 1), 1);
	REQUIRE_EQ(held_records(fd, event.id, &first, &record, 1), 1);
	REQUIRE(record.flags & PINTEST_PAGE_MAPPED);
	REQUIRE(!(record.flags & PINTEST_PAGE_MAPPED_SAME));
	close(pinned);
	close(fd);
}

TEST("abi.trace.who_holds_a_page")
{
	char *memory = map_pages(1);
	int fd = trace(trace_args());
	int one = pin(memory, 1, PINTEST_API_PIN_FAST, 0);
	int two = pin(memory, 1, PINTEST_API_PIN, 0);
	struct pintest_holder holders[3];
	uint64_t pfn = record_of(one, 0).pfn;

	REQUIRE_EQ(who(fd, pfn, holders, 3), 2);
	REQUIRE_EQ(holders[0].pins, 1);
	REQUIRE(holders[0].id != holders[1].id);
	REQUIRE_EQ(who(fd, pfn, holders, 1), 1);
	REQUIRE_EQ(who(fd, pfn, holders, 257), -EINVAL);
	REQUIRE_EQ(who(fd, -1ULL, holders, 1), -ENOENT);
	close(one);
	REQUIRE_EQ(who(fd, pfn, holders, 3), 1);
	close(two);
	REQUIRE_EQ(who(fd, pfn, holders, 3), 0);
	close(fd);
}

TEST("abi.trace.pin_before_it_has_no_taker")
{
	int pinned = pin(map_pages(2), 2, PINTEST_API_PIN_FAST, 0);
	int fd = trace(trace_args());

	REQUIRE_EQ(status_of(fd).out_held, 0);
	close(pinned);
	REQUIRE_EQ(next_event(fd).pins, 0);
	REQUIRE_EQ(status_of(fd).out_untracked, 2);
	REQUIRE_EQ(status_of(fd).out_held, 0);
	close(fd);
}

TEST("abi.trace.events_without_room_are_counted")
{
	struct pintest_trace_args args = trace_args();
	struct pintest_event event;
	int fd, i;

	args.events = 2;
	args.calls = PINTEST_CALLS_PIN;
	fd = trace(args);
	for (i = 0; i < 5; i++)
		close(pin(map_pages(1), 1, PINTEST_API_PIN_FAST, 0));
	REQUIRE_EQ(status_of(fd).out_lost, 3);
	REQUIRE_EQ(status_of(fd).out_held, 0);
	next_event(fd);
	next_event(fd);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	REQUIRE_EQ(SYS(read(fd, &event, sizeof(event))), -EAGAIN);
	REQUIRE_EQ(SYS(read(fd, &event, sizeof(event) - 1)), -EINVAL);
	close(fd);
}

TEST("abi.trace.event_that_cannot_be_handed_over_stays")
{
	int fd = trace(trace_args());

	close(pin(map_pages(1), 1, PINTEST_API_PIN_FAST, 0));
	REQUIRE_EQ(SYS(read(fd, map_nothing(1), page_size)), -EFAULT);
	REQUIRE_EQ(next_event(fd).result, 1);
	close(fd);
}

static void wait_for_event(int fd, void *arg)
{
	struct pintest_event event;
	int trace_fd = *(int *)arg;

	peer_send(fd, 0);
	REQUIRE_EQ(SYS(read(trace_fd, &event, sizeof(event))), sizeof(event));
	peer_send(fd, event.pages);
}

TEST("abi.trace.reader_is_woken")
{
	int fd = trace(trace_args());
	struct peer reader = peer_start(wait_for_event, &fd);

	peer_receive(reader.fd);
	close(pin(map_pages(4), 4, PINTEST_API_PIN_FAST, 0));
	REQUIRE_EQ(peer_receive(reader.fd), 4);
	peer_join(&reader);
	close(fd);
}

static void trace_and_wait(int fd, void *arg __attribute__((unused)))
{
	trace(trace_args());
	pin(map_pages(3), 3, PINTEST_API_PIN_FAST, 0);
	peer_send(fd, 0);
	peer_wait_close(fd);
}

/* What is left of it, the harness looks for. */
TEST("abi.trace.ends_when_its_reader_is_killed")
{
	struct pintest_trace_args args = trace_args();
	struct peer reader;
	int status;

	reader = peer_start(trace_and_wait, NULL);
	peer_receive(reader.fd);
	REQUIRE(!kill(reader.pid, SIGKILL));
	REQUIRE_EQ(SYS(waitpid(reader.pid, &status, 0)), reader.pid);
	args.flags |= PINTEST_TRACE_JOIN;
	trace_must_fail(args, -ENOENT);
	close(reader.fd);
}

static void pin_and_wait(int fd, void *arg)
{
	pin(arg, 3, PINTEST_API_PIN_FAST, 0);
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.trace.pins_of_a_killed_process_are_given_back")
{
	char *memory = map_pages(3);
	long long before = kernel_pins();
	int fd = trace(trace_args());
	struct pintest_event event;
	struct peer pinner;
	int status;

	pinner = peer_start(pin_and_wait, memory);
	peer_receive(pinner.fd);
	REQUIRE_EQ(held(fd, 0, &event, 1), 1);
	REQUIRE_EQ(event.tgid, pinner.pid);
	held_must_be_the_kernels(fd, before);
	REQUIRE(!kill(pinner.pid, SIGKILL));
	REQUIRE_EQ(SYS(waitpid(pinner.pid, &status, 0)), pinner.pid);
	REQUIRE_EQ(held(fd, 0, &event, 1), 0);
	held_must_be_the_kernels(fd, before);
	close(pinner.fd);
	close(fd);
}

static void pin_for_ever(int fd, void *arg)
{
	struct iovec to = { arg, 8 * page_size }, from = to;

	peer_send(fd, 0);
	for (;;) {
		close(pin(arg, 8, PINTEST_API_PIN_FAST, PINTEST_FOLL_WRITE));
		process_vm_readv(getpid(), &to, 1, &from, 1, 0);
	}
}

/*
 * Probes that come and go while calls are under way: whoever counts a pin must see
 * it given back, whichever probe came first.
 */
TEST("abi.trace.begins_and_ends_under_load")
{
	char *memory = map_pages(8);
	long long before = kernel_pins();
	struct peer loads[2];
	int fd = -1, i, status;

	if (getenv("PINTEST_VM") && sysconf(_SC_NPROCESSORS_ONLN) > 1)
		ktap_skip("emulated processors meet breakpoints that are gone: boot with --smp 1");
	for (i = 0; i < 2; i++) {
		loads[i] = peer_start(pin_for_ever, memory);
		peer_receive(loads[i].fd);
	}
	for (i = 0; i < BEGINNINGS; i++) {
		close(fd);
		fd = trace(trace_args());
	}
	for (i = 0; i < 2; i++) {
		REQUIRE(!kill(loads[i].pid, SIGKILL));
		REQUIRE_EQ(SYS(waitpid(loads[i].pid, &status, 0)),
			   loads[i].pid);
		close(loads[i].fd);
	}
	REQUIRE_EQ(kernel_pins(), before);
	held_must_be_the_kernels(fd, before);
	close(fd);
}
