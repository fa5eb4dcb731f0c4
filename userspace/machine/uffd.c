// SPDX-License-Identifier: GPL-2.0-only
/*
 * userfaultfd: events about memory that is missing or write-protected.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/page_size.h"
#include "base/reason.h"
#include "uffd.h"

int uffd_open(uint64_t features, const char *what, struct reason *why)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no userfaultfd: %s",
			      strerror(errno));
	if (!ioctl(fd, UFFDIO_API, &api))
		return fd;
	close(fd);
	return reason(why, -EOPNOTSUPP,
		      "this kernel's userfaultfd has no %s", what);
}

int uffd_open_wp(struct reason *why)
{
	return uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP, "write protection",
			 why);
}

int uffd_register(int uffd, void *addr, size_t length, uint64_t mode,
		  struct reason *why)
{
	struct uffdio_register args = {
		.range = { .start = (uintptr_t)addr, .len = length },
		.mode = mode,
	};

	if (!ioctl(uffd, UFFDIO_REGISTER, &args))
		return 0;
	if (errno == EINVAL)
		return reason(why, -EOPNOTSUPP,
			      "userfaultfd does not take such memory on this kernel: %s",
			      strerror(errno));
	return reason(why, -errno, "cannot register memory: %s",
		      strerror(errno));
}

int uffd_protect(int uffd, void *addr, size_t length, bool protect,
		 struct reason *why)
{
	struct uffdio_writeprotect args = {
		.range = { .start = (uintptr_t)addr, .len = length },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	if (ioctl(uffd, UFFDIO_WRITEPROTECT, &args))
		return reason(why, -errno, "cannot write-protect memory: %s",
			      strerror(errno));
	return 0;
}

static int request(int uffd, unsigned long number, const char *name, void *args,
		   struct reason *why)
{
	if (!ioctl(uffd, number, args))
		return 0;
	return reason(why, -errno, "%s is refused: %s", name, strerror(errno));
}

int uffd_poison(int uffd, void *addr, size_t length, struct reason *why)
{
	struct uffdio_poison args = {
		.range = { .start = (uintptr_t)addr, .len = length },
	};

	return request(uffd, UFFDIO_POISON, "UFFDIO_POISON", &args, why);
}

int uffd_move(int uffd, void *to, void *from, size_t length,
	      struct reason *why)
{
	struct uffdio_move args = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = length,
	};

	return request(uffd, UFFDIO_MOVE, "UFFDIO_MOVE", &args, why);
}

/* What a thread touches, and where it tells that it has. */
struct toucher {
	void (*touch)(void *arg);
	void *arg;
	int done;
};

static void *touch_and_tell(void *arg)
{
	const struct toucher *toucher = arg;
	uint64_t one = 1;

	toucher->touch(toucher->arg);
	return write(toucher->done, &one, sizeof(one)) < 0 ? arg : NULL;
}

static int make_writable(const struct uffd_pager *pager, void *page,
			 struct reason *why)
{
	return uffd_protect(pager->uffd, page, pager->size, false, why);
}

static int answer(const struct uffd_pager *pager, struct reason *why)
{
	struct uffd_msg msg;
	uintptr_t addr;

	if (read(pager->uffd, &msg, sizeof(msg)) != sizeof(msg))
		return errno == EAGAIN ? 0 :
			reason(why, -errno, "cannot read a userfaultfd: %s",
			       strerror(errno));
	addr = msg.arg.pagefault.address & -pager->size;
	return pager->answer(pager, (void *)addr, why) ? : 1;
}

/* Until the thread is done: an event wakes us as well as its end. */
static int count_events(const struct uffd_pager *pager, int done,
			struct reason *why)
{
	struct pollfd fds[] = {
		{ .fd = pager->uffd, .events = POLLIN },
		{ .fd = done, .events = POLLIN },
	};
	int events = 0, ret;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return reason(why, -errno, "cannot poll: %s",
				      strerror(errno));
		if (!(fds[0].revents & POLLIN))
			return events;
		ret = answer(pager, why);
		if (ret < 0)
			return ret;
		events += ret;
	}
}

int uffd_serve(const struct uffd_pager *pager, void (*touch)(void *arg),
	       void *arg, struct reason *why)
{
	struct toucher toucher = { touch, arg, eventfd(0, EFD_CLOEXEC) };
	pthread_t thread;
	int ret;

	if (toucher.done < 0)
		return reason(why, -errno, "cannot have an eventfd: %s",
			      strerror(errno));
	ret = -pthread_create(&thread, NULL, touch_and_tell, &toucher);
	if (ret) {
		close(toucher.done);
		return reason(why, ret, "cannot start a thread: %s",
			      strerror(-ret));
	}
	ret = count_events(pager, toucher.done, why);
	if (ret >= 0)
		pthread_join(thread, NULL);
	close(toucher.done);
	return ret;
}

int uffd_hears(int uffd, size_t size, void (*touch)(void *arg), void *arg,
	       struct reason *why)
{
	const struct uffd_pager pager = { uffd, size, make_writable };

	return uffd_serve(&pager, touch, arg, why);
}
