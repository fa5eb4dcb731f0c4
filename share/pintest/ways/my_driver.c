// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way for pintest, to be copied: pins through /dev/my_driver.
 *
 *	cc -shared -fPIC -o my_driver.so my_driver.c
 *	pintest check --way ./my_driver.so
 *
 * pintest-way(7) explains what the callbacks have to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <pintest-way.h>

#include "my_driver.h"

static int fd;

/* The last error, where strerror() says too little; or NULL. */
static const char *error;

/* Behind --way ./my_driver.so: there may be the name of another device node. */
static int my_open(const char *arg, void **way)
{
	*way = NULL;
	fd = open(*arg ? arg : "/dev/my_driver", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return 0;
	error = "cannot open /dev/my_driver: load the driver";
	return errno == ENOENT ? -EOPNOTSUPP : -errno;
}

static void my_close(void *way)
{
	close(fd);
}

static int my_pin(void *way, void *addr, size_t length, bool write, void **pin)
{
	struct my_map map = { (uintptr_t)addr, length, write };

	if (ioctl(fd, MY_MAP, &map))
		return -errno;
	*pin = (void *)(uintptr_t)map.id;
	return 0;
}

static int my_unpin(void *way, void *pin)
{
	return ioctl(fd, MY_UNMAP, pin) ? -errno : 0;
}

static int my_read(void *way, void *pin, void *buf, size_t length,
		   size_t offset)
{
	struct my_read read = {
		(uintptr_t)buf, offset, length, (uintptr_t)pin,
	};

	return ioctl(fd, MY_READ, &read) ? -errno : 0;
}

static const char *my_error(void *way)
{
	return error;
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "my-driver",
	.what = "ioctl MY_MAP of /dev/my_driver",
	.can = PINTEST_WAY_READ_ONLY | PINTEST_WAY_READ_WRITE |
	       PINTEST_WAY_LONGTERM,
	.open = my_open,
	.close = my_close,
	.pin = my_pin,
	.unpin = my_unpin,
	.read = my_read,
	.error = my_error,
};
