// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way: pages that vmsplice() has put into a pipe. The kernel takes references to
 * them and no pins, which is what drivers are to be kept from: what pintest says of
 * this way is what it says of such a driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "pintest-way.h"
#include "plain.h"

/* The ends of a pipe. */
struct ends {
	int out;
	int in;
};

static int splice_open(const char *arg, void **way)
{
	*way = NULL;
	return refuse_argument(arg);
}

static void splice_close(void *way)
{
	(void)way;
}

static void close_ends(const struct ends *ends)
{
	close(ends->out);
	close(ends->in);
}

/* A pipe with room for so much, by pages. */
static int make_pipe(struct ends *ends, size_t length)
{
	int fds[2], ret = 0;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	*ends = (struct ends) { fds[0], fds[1] };
	if (fcntl(ends->in, F_SETPIPE_SZ, (int)length) < 0) {
		ret = -errno;
		close_ends(ends);
	}
	return ret;
}

static int splice_pin(void *way, void *addr, size_t length, bool write,
		      void **pin)
{
	struct ends *ends = malloc(sizeof(*ends));
	struct iovec range = { addr, length };
	int ret = ends ? make_pipe(ends, length) : -ENOMEM;
	ssize_t n;

	(void)way;
	(void)write;
	if (ret) {
		free(ends);
		return ret;
	}
	n = vmsplice(ends->in, &range, 1, SPLICE_F_NONBLOCK);
	if (n == (ssize_t)length) {
		*pin = ends;
		return 0;
	}
	ret = n < 0 ? -errno : -EFAULT;
	close_ends(ends);
	free(ends);
	return ret;
}

static int splice_unpin(void *way, void *pin)
{
	(void)way;
	close_ends(pin);
	free(pin);
	return 0;
}

static int read_from(int fd, char *buf, size_t length)
{
	ssize_t n;

	for (; length; buf += n, length -= n) {
		n = read(fd, buf, length);
		if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

/* Another pipe gets the same pages, so that those of the first one stay. */
static int splice_read(void *way, void *pin, void *buf, size_t length,
		       size_t offset)
{
	const struct ends *ends = pin;
	char *before = malloc(offset + 1);
	struct ends copy;
	int ret = before ? make_pipe(&copy, offset + length) : -ENOMEM;
	ssize_t n;

	(void)way;
	if (ret) {
		free(before);
		return ret;
	}
	n = tee(ends->out, copy.in, offset + length, SPLICE_F_NONBLOCK);
	if (n != (ssize_t)(offset + length))
		ret = n < 0 ? -errno : -EIO;
	if (!ret)
		ret = read_from(copy.out, before, offset);
	if (!ret)
		ret = read_from(copy.out, buf, length);
	close_ends(&copy);
	free(before);
	return ret;
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "vmsplice",
	.what = "vmsplice() into a pipe",
	.can = PINTEST_WAY_READ_ONLY | PINTEST_WAY_SHORT_TERM,
	.open = splice_open,
	.close = splice_close,
	.pin = splice_pin,
	.unpin = splice_unpin,
	.read = splice_read,
	.error = last_error,
};
