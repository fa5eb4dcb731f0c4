/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /dev/my_driver takes: the ioctls of a driver that pins, as an example.
 */
#ifndef MY_DRIVER_H
#define MY_DRIVER_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct my_map - pin memory for the device
 *
 * @addr: first byte, a multiple of the page size
 * @length: bytes, a multiple of the page size
 * @write: the device will write to it
 * @id: number of the pinned memory, which the driver sets
 */
struct my_map {
	__u64 addr;
	__u64 length;
	__u32 write;
	__u32 id;
};

/**
 * struct my_read - what the device reads of pinned memory
 *
 * @to: where the bytes go
 * @offset: first byte of the pinned memory
 * @length: bytes
 * @id: number of the pinned memory
 * @unused: 0
 */
struct my_read {
	__u64 to;
	__u64 offset;
	__u64 length;
	__u32 id;
	__u32 unused;
};

#define MY_MAP		_IOWR('m', 0, struct my_map)
#define MY_READ		_IOW('m', 1, struct my_read)
#define MY_UNMAP	_IO('m', 2)	/* the argument is the number */

#endif /* MY_DRIVER_H */
