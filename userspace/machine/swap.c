// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap space: what there is, or else compressed memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/page_size.h"
#include "base/reason.h"
#include "modules.h"
#include "settings.h"

#define ZRAM_SIZE	(UINT64_C(64) << 20)
#define HOT_ADD		"class/zram-control/hot_add"
#define HOT_REMOVE	"class/zram-control/hot_remove"

/* The first page of a swap area, as mm/swapfile.c takes it. */
struct swap_header {
	char boot[1024];
	uint32_t version;
	uint32_t last_page;
	uint32_t bad_pages;
};

/* The first line of /proc/swaps is its head. */
bool settings_have_swap(void)
{
	FILE *file = fopen("/proc/swaps", "re");
	char line[256];
	int lines = 0;

	if (!file)
		return false;
	while (lines < 2 && fgets(line, sizeof(line), file))
		lines++;
	fclose(file);
	return lines == 2;
}

static int make_swap(const char *path)
{
	static const char magic[] = "SWAPSPACE2";
	const size_t length = sizeof(magic) - 1;
	struct swap_header header = {
		.version = 1,
		.last_page = ZRAM_SIZE / page_size() - 1,
	};
	char *page = calloc(1, page_size());
	int fd = open(path, O_RDWR | O_CLOEXEC), ret = 0;

	if (page) {
		memcpy(page, &header, sizeof(header));
		memcpy(page + page_size() - length, magic, length);
	}
	if (fd < 0 || !page ||
	    pwrite(fd, page, page_size(), 0) != (ssize_t)page_size())
		ret = -errno;
	if (fd >= 0)
		close(fd);
	free(page);
	return ret;
}

static int set_size(struct settings *settings, const char *number)
{
	char file[SETTING_LENGTH], size[SETTING_LENGTH];

	if (snprintf(file, sizeof(file), "block/zram%s/disksize", number) >=
	    (int)sizeof(file))
		return -ENAMETOOLONG;
	snprintf(size, sizeof(size), "%llu", (unsigned long long)ZRAM_SIZE);
	return settings_write_once(settings, file, size);
}

/* Reading the file makes a device, and tells its number. */
static int add_zram(struct settings *settings)
{
	char number[SETTING_LENGTH], path[2 * SETTING_LENGTH];
	int ret = settings_read(settings, HOT_ADD, number);

	if (!ret)
		ret = settings_write_at_end(settings, HOT_REMOVE, number);
	if (!ret)
		ret = set_size(settings, number);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/dev/zram%s", number);
	ret = make_swap(path);
	return ret ? ret : settings_swapon(settings, path);
}

int settings_need_swap(struct settings *settings, struct reason *why)
{
	int ret;

	if (settings_have_swap())
		return 0;
	module_need("zram");
	ret = add_zram(settings);
	if (ret)
		return settings_refused(why, ret,
					"there is no swap space, and none can be made of zram");
	return 0;
}
