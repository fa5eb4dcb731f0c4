// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way: buffers that are registered with an io_uring. What the kernel reads
 * from one it writes to a memfd, and the other way round.
 */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pintest-way.h"
#include "plain.h"

/* Pinned memory: a ring of its own, with one buffer. */
struct buffer {
	struct io_uring ring;
	char *addr;
};

/* The other end of all transfers. */
static int file = -1;

static int ring_open(const char *arg, void **way)
{
	struct io_uring ring;
	int ret = refuse_argument(arg);

	*way = NULL;
	if (ret)
		return ret;
	ret = io_uring_queue_init(1, &ring, 0);
	if (ret == -ENOSYS || ret == -EPERM) {
		error = "this kernel has no io_uring, or kernel.io_uring_disabled is set";
		return -EOPNOTSUPP;
	}
	if (ret)
		return ret;
	io_uring_queue_exit(&ring);
	file = memfd_create("io-uring", MFD_CLOEXEC);
	return file < 0 ? -errno : 0;
}

static void ring_close(void *way)
{
	(void)way;
	close(file);
}

static int ring_pin(void *way, void *addr, size_t length, bool write,
		    void **pin)
{
	struct buffer *buffer = calloc(1, sizeof(*buffer));
	struct iovec range = { addr, length };
	int ret;

	(void)way;
	(void)write;
	if (!buffer)
		return -ENOMEM;
	buffer->addr = addr;
	ret = io_uring_queue_init(1, &buffer->ring, 0);
	if (!ret) {
		ret = io_uring_register_buffers(&buffer->ring, &range, 1);
		if (ret)
			io_uring_queue_exit(&buffer->ring);
	}
	if (ret) {
		free(buffer);
		return ret;
	}
	*pin = buffer;
	return 0;
}

static int ring_unpin(void *way, void *pin)
{
	struct buffer *buffer = pin;
	int ret = io_uring_unregister_buffers(&buffer->ring);

	(void)way;
	io_uring_queue_exit(&buffer->ring);
	free(buffer);
	return ret;
}

static int transfer(struct buffer *buffer, bool to_buffer, size_t length,
		    size_t offset)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&buffer->ring);
	struct io_uring_cqe *cqe;
	int ret;

	if (to_buffer)
		io_uring_prep_read_fixed(sqe, file, buffer->addr + offset,
					 length, 0, 0);
	else
		io_uring_prep_write_fixed(sqe, file, buffer->addr + offset,
					  length, 0, 0);
	ret = io_uring_submit_and_wait(&buffer->ring, 1);
	if (ret < 0)
		return ret;
	ret = io_uring_wait_cqe(&buffer->ring, &cqe);
	if (ret)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(&buffer->ring, cqe);
	return ret < 0 ? ret : (size_t)ret == length ? 0 : -EIO;
}

static int ring_read(void *way, void *pin, void *buf, size_t length,
		     size_t offset)
{
	int ret = transfer(pin, false, length, offset);

	(void)way;
	if (!ret && pread(file, buf, length, 0) != (ssize_t)length)
		ret = -EIO;
	return ret;
}

static int ring_write(void *way, void *pin, const void *buf, size_t length,
		      size_t offset)
{
	(void)way;
	if (pwrite(file, buf, length, 0) != (ssize_t)length)
		return -EIO;
	return transfer(pin, true, length, offset);
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "io-uring",
	.what = "IORING_REGISTER_BUFFERS",
	.can = PINTEST_WAY_READ_WRITE | PINTEST_WAY_LONGTERM,
	.open = ring_open,
	.close = ring_close,
	.pin = ring_pin,
	.unpin = ring_unpin,
	.read = ring_read,
	.write = ring_write,
	.error = last_error,
};
