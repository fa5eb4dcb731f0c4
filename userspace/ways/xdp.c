// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way: the memory of an AF_XDP socket, which network cards read and write. No
 * packet is sent, so nobody reads it back.
 */
#include <errno.h>
#include <linux/if_xdp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pintest-way.h"
#include "plain.h"

#define FRAME_SIZE	4096

static int xdp_open(const char *arg, void **way)
{
	int fd, ret = refuse_argument(arg);

	*way = NULL;
	if (ret)
		return ret;
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EAFNOSUPPORT) {
		error = "this kernel has no AF_XDP sockets";
		return -EOPNOTSUPP;
	}
	return fd < 0 || close(fd) ? -errno : 0;
}

static void xdp_close(void *way)
{
	(void)way;
}

/* A socket has one piece of memory, which goes with it. */
static int xdp_pin(void *way, void *addr, size_t length, bool write,
		   void **pin)
{
	struct xdp_umem_reg memory = {
		.addr = (uintptr_t)addr, .len = length,
		.chunk_size = FRAME_SIZE,
	};
	int ret, fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	(void)way;
	(void)write;
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &memory, sizeof(memory))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	*pin = (void *)(intptr_t)fd;
	return 0;
}

static int xdp_unpin(void *way, void *pin)
{
	(void)way;
	return close((intptr_t)pin) ? -errno : 0;
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "xdp",
	.what = "XDP_UMEM_REG",
	.can = PINTEST_WAY_READ_WRITE | PINTEST_WAY_LONGTERM,
	.open = xdp_open,
	.close = xdp_close,
	.pin = xdp_pin,
	.unpin = xdp_unpin,
	.error = last_error,
};
