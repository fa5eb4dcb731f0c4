// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a pin lasts: a pin is a file, and the last close unpins.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define PAGES 3

static int pin_some(uint32_t foll)
{
	return pin(map_pages(PAGES), PAGES, PINTEST_API_PIN, foll);
}

static void kill_and_reap(pid_t pid)
{
	REQUIRE(!kill(pid, SIGKILL));
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
}

/* Where the page was, nothing is mapped any more, and it is nowhere else. */
static void must_be_unmapped(const struct pintest_record *record)
{
	uint32_t mapped = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_WRITABLE |
			  PINTEST_PAGE_MAPPED_SAME;

	REQUIRE_EQ(record->flags_known & mapped, device_knows(mapped));
	REQUIRE_EQ(record->flags & mapped, 0);
	REQUIRE(!(record->fields & PINTEST_FIELD_MAPPED_PFN));
	REQUIRE_EQ(record->mapcount, 0);
}

static void must_be_unpinned(int fd)
{
	struct pintest_record record;
	char byte = 0;

	REQUIRE_EQ(unpin(fd, 0), -ENXIO);
	REQUIRE_EQ(records(fd, 0, &record, 1), -ENXIO);
	REQUIRE_EQ(records(fd, PAGES, &record, 1), -ENXIO);
	REQUIRE_EQ(records(fd, 0, &record, 0), -ENXIO);
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, 0)), -ENXIO);
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, PAGES * page_size)), -ENXIO);
	REQUIRE_EQ(SYS(read(fd, &byte, 1)), -ENXIO);
	REQUIRE_EQ(SYS(lseek(fd, 0, SEEK_END)), -ENXIO);
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return;
	REQUIRE_EQ(SYS(pwrite(fd, &byte, 1, 0)), -ENXIO);
	REQUIRE_EQ(SYS(pwrite(fd, &byte, 1, PAGES * page_size)), -ENXIO);
}

TEST("abi.handle.has_the_access_mode_of_its_flags")
{
	REQUIRE_EQ(fcntl(pin_some(0), F_GETFL) & O_ACCMODE, O_RDONLY);
	REQUIRE_EQ(fcntl(pin_some(PINTEST_FOLL_WRITE), F_GETFL) & O_ACCMODE,
		   O_RDWR);
}

TEST("abi.handle.close_unpins")
{
	long long pins = kernel_pins();
	uint32_t api;

	for_each_api(api, 0) {
		bool counted = api != PINTEST_API_GET &&
			       api != PINTEST_API_GET_FAST;
		int fd = pin(map_pages(PAGES), PAGES, api, 0);

		REQUIRE_EQ(kernel_pins() - pins, counted ? PAGES : 0);
		close(fd);
		REQUIRE_EQ(kernel_pins(), pins);
	}
}

TEST("abi.handle.the_last_duplicate_unpins")
{
	long long pins = kernel_pins();
	int fd = pin_some(0), other = dup(fd);

	close(fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	pin_must_have_page(other, 1, 1);
	close(other);
	REQUIRE_EQ(kernel_pins(), pins);
}

TEST("abi.unpin.leaves_nothing_to_do")
{
	long long pins = kernel_pins();
	int fd = pin_some(PINTEST_FOLL_WRITE), ro = pin_some(0);

	REQUIRE_EQ(unpin(fd, 0), 0);
	REQUIRE_EQ(unpin(ro, 0), 0);
	REQUIRE_EQ(kernel_pins(), pins);
	must_be_unpinned(fd);
	must_be_unpinned(ro);
	close(fd);
	close(ro);
	REQUIRE_EQ(kernel_pins(), pins);
}

TEST("abi.unpin.unknown_flag_is_EOPNOTSUPP")
{
	int fd = pin_some(PINTEST_FOLL_WRITE);
	unsigned int i;

	for (i = 1; i < 32; i++) {
		REQUIRE_EQ(unpin(fd, 1u << i), -EOPNOTSUPP);
		REQUIRE_EQ(unpin(fd, 1u << i | PINTEST_UNPIN_DIRTY),
			   -EOPNOTSUPP);
	}
	pin_must_have_page(fd, 0, 0);
}

TEST("abi.unpin.dirty_without_FOLL_WRITE_is_EACCES")
{
	int fd = pin_some(PINTEST_FOLL_LONGTERM);

	REQUIRE_EQ(unpin(fd, PINTEST_UNPIN_DIRTY), -EACCES);
	pin_must_have_page(fd, 0, 0);
	REQUIRE_EQ(unpin(fd, 0), 0);
}

static bool is_dirty(const char *page)
{
	int fd = pin(page, 1, PINTEST_API_PIN, 0);
	struct pintest_record record = record_of(fd, 0);

	close(fd);
	REQUIRE(record.flags_known & PINTEST_PAGE_DIRTY);
	return record.flags & PINTEST_PAGE_DIRTY;
}

/* Anonymous memory gets the flag from swap only, or from somebody like us. */
static void dirty_marks_only_if_asked(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_pages(PAGES);
	size_t i;
	int fd;

	need_api(api);
	fd = pin(memory, PAGES, api, PINTEST_FOLL_WRITE);
	REQUIRE_EQ(unpin(fd, 0), 0);
	for (i = 0; i < PAGES; i++)
		REQUIRE(!is_dirty(memory + i * page_size));
	fd = pin(memory, PAGES, api, PINTEST_FOLL_WRITE);
	REQUIRE_EQ(unpin(fd, PINTEST_UNPIN_DIRTY), 0);
	for (i = 0; i < PAGES; i++)
		REQUIRE(is_dirty(memory + i * page_size));
}

TEST_GROUP
{
	uintptr_t api;

	for (api = 0; api < NR_APIS; api++)
		ktap_add(dirty_marks_only_if_asked, (void *)api,
			 "abi.unpin.marks_dirty_only_if_asked.%s",
			 device_api_names[api]);
}

static void close_and_tell(int fd, void *arg)
{
	close(*(int *)arg);
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.fork.close_in_the_child_does_not_unpin")
{
	long long pins = kernel_pins();
	int fd = pin_some(0);
	struct peer child = peer_start(close_and_tell, &fd);

	peer_receive(child.fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	pin_must_have_page(fd, 2, 2);
	peer_join(&child);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	pin_must_have_page(fd, 2, 2);
}

static void use_until_told(int fd, void *arg)
{
	int pin_fd = *(int *)arg;

	pin_must_have_page(pin_fd, 1, 1);
	peer_send(fd, 0);
	peer_receive(fd);
	must_be_unpinned(pin_fd);
}

TEST("abi.fork.unpin_in_the_parent_is_seen_by_the_child")
{
	long long pins = kernel_pins();
	int fd = pin_some(PINTEST_FOLL_WRITE);
	struct peer child = peer_start(use_until_told, &fd);

	peer_receive(child.fd);
	REQUIRE_EQ(unpin(fd, 0), 0);
	REQUIRE_EQ(kernel_pins(), pins);
	peer_send(child.fd, 0);
	peer_join(&child);
}

TEST("abi.fork.the_child_keeps_what_the_parent_closes")
{
	long long pins = kernel_pins();
	int fd = pin_some(0);
	struct peer child = peer_start(use_until_told, &fd);

	peer_receive(child.fd);
	close(fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	kill_and_reap(child.pid);
	REQUIRE_EQ(kernel_pins(), pins);
}

static void exec_and_look(int fd __attribute__((unused)), void *arg)
{
	char script[80];

	snprintf(script, sizeof(script), "[ ! -e /proc/self/fd/%d ]",
		 *(int *)arg);
	execl("/bin/sh", "sh", "-c", script, NULL);
	FAIL("cannot run /bin/sh");
}

TEST("abi.exec.closes")
{
	int fd = pin_some(0);

	REQUIRE_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	in_child(exec_and_look, &fd);
	pin_must_have_page(fd, 0, 0);
}

/* The new program says that it runs, and stays. */
static void pin_and_exec(int fd, void *arg __attribute__((unused)))
{
	pin_some(0);
	REQUIRE_EQ(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	REQUIRE_EQ(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", "echo; read line", NULL);
	FAIL("cannot run /bin/sh");
}

TEST("abi.exec.unpins_what_only_this_process_had")
{
	long long pins = kernel_pins();
	struct peer child = peer_start(pin_and_exec, NULL);
	char byte;

	REQUIRE_EQ(SYS(recv(child.fd, &byte, 1, 0)), 1);
	REQUIRE_EQ(kernel_pins(), pins);
	kill_and_reap(child.pid);
}

/* Takes a pin from the socket, looks, and keeps it until told. */
static void receive_and_use(int fd, void *arg __attribute__((unused)))
{
	int pin_fd = peer_receive_fd(fd);

	pin_must_have_page(pin_fd, 1, 1);
	REQUIRE_EQ(record_of(pin_fd, 0).flags & PINTEST_PAGE_ANON,
		   PINTEST_PAGE_ANON);
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.scm_rights.the_receiver_keeps_the_pin")
{
	long long pins = kernel_pins();
	int fd = pin_some(0);
	struct peer child = peer_start(receive_and_use, NULL);

	peer_send_fd(child.fd, fd);
	close(fd);
	peer_receive(child.fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	peer_join(&child);
	REQUIRE_EQ(kernel_pins(), pins);
}

static void pin_and_send(int fd, void *arg __attribute__((unused)))
{
	peer_send_fd(fd, pin_some(PINTEST_FOLL_WRITE));
}

/* The pinner is gone: nothing is mapped, the bytes are there. */
TEST("abi.scm_rights.the_pin_outlives_the_pinner")
{
	long long pins = kernel_pins();
	struct peer child = peer_start(pin_and_send, NULL);
	int fd = peer_receive_fd(child.fd);
	struct pintest_record record;

	peer_join(&child);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	record = record_of(fd, 1);
	must_be_unmapped(&record);
	pin_must_have_page(fd, 1, 1);
	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 0)), 1);
	close(fd);
	REQUIRE_EQ(kernel_pins(), pins);
}

TEST("abi.scm_rights.a_pin_in_flight_ends_with_its_socket")
{
	long long pins = kernel_pins();
	int ends[2], fd = pin_some(0);

	REQUIRE(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	peer_send_fd(ends[0], fd);
	close(fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	close(ends[0]);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	close(ends[1]);
	REQUIRE_EQ(kernel_pins(), pins);
}

static void pin_and_stay(int fd, void *arg __attribute__((unused)))
{
	pin_some(PINTEST_FOLL_LONGTERM);
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.kill.unpins")
{
	long long pins = kernel_pins();
	struct peer child = peer_start(pin_and_stay, NULL);

	peer_receive(child.fd);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	kill_and_reap(child.pid);
	REQUIRE_EQ(kernel_pins(), pins);
}

/*
 * A fault that a userfaultfd is to serve, and never does, stops a pin in the
 * middle.
 */
#define STOP_PAGES 2048
#define STOP_AT 1500

static void pin_and_stop(int fd, void *arg)
{
	char *memory = map_untouched(STOP_PAGES);
	size_t i;

	for (i = 0; i < STOP_AT; i++)
		memory[i * page_size] = 1;
	peer_send_fd(fd, stop_faults(memory + STOP_AT * page_size,
				     STOP_PAGES - STOP_AT));
	pin(memory, STOP_PAGES, (uintptr_t)arg, PINTEST_FOLL_WRITE);
	FAIL("the pin did not stop");
}

static void kill_in_mid_pin_unpins(const void *arg)
{
	long long pins = kernel_pins();
	struct peer child = peer_start(pin_and_stop, (void *)arg);
	struct pollfd uffd = {
		.fd = peer_receive_fd(child.fd),
		.events = POLLIN,
	};

	REQUIRE_EQ(poll(&uffd, 1, -1), 1);
	REQUIRE(kernel_pins() - pins >= 1024);
	kill_and_reap(child.pid);
	REQUIRE_EQ(kernel_pins(), pins);
}

TEST_GROUP
{
	/* Others keep the mmap lock, and so fail where these wait. */
	static const uintptr_t waiting[] = {
		PINTEST_API_PIN_FAST, PINTEST_API_PIN_UNLOCKED,
		PINTEST_API_PIN_REMOTE_LOCKED,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		ktap_add(kill_in_mid_pin_unpins, (void *)waiting[i],
			 "abi.kill.in_mid_pin_unpins.%s",
			 device_api_names[waiting[i]]);
}

/* The call that does not drop the lock gets no page where it would wait. */
static void pin_up_to_the_stop(int fd, void *arg)
{
	char *memory = map_pages(4);
	struct pintest_pin_args args;

	(void)fd;
	REQUIRE(!munmap(memory + 2 * page_size, 2 * page_size));
	REQUIRE(mmap(memory + 2 * page_size, 2 * page_size,
		     PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		MAP_FAILED);
	stop_faults(memory + 2 * page_size, 2);
	args = pin_args(memory, 4, (uintptr_t)arg, PINTEST_FOLL_WRITE);
	REQUIRE(pin_try(&args) >= 0);
	REQUIRE_EQ(args.out_pages, 2);
	REQUIRE_EQ(args.out_errno, EFAULT);
}

TEST("abi.pin.remote_never_waits_for_a_userfaultfd")
{
	in_child(pin_up_to_the_stop, (void *)(uintptr_t)PINTEST_API_PIN);
	in_child(pin_up_to_the_stop,
		 (void *)(uintptr_t)PINTEST_API_PIN_REMOTE);
}

TEST("abi.pin.outlives_munmap")
{
	char *memory = map_pages(PAGES);
	int fd = pin(memory, PAGES, PINTEST_API_PIN, PINTEST_FOLL_WRITE);
	struct pintest_record record;

	REQUIRE(!munmap(memory, PAGES * page_size));
	record = record_of(fd, 2);
	REQUIRE_EQ(record.addr, (uintptr_t)memory + 2 * page_size);
	must_be_unmapped(&record);
	pin_must_have_page(fd, 2, 2);
}

static void touch_and_wait(int fd, void *arg)
{
	/* Exclusively the child's. */
	*(unsigned char *)arg = memory_byte(0);
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.pin.of_another_process_outlives_it")
{
	char *memory = map_pages(1);
	struct peer child = peer_start(touch_and_wait, memory);
	struct pintest_pin_args args =
		pin_args(memory, 1, PINTEST_API_PIN_REMOTE,
			 PINTEST_FOLL_WRITE);
	struct pintest_record record;
	int fd;

	peer_receive(child.fd);
	args.pid = child.pid;
	fd = pin_try(&args);
	REQUIRE(fd >= 0);
	REQUIRE_EQ(record_of(fd, 0).flags & PINTEST_PAGE_MAPPED_SAME,
		   device_knows(PINTEST_PAGE_MAPPED_SAME));
	peer_join(&child);
	record = record_of(fd, 0);
	must_be_unmapped(&record);
	pin_must_have_page(fd, 0, 0);
}

TEST("abi.pin.without_a_free_descriptor_is_EMFILE")
{
	char *page = map_pages(1);
	struct pintest_pin_args args = pin_args(page, 1, PINTEST_API_PIN, 0);
	struct rlimit limit = { .rlim_cur = 3, .rlim_max = 3 };
	long long pins = kernel_pins();
	int ret;

	device();
	REQUIRE(!setrlimit(RLIMIT_NOFILE, &limit));
	ret = pin_try(&args);
	limit.rlim_cur = limit.rlim_max = 64;
	REQUIRE(!setrlimit(RLIMIT_NOFILE, &limit));
	REQUIRE_EQ(ret, -EMFILE);
	REQUIRE_EQ(kernel_pins(), pins);
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}

/* One line of /proc/self/fdinfo/FD, behind its name. */
static void fdinfo_must_say(int fd, const char *name, const char *wanted)
{
	char path[48], line[128], all[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	snprintf(all, sizeof(all), "%s:\t%s\n", name, wanted);
	file = fopen(path, "re");
	REQUIRE(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strcmp(line, all)) {
			fclose(file);
			return;
		}
	}
	FAIL("%s does not say %s: %s", path, name, wanted);
}

TEST("abi.handle.fdinfo_tells_what_is_pinned")
{
	char *memory = map_pages(PAGES), text[32];
	int fd = pin(memory, PAGES, PINTEST_API_PIN_UNLOCKED,
		     PINTEST_FOLL_WRITE | PINTEST_FOLL_FORCE);

	snprintf(text, sizeof(text), "%p", memory);
	fdinfo_must_say(fd, "pin-addr", text);
	snprintf(text, sizeof(text), "%zu", PAGES * page_size);
	fdinfo_must_say(fd, "pin-length", text);
	fdinfo_must_say(fd, "pin-api", "2");
	fdinfo_must_say(fd, "pin-foll", "0x3");
	fdinfo_must_say(fd, "pin-held", "1");
	REQUIRE_EQ(unpin(fd, 0), 0);
	fdinfo_must_say(fd, "pin-held", "0");
}
