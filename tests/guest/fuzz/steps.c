// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the steps of a program do. Nothing here can fail: a step whose time has
 * not come gets its error from the kernel, and that is that.
 *
 * Memory is only ever touched by the kernel on our behalf, so that a region
 * that another thread has just taken away is an EFAULT and not a signal.
 */
#include <fcntl.h>
#include <linux/pintest.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "../../../module/gup_test.h"
#include "memory.h"
#include "steps.h"

#define NR_REGIONS	6
#define NR_SLOTS	6
#define MAX_PAGES	1040
#define REGION_SIZE	(4096 * page_size)
#define FIRST_REGION	0x100000000000UL

/* What the threads share. */
static int device_fd, gup_test_fd, null_fd, zero_fd;
static int slots[NR_SLOTS];
static char buffer[1 << 16];

bool steps_have_gup_test;

_Thread_local struct child step_child;

static char *region_of(uint64_t n)
{
	return (char *)FIRST_REGION + n % NR_REGIONS * REGION_SIZE;
}

static char *address_of(const uint64_t *args)
{
	return region_of(args[0]) + args[1] % MAX_PAGES * page_size;
}

static size_t size_of(uint64_t pages)
{
	return (1 + pages % MAX_PAGES) * page_size;
}

static int *slot_of(uint64_t n)
{
	return &slots[n % NR_SLOTS];
}

static int fd_in(uint64_t n)
{
	return __atomic_load_n(slot_of(n), __ATOMIC_RELAXED);
}

static void put_fd(uint64_t n, int fd)
{
	int old;

	if (fd < 0)
		return;
	old = __atomic_exchange_n(slot_of(n), fd, __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
}

/* Regions, nowhere, where no user may, and memory that nobody takes away. */
static char *buffer_of(uint64_t n)
{
	switch (n % 16) {
	case 0:
		return NULL;
	case 1:
		return (char *)-4096L;
	case 2:
		return (char *)0x7ffffffff000;
	case 3 ... 6:
		return region_of(n) + n / 16 % page_size;
	default:
		return buffer;
	}
}

static pid_t process_of(uint64_t n)
{
	switch (n % 8) {
	case 0:
		return getpid();
	case 1:
		return getppid();
	case 2:
		return 1;
	case 3:
		return -1;
	case 4:
		return 0x7fffffff;
	case 5:
		return 2;
	default:
		return 0;
	}
}

/* A tweak spoils a field, number in the low bits, with what is in the rest. */
static void tweak(void *args, size_t size, uint64_t how)
{
	size_t words = size / sizeof(uint32_t);
	uint32_t *word = (uint32_t *)args + how % 16 % words;

	if (!how)
		return;
	*word = how >> 4;
	if (word == args)
		*word = size + (int8_t)(how >> 4);
}

static void step_map(const uint64_t *args)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS, prot = PROT_READ | PROT_WRITE;
	size_t size = size_of(args[2]);
	int fd = -1;

	switch (args[1] % 8) {
	case 1:
		flags = MAP_SHARED | MAP_ANONYMOUS;
		break;
	case 2:
	case 3:
		flags = args[1] % 8 == 2 ? MAP_SHARED : MAP_PRIVATE;
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		if (ftruncate(fd, size / (1 + args[1] / 8 % 2)))
			size = page_size;
		break;
	case 4:
		flags |= MAP_HUGETLB;
		size = (size + (2 << 20) - 1) & ~((2UL << 20) - 1);
		break;
	case 5:
		prot = PROT_NONE;
		break;
	case 6:
		flags = MAP_SHARED;
		fd = syscall(SYS_memfd_secret, 0);
		if (fd < 0 || ftruncate(fd, size))
			flags |= MAP_ANONYMOUS;
		break;
	case 7:
		size = 2 << 20;
		break;
	}
	mmap(region_of(args[0]), size, prot, flags | MAP_FIXED, fd, 0);
	if (args[1] % 8 == 7)
		madvise(region_of(args[0]), size, MADV_HUGEPAGE);
	if (fd >= 0)
		close(fd);
}

static void step_unmap(const uint64_t *args)
{
	munmap(address_of(args), size_of(args[2]));
}

static void step_move(const uint64_t *args)
{
	mremap(region_of(args[0]), size_of(8), size_of(8),
	       MREMAP_MAYMOVE | MREMAP_FIXED, region_of(args[1]));
}

static void step_store(const uint64_t *args)
{
	if (read(zero_fd, address_of(args), size_of(args[2])) < 0)
		return;
}

static void step_load(const uint64_t *args)
{
	struct iovec to = { .iov_base = buffer, .iov_len = sizeof(buffer) };
	struct iovec from = {
		.iov_base = address_of(args),
		.iov_len = size_of(args[2]),
	};

	process_vm_readv(getpid(), &to, 1, &from, 1, 0);
}

static void step_protect(const uint64_t *args)
{
	static const int protections[] = {
		PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_WRITE,
	};

	mprotect(address_of(args), size_of(args[2]), protections[args[3] % 4]);
}

static void step_advise(const uint64_t *args)
{
	static const int advices[] = {
		MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
		MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_REMOVE, MADV_DONTFORK,
		MADV_DOFORK, MADV_WIPEONFORK, MADV_COLD, MADV_PAGEOUT,
		MADV_WILLNEED, MADV_POPULATE_READ, MADV_POPULATE_WRITE, 25,
	};

	madvise(address_of(args), size_of(args[2]), advices[args[3] % 16]);
}

static void step_lock(const uint64_t *args)
{
	if (args[3] % 2)
		mlock(address_of(args), size_of(args[2]));
	else
		munlock(address_of(args), size_of(args[2]));
}

static void step_info(const uint64_t *args)
{
	struct pintest_info_args info = {
		.size = sizeof(info),
		.api = args[0] % 8,
	};

	tweak(&info, sizeof(info), args[1]);
	ioctl(device_fd, PINTEST_IOC_INFO, &info);
}

static void do_pin(uint64_t slot, struct pintest_pin_args *pin)
{
	if (!ioctl(device_fd, PINTEST_IOC_PIN, pin))
		put_fd(slot, pin->out_fd);
}

static void step_pin(const uint64_t *args)
{
	struct pintest_pin_args pin = {
		.size = sizeof(pin),
		.api = args[4] % 8,
		.addr = (uintptr_t)address_of(args + 1),
		.length = size_of(args[3]),
		.foll = args[5],
		.charge = args[4] / 8 % 3,
	};

	tweak(&pin, sizeof(pin), args[6]);
	do_pin(args[0], &pin);
}

static void step_pinother(const uint64_t *args)
{
	struct pintest_pin_args pin = {
		.size = sizeof(pin),
		.api = args[3] % 8,
		.addr = (uintptr_t)region_of(args[1]),
		.length = size_of(args[2]),
		.foll = args[4],
		.pid = process_of(args[5]),
	};

	do_pin(args[0], &pin);
}

static void step_inspect(const uint64_t *args)
{
	struct pintest_inspect_args inspect = {
		.size = sizeof(inspect),
		.record_size = sizeof(struct pintest_record),
		.addr = (uintptr_t)address_of(args),
		.length = size_of(args[2]),
		.records = (uintptr_t)buffer_of(args[4]),
		.count = args[3],
		.pid = process_of(args[5]),
	};

	tweak(&inspect, sizeof(inspect), args[6]);
	ioctl(device_fd, PINTEST_IOC_INSPECT, &inspect);
}

/* Not more pages than a region can have follow each other: it stays short. */
static void step_bench(const uint64_t *args)
{
	struct pintest_bench_args bench = {
		.size = sizeof(bench),
		.api = args[2] % 8,
		.addr = (uintptr_t)region_of(args[0]),
		.length = size_of(args[1]),
		.foll = args[3],
		.batch = args[4],
		.pid = args[5] < 8 ? 0 : process_of(args[5]),
		.charge = args[2] / 8 % 3,
	};

	tweak(&bench, sizeof(bench), args[6]);
	ioctl(device_fd, PINTEST_IOC_BENCH, &bench);
}

static void step_unpin(const uint64_t *args)
{
	struct pintest_unpin_args unpin = {
		.size = sizeof(unpin),
		.flags = args[1] % 3,
	};

	tweak(&unpin, sizeof(unpin), args[2]);
	ioctl(fd_in(args[0]), PINTEST_IOC_UNPIN, &unpin);
}

static void step_records(const uint64_t *args)
{
	struct pintest_records_args records = {
		.size = sizeof(records),
		.record_size = sizeof(struct pintest_record) +
			       (args[4] % 4 == 3 ? 8 : 0),
		.first = args[1],
		.records = (uintptr_t)buffer_of(args[3]),
		.count = args[2],
	};

	tweak(&records, sizeof(records), args[5]);
	ioctl(fd_in(args[0]), PINTEST_IOC_RECORDS, &records);
}

/* What a call says is not our business. */
static void ignore(long long value)
{
	(void)value;
}

static void step_pread(const uint64_t *args)
{
	ignore(pread(fd_in(args[0]), buffer_of(args[3]), args[2], args[1]));
}

static void step_pwrite(const uint64_t *args)
{
	ignore(pwrite(fd_in(args[0]), buffer_of(args[3]), args[2], args[1]));
}

static void step_read(const uint64_t *args)
{
	ignore(read(fd_in(args[0]), buffer_of(args[2]), args[1]));
}

static void step_write(const uint64_t *args)
{
	ignore(write(fd_in(args[0]), buffer_of(args[2]), args[1]));
}

static void step_seek(const uint64_t *args)
{
	lseek(fd_in(args[0]), args[1], args[2] % 5);
}

static void step_fdinfo(const uint64_t *args)
{
	char path[64], text[512];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd_in(args[0]));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ignore(read(fd, text, sizeof(text)));
	close(fd);
}

static void step_dup(const uint64_t *args)
{
	put_fd(args[1], dup(fd_in(args[0])));
}

static void step_close(const uint64_t *args)
{
	int fd = __atomic_exchange_n(slot_of(args[0]), -1, __ATOMIC_RELAXED);

	if (fd >= 0)
		close(fd);
}

/* A descriptor that is nowhere but in a message for a while. */
static void step_pass(const uint64_t *args)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {
		.header.cmsg_level = SOL_SOCKET,
		.header.cmsg_type = SCM_RIGHTS,
		.header.cmsg_len = CMSG_LEN(sizeof(int)),
	};
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int ends[2], fd = fd_in(args[0]);

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return;
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(ends[0], &message, MSG_NOSIGNAL) == 1) {
		step_close(args);
		memset(&control, 0, sizeof(control));
		if (recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC) == 1 &&
		    CMSG_FIRSTHDR(&message)) {
			memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
			put_fd(args[1], fd);
		}
	}
	close(ends[0]);
	close(ends[1]);
}

static void step_ioctl(const uint64_t *args)
{
	unsigned int cmd = args[1] % 2 ? PINTEST_IOC_INFO + args[1] / 2 % 32 :
					 args[1];
	int fd = args[0] % 8 ? fd_in(args[0]) : device_fd;

	ioctl(fd, cmd, buffer_of(args[2]));
}

static void gup_test_bench(const uint64_t *args)
{
	struct gup_test_args bench = {
		.addr = (uintptr_t)address_of(args + 1),
		.size = size_of(args[3]),
		.nr_pages_per_call = args[4],
		.gup_flags = args[5],
		.test_flags = args[6] % 3,
		.which_pages = { args[6] % 512, args[4] },
	};

	tweak(&bench, sizeof(bench), args[6]);
	ioctl(gup_test_fd, _IOWR(GUP_TEST_IOC_TYPE, args[0] % 8,
				 struct gup_test_args), &bench);
}

static void gup_test_longterm(const uint64_t *args)
{
	struct gup_test_longterm_args longterm = {
		.addr = (uintptr_t)address_of(args + 1),
		.size = size_of(args[3]),
		.flags = args[5] % 5,
	};
	uint64_t to = (uintptr_t)buffer_of(args[4]);

	switch (args[0] % 4) {
	case 0:
		ioctl(gup_test_fd, _IO(GUP_TEST_IOC_TYPE,
				       GUP_TEST_LONGTERM_STOP));
		break;
	case 1:
		ioctl(gup_test_fd, _IOW(GUP_TEST_IOC_TYPE,
					GUP_TEST_LONGTERM_READ, uint64_t),
		      &to);
		break;
	default:
		tweak(&longterm, sizeof(longterm), args[6]);
		ioctl(gup_test_fd, _IOW(GUP_TEST_IOC_TYPE,
					GUP_TEST_LONGTERM_START,
					struct gup_test_longterm_args),
		      &longterm);
	}
}

static void step_guptest(const uint64_t *args)
{
	if (args[0] & 8)
		gup_test_longterm(args);
	else
		gup_test_bench(args);
}

/* What nobody does to such a file. */
static void step_odd(const uint64_t *args)
{
	struct iovec iov = { .iov_base = buffer_of(args[2]), .iov_len = 4096 };
	int fd = args[0] % 8 ? fd_in(args[0]) : device_fd;
	char path[64];
	loff_t offset = 0;

	switch (args[1] % 10) {
	case 0:
		mmap(region_of(args[2]), page_size, PROT_READ,
		     MAP_SHARED | MAP_FIXED, fd, 0);
		break;
	case 1:
		sendfile(null_fd, fd, &offset, 1 << 16);
		break;
	case 2:
		readv(fd, &iov, 1);
		break;
	case 3:
		preadv2(fd, &iov, 1, 0, RWF_NOWAIT);
		break;
	case 4:
		fallocate(fd, 0, 0, page_size);
		break;
	case 5:
		ignore(ftruncate(fd, 0));
		break;
	case 6:
		fsync(fd);
		break;
	case 7:
		fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_DIRECT | O_ASYNC);
		break;
	case 8:
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		put_fd(args[2], open(path, O_RDWR | O_CLOEXEC));
		break;
	default:
		copy_file_range(fd, &offset, fd, NULL, 4096, 0);
	}
}

/* Of this thread only: the C library would tell all of them. */
static void step_nobody(const uint64_t *args)
{
	struct rlimit limit = { .rlim_cur = args[0] % 16 * 4 * page_size };

	limit.rlim_max = limit.rlim_cur;
	setrlimit(RLIMIT_MEMLOCK, &limit);
	syscall(SYS_setresuid, 65534, 65534, 65534);
}

/* The child goes on in place of the thread for some steps. */
static void step_fork(const uint64_t *args)
{
	if (step_child.is || fork())
		return;
	step_child.is = true;
	step_child.left = 1 + args[0] % 8;
	step_child.end = args[1] % 3;
}

void step_child_end(void)
{
	if (step_child.end == 0)
		_exit(0);
	if (step_child.end == 1)
		raise(SIGKILL);
	for (;;)
		pause();
}

void steps_begin(void)
{
	size_t i;

	device_fd = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);
	gup_test_fd = -1;
	if (steps_have_gup_test)
		gup_test_fd = open("/sys/kernel/debug/gup_test",
				   O_RDWR | O_CLOEXEC);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	zero_fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	for (i = 0; i < NR_SLOTS; i++)
		slots[i] = -1;
	for (i = 0; i < NR_REGIONS; i++)
		mmap(region_of(i), (1 + i) * page_size,
		     PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

const struct step_kind step_kinds[] = {
	{ "map", step_map, 6, { ARG_REGION, ARG_MEMORY, ARG_PAGES } },
	{ "unmap", step_unmap, 3, { ARG_REGION, ARG_PAGE, ARG_PAGES } },
	{ "move", step_move, 2, { ARG_REGION, ARG_REGION } },
	{ "store", step_store, 4, { ARG_REGION, ARG_PAGE, ARG_PAGES } },
	{ "load", step_load, 2, { ARG_REGION, ARG_PAGE, ARG_PAGES } },
	{
		"protect", step_protect, 2,
		{ ARG_REGION, ARG_PAGE, ARG_PAGES, ARG_PROTECTION },
	},
	{
		"advise", step_advise, 3,
		{ ARG_REGION, ARG_PAGE, ARG_PAGES, ARG_ADVICE },
	},
	{ "lock", step_lock, 1, { ARG_REGION, ARG_PAGE, ARG_PAGES, ARG_SMALL } },
	{ "info", step_info, 1, { ARG_API, ARG_TWEAK } },
	{
		"pin", step_pin, 16,
		{ ARG_SLOT, ARG_REGION, ARG_PAGE, ARG_PAGES,
		  ARG_API, ARG_FOLL, ARG_TWEAK },
	},
	{
		"pinother", step_pinother, 3,
		{ ARG_SLOT, ARG_REGION, ARG_PAGES, ARG_API,
		  ARG_FOLL, ARG_PROCESS },
	},
	{
		"inspect", step_inspect, 5,
		{ ARG_REGION, ARG_PAGE, ARG_PAGES, ARG_COUNT,
		  ARG_BUFFER, ARG_PROCESS, ARG_TWEAK },
	},
	{
		"bench", step_bench, 4,
		{ ARG_REGION, ARG_PAGES, ARG_API, ARG_FOLL,
		  ARG_COUNT, ARG_PROCESS, ARG_TWEAK },
	},
	{ "unpin", step_unpin, 4, { ARG_SLOT, ARG_SMALL, ARG_TWEAK } },
	{
		"records", step_records, 6,
		{ ARG_SLOT, ARG_PAGE, ARG_COUNT, ARG_BUFFER,
		  ARG_SMALL, ARG_TWEAK },
	},
	{
		"pread", step_pread, 4,
		{ ARG_SLOT, ARG_VALUE, ARG_VALUE, ARG_BUFFER },
	},
	{
		"pwrite", step_pwrite, 4,
		{ ARG_SLOT, ARG_VALUE, ARG_VALUE, ARG_BUFFER },
	},
	{ "read", step_read, 1, { ARG_SLOT, ARG_VALUE, ARG_BUFFER } },
	{ "write", step_write, 1, { ARG_SLOT, ARG_VALUE, ARG_BUFFER } },
	{ "seek", step_seek, 1, { ARG_SLOT, ARG_VALUE, ARG_SMALL } },
	{ "fdinfo", step_fdinfo, 1, { ARG_SLOT } },
	{ "dup", step_dup, 2, { ARG_SLOT, ARG_SLOT } },
	{ "close", step_close, 4, { ARG_SLOT } },
	{ "pass", step_pass, 1, { ARG_SLOT, ARG_SLOT } },
	{ "fork", step_fork, 3, { ARG_SMALL, ARG_SMALL } },
	{ "ioctl", step_ioctl, 2, { ARG_SLOT, ARG_VALUE, ARG_BUFFER } },
	{
		"guptest", step_guptest, 4,
		{ ARG_SMALL, ARG_REGION, ARG_PAGE, ARG_PAGES,
		  ARG_COUNT, ARG_FOLL, ARG_TWEAK },
	},
	{ "odd", step_odd, 2, { ARG_SLOT, ARG_SMALL, ARG_BUFFER } },
	{ "nobody", step_nobody, 1, { ARG_SMALL } },
};

const size_t nr_step_kinds = sizeof(step_kinds) / sizeof(*step_kinds);
