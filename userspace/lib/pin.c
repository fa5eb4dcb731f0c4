// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins: taking and giving them back, what that costs, and their bytes.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "private.h"

struct pintest_pin {
	int fd;			/* owned */
	int error;		/* why pages are missing, positive */
	uint64_t pages;
};

int pintest_pin_new(struct pintest *pt, const struct pintest_request *req,
		    struct pintest_pin **pin)
{
	struct pintest_pin_args args = {
		.size = sizeof(args),
		.api = req->api,
		.addr = req->addr,
		.length = req->length,
		.foll = req->foll,
		.pid = req->pid,
		.charge = req->charge,
	};
	struct pintest_pin *new;
	int ret;

	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	ret = pintest_ioctl(pt->fd, PINTEST_IOC_PIN, &args);
	pt->stop = args.out_stop;
	if (ret) {
		free(new);
		return ret;
	}
	*new = (struct pintest_pin) {
		.fd = args.out_fd,
		.error = args.out_errno,
		.pages = args.out_pages,
	};
	*pin = new;
	return 0;
}

uint32_t pintest_last_stop(const struct pintest *pt)
{
	return pt->stop;
}

int pintest_pin_adopt(int fd, uint64_t pages, struct pintest_pin **pin)
{
	struct pintest_pin *new = malloc(sizeof(*new));

	if (!new)
		return -ENOMEM;
	*new = (struct pintest_pin) { .fd = fd, .pages = pages };
	*pin = new;
	return 0;
}

void pintest_pin_free(struct pintest_pin *pin)
{
	if (!pin)
		return;
	close(pin->fd);
	free(pin);
}

int pintest_pin_release(struct pintest_pin *pin, uint32_t flags)
{
	struct pintest_unpin_args args = {
		.size = sizeof(args),
		.flags = flags,
	};

	return pintest_ioctl(pin->fd, PINTEST_IOC_UNPIN, &args);
}

int pintest_pin_fd(const struct pintest_pin *pin)
{
	return pin->fd;
}

uint64_t pintest_pin_pages(const struct pintest_pin *pin)
{
	return pin->pages;
}

int pintest_pin_errno(const struct pintest_pin *pin)
{
	return pin->error;
}

ssize_t pintest_pin_read(struct pintest_pin *pin, void *buf, size_t len,
			 uint64_t offset)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(pin->fd, (char *)buf + done, len - done,
			  offset + done);
		if (n < 0 && !done)
			return -errno;
		if (n <= 0)
			break;
		done += n;
	}
	return done;
}

ssize_t pintest_pin_write(struct pintest_pin *pin, const void *buf,
			  size_t len, uint64_t offset)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pwrite(pin->fd, (const char *)buf + done, len - done,
			   offset + done);
		if (n < 0 && !done)
			return -errno;
		if (n <= 0)
			break;
		done += n;
	}
	return done;
}

int pintest_bench(struct pintest *pt, const struct pintest_request *req,
		  uint32_t batch, struct pintest_cost *cost)
{
	struct pintest_bench_args args = {
		.size = sizeof(args),
		.api = req->api,
		.addr = req->addr,
		.length = req->length,
		.foll = req->foll,
		.pid = req->pid,
		.batch = batch,
		.charge = req->charge,
	};
	int ret = pintest_ioctl(pt->fd, PINTEST_IOC_BENCH, &args);

	pt->stop = args.out_stop;
	if (ret)
		return ret;
	*cost = (struct pintest_cost) {
		.pages = args.out_pages,
		.error = args.out_errno,
		.take_ns = args.out_take_ns,
		.put_ns = args.out_put_ns,
	};
	return 0;
}
