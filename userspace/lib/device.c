// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device: opening it, and what its module says about this kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "private.h"

const char *pintest_version(void)
{
	return PINTEST_VERSION;
}

int pintest_ioctl(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument) < 0 ? -errno : 0;
}

static int ask_info(int fd, unsigned int api, struct pintest_info_args *info)
{
	*info = (struct pintest_info_args) {
		.size = sizeof(*info),
		.api = api,
	};
	return pintest_ioctl(fd, PINTEST_IOC_INFO, info);
}

/*
 * Any failure here says the same: what answers is not a module that keeps
 * this contract.
 */
static int ask_all(struct pintest *pt)
{
	struct pintest_info_args info;
	unsigned int api;

	if (ask_info(pt->fd, PINTEST_API_PIN, &info) ||
	    info.out_abi != PINTEST_ABI || !info.out_page_size)
		return -EPROTO;

	pt->abi = info.out_abi;
	pt->page_size = info.out_page_size;
	pt->apis = info.out_apis;
	pt->fields = info.out_fields;
	pt->flags = info.out_flags;

	for (api = 0; api < 64; api++) {
		if (!pintest_has_api(pt, api))
			continue;
		if (ask_info(pt->fd, api, &info))
			return -EPROTO;
		pt->foll[api] = info.out_foll;
	}
	return 0;
}

int pintest_open(struct pintest **pt)
{
	struct pintest *new;
	int ret;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;

	new->fd = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);
	if (new->fd < 0) {
		ret = -errno;
		goto out_free;
	}
	ret = ask_all(new);
	if (ret)
		goto out_close;
	*pt = new;
	return 0;

out_close:
	close(new->fd);
out_free:
	free(new);
	return ret;
}

void pintest_close(struct pintest *pt)
{
	if (!pt)
		return;
	close(pt->fd);
	free(pt);
}

int pintest_fd(const struct pintest *pt)
{
	return pt->fd;
}

unsigned int pintest_abi(const struct pintest *pt)
{
	return pt->abi;
}

size_t pintest_page_size(const struct pintest *pt)
{
	return pt->page_size;
}

bool pintest_has_api(const struct pintest *pt, unsigned int api)
{
	return api < 64 && pt->apis >> api & 1;
}

uint64_t pintest_api_foll(const struct pintest *pt, unsigned int api)
{
	return pintest_has_api(pt, api) ? pt->foll[api] : 0;
}

uint64_t pintest_known_fields(const struct pintest *pt)
{
	return pt->fields;
}

uint64_t pintest_known_flags(const struct pintest *pt)
{
	return pt->flags;
}
