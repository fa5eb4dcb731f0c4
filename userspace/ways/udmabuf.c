// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way: a memfd whose pages /dev/udmabuf has made a DMA buffer of, which is
 * mapped to be read and written.
 *
 * The driver takes a file and an offset. The file of an address is behind its
 * link in /proc/self/map_files.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pintest-way.h"
#include "plain.h"

/* Pinned memory: the DMA buffer, and where it is mapped. */
struct buffer {
	int fd;
	size_t length;
	char *addr;
};

static int device = -1;

static int udmabuf_open(const char *arg, void **way)
{
	int ret = refuse_argument(arg);

	*way = NULL;
	if (ret)
		return ret;
	device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (device >= 0)
		return 0;
	error = "cannot open /dev/udmabuf: load udmabuf, if this kernel has it";
	return errno == ENOENT ? -EOPNOTSUPP : -errno;
}

static void udmabuf_close(void *way)
{
	(void)way;
	close(device);
}

/* The mapping that an address is in: its file, and the offset of the address. */
static int find_file(const void *addr, uint64_t *offset)
{
	uint64_t start, end, at = (uintptr_t)addr, in_file;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], path[64];
	int fd = -EFAULT;

	while (maps && fd == -EFAULT && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &start,
			   &end, &in_file) != 3 || at < start || at >= end)
			continue;
		*offset = in_file + at - start;
		snprintf(path, sizeof(path),
			 "/proc/self/map_files/%" PRIx64 "-%" PRIx64, start,
			 end);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	if (maps)
		fclose(maps);
	return fd;
}

/* The driver takes files that cannot shrink only. */
static int make_buffer(const void *addr, size_t length)
{
	struct udmabuf_create create = { .size = length };
	uint64_t offset;
	int ret, fd = find_file(addr, &offset);

	error = NULL;
	if (fd < 0)
		return fd;
	create.memfd = fd;
	create.offset = offset;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK)) {
		error = "the file takes no seals, which udmabuf needs";
		ret = -EOPNOTSUPP;
	} else {
		ret = ioctl(device, UDMABUF_CREATE, &create);
		if (ret < 0)
			ret = -errno;
	}
	close(fd);
	return ret;
}

static int udmabuf_pin(void *way, void *addr, size_t length, bool write,
		       void **pin)
{
	struct buffer *buffer = malloc(sizeof(*buffer));
	int ret;

	(void)way;
	(void)write;
	if (!buffer)
		return -ENOMEM;
	ret = make_buffer(addr, length);
	if (ret < 0) {
		free(buffer);
		return ret;
	}
	buffer->fd = ret;
	buffer->length = length;
	buffer->addr = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED,
			    buffer->fd, 0);
	if (buffer->addr == MAP_FAILED) {
		ret = -errno;
		close(buffer->fd);
		free(buffer);
		return ret;
	}
	*pin = buffer;
	return 0;
}

static int udmabuf_unpin(void *way, void *pin)
{
	struct buffer *buffer = pin;

	(void)way;
	munmap(buffer->addr, buffer->length);
	close(buffer->fd);
	free(buffer);
	return 0;
}

static int udmabuf_read(void *way, void *pin, void *buf, size_t length,
			size_t offset)
{
	const struct buffer *buffer = pin;

	(void)way;
	memcpy(buf, buffer->addr + offset, length);
	return 0;
}

static int udmabuf_write(void *way, void *pin, const void *buf, size_t length,
			 size_t offset)
{
	const struct buffer *buffer = pin;

	(void)way;
	memcpy(buffer->addr + offset, buf, length);
	return 0;
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "udmabuf",
	.what = "UDMABUF_CREATE of a memfd",
	.can = PINTEST_WAY_READ_WRITE | PINTEST_WAY_LONGTERM |
	       PINTEST_WAY_SHMEM_ONLY,
	.open = udmabuf_open,
	.close = udmabuf_close,
	.pin = udmabuf_pin,
	.unpin = udmabuf_unpin,
	.read = udmabuf_read,
	.write = udmabuf_write,
	.error = last_error,
};
