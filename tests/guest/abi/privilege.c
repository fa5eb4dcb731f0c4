// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what: root opens the device, and whoever was given a descriptor
 * may use it on his own memory but learns no page frame numbers.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define PFN_FIELDS (PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN)

TEST("abi.device.is_for_root_only")
{
	struct stat stat_buffer;

	REQUIRE(!stat(PINTEST_DEVICE, &stat_buffer));
	REQUIRE(S_ISCHR(stat_buffer.st_mode));
	REQUIRE_EQ(stat_buffer.st_mode & 07777, 0600);
	REQUIRE_EQ(stat_buffer.st_uid, 0);
	become_nobody();
	REQUIRE_EQ(SYS(open(PINTEST_DEVICE, O_RDWR)), -EACCES);
	REQUIRE_EQ(SYS(open(PINTEST_DEVICE, O_RDONLY)), -EACCES);
}

static void pfns_must_show(const struct pintest_record *record, bool show)
{
	bool known = record->fields & PINTEST_FIELD_PFN;
	bool mapped = record->fields & PINTEST_FIELD_MAPPED_PFN;

	REQUIRE_EQ(known, show);
	REQUIRE_EQ(record->pfn != 0, show);
	show &= device_knows(PINTEST_PAGE_MAPPED) != 0;
	REQUIRE_EQ(mapped, show);
	REQUIRE_EQ(record->mapped_pfn != 0, show);
}

/* Everything but the numbers of frames. */
static void only_pfns_may_differ(struct pintest_record a,
				 struct pintest_record b)
{
	a.fields &= ~PFN_FIELDS;
	b.fields &= ~PFN_FIELDS;
	a.pfn = b.pfn;
	a.mapped_pfn = b.mapped_pfn;
	REQUIRE(same_state(a, b));
}

/* A pinned page by RECORDS and by INSPECT, if there is that. */
struct views {
	struct pintest_record pinned;
	struct pintest_record mapped;
};

static struct views look_at(int fd, const char *memory)
{
	struct views views = { .pinned = record_of(fd, 0) };

	views.mapped = views.pinned;
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(inspect_all(0, (uintptr_t)memory, page_size,
				       &views.mapped, 1), 1);
	return views;
}

/* The same page as root and as somebody that @step makes of this process. */
static void must_hide_pfns(void (*step)(void))
{
	char *memory = map_pages(1);
	int fd = pin(memory, 1, PINTEST_API_PIN, 0);
	struct views shown = look_at(fd, memory), hidden;

	pfns_must_show(&shown.pinned, true);
	pfns_must_show(&shown.mapped, true);
	step();
	hidden = look_at(fd, memory);
	pfns_must_show(&hidden.pinned, false);
	pfns_must_show(&hidden.mapped, false);
	only_pfns_may_differ(hidden.pinned, shown.pinned);
	only_pfns_may_differ(hidden.mapped, shown.mapped);
}

TEST("abi.pfns.are_hidden_from_nobody")
{
	device();
	must_hide_pfns(become_nobody);
}

static void lose_sys_admin(void)
{
	drop_capability(CAP_SYS_ADMIN);
}

TEST("abi.pfns.need_CAP_SYS_ADMIN")
{
	must_hide_pfns(lose_sys_admin);
}

/* All capabilities in it, none outside. */
static void enter_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		ktap_skip("no user namespaces here: %s", strerror(errno));
}

TEST("abi.pfns.are_hidden_in_a_user_namespace")
{
	must_hide_pfns(enter_user_namespace);
}

/* Descriptors opened by root still work. */
static void own_memory_must_work(void)
{
	char *memory = map_pages(2);
	uint32_t api;
	int fd;

	for_each_api(api, PINTEST_FOLL_WRITE) {
		fd = pin(memory, 2, api, PINTEST_FOLL_WRITE);
		pin_must_have_page(fd, 1, 1);
		look_at(fd, memory);
		REQUIRE_EQ(unpin(fd, PINTEST_UNPIN_DIRTY), 0);
		close(fd);
	}
}

/* Remote calls on @pid: allowed or EPERM. */
static void remote_must_give(pid_t pid, const char *memory, int error)
{
	struct pintest_record record;
	uint64_t next;
	uint32_t api;
	int fd;

	for (api = 0; api < NR_APIS; api++) {
		struct pintest_pin_args args = pin_args(memory, 1, api, 0);

		if (!device_is_remote(api))
			continue;
		args.pid = pid;
		if (error) {
			pin_must_fail(&args, error);
			continue;
		}
		fd = pin_try(&args);
		REQUIRE(fd >= 0);
		close(fd);
	}
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(inspect(pid, (uintptr_t)memory, page_size, &record,
				   1, &next), error ? error : 1);
}

/* A child of ours, an idle one, and init: none but we ourselves. */
static void others_must_be_EPERM(void (*step)(void))
{
	char *memory = map_pages(1);
	struct peer child = peer_idle();

	device();
	remote_must_give(child.pid, memory, 0);
	step();
	own_memory_must_work();
	remote_must_give(0, memory, 0);
	remote_must_give(getpid(), memory, 0);
	remote_must_give(child.pid, memory, -EPERM);
	remote_must_give(1, memory, -EPERM);
	peer_join(&child);
}

TEST("abi.pid.of_others_is_EPERM_for_nobody")
{
	others_must_be_EPERM(become_nobody);
}

static void lose_sys_ptrace(void)
{
	drop_capability(CAP_SYS_PTRACE);
}

TEST("abi.pid.of_others_needs_CAP_SYS_PTRACE")
{
	others_must_be_EPERM(lose_sys_ptrace);
}

TEST("abi.pid.of_others_is_EPERM_from_a_user_namespace")
{
	others_must_be_EPERM(enter_user_namespace);
}

static void exec_and_stay(int fd, void *arg __attribute__((unused)))
{
	REQUIRE_EQ(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	REQUIRE_EQ(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", "echo; read line", NULL);
	FAIL("cannot run /bin/sh");
}

/* The first range in /proc/PID/maps: a program's own text, surely mapped. */
static uint64_t first_mapping(pid_t pid)
{
	unsigned long long start;
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	file = fopen(path, "re");
	REQUIRE(file);
	REQUIRE_EQ(fscanf(file, "%llx-", &start), 1);
	fclose(file);
	return start;
}

/* Memory that was made in the namespace, which a fork's is not. */
TEST("abi.pid.of_others_is_allowed_over_ones_own_user_namespace")
{
	struct pintest_record record;
	struct peer child;
	uint64_t next;
	char byte;
	int ret;

	device();
	enter_user_namespace();
	child = peer_start(exec_and_stay, NULL);
	REQUIRE_EQ(SYS(read(child.fd, &byte, 1)), 1);
	ret = inspect(child.pid, first_mapping(child.pid), page_size, &record,
		      1, &next);
	if (ret == -EPERM)
		ktap_skip("this kernel does not tell whose memory it is");
	REQUIRE_EQ(ret, 1);
	remote_must_give(child.pid,
			 (char *)(uintptr_t)first_mapping(child.pid), 0);
}

/* Whoever reads, not whoever pinned, decides what is shown. */
static void read_as_nobody(int fd __attribute__((unused)), void *arg)
{
	struct pintest_record record;

	become_nobody();
	record = record_of(*(int *)arg, 0);
	pfns_must_show(&record, false);
}

TEST("abi.pfns.are_shown_to_the_reader_not_the_pinner")
{
	int fd = pin(map_pages(1), 1, PINTEST_API_PIN, 0);
	struct pintest_record record;

	in_child(read_as_nobody, &fd);
	record = record_of(fd, 0);
	pfns_must_show(&record, true);
}
