// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages: pools of hugetlb pages, and transparent huge pages.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/counts.h"
#include "base/reason.h"
#include "settings.h"

#define THP	"kernel/mm/transparent_hugepage/"

#define POOL	"kernel/mm/hugepages/hugepages-%" PRIu64 "kB"

static int pool_number(const struct settings *settings, uint64_t size,
		       const char *name, uint64_t *number)
{
	char file[SETTING_LENGTH];

	snprintf(file, sizeof(file), POOL "/%s", size >> 10, name);
	return settings_read_number(settings, file, number);
}

/*
 * Pages of the pool that nobody uses, and that nobody was promised. Below 0 if more
 * were promised than there are, as after a driver kept some for good.
 */
static int pool_free(const struct settings *settings, uint64_t size,
		     int64_t *pages)
{
	uint64_t unused, reserved;
	int ret = pool_number(settings, size, "free_hugepages", &unused);

	if (!ret)
		ret = pool_number(settings, size, "resv_hugepages",
				  &reserved);
	if (!ret)
		*pages = (int64_t)(unused - reserved);
	return ret;
}

/*
 * Pages that somebody still had when the pool was made smaller, such as a process
 * that was killed just now, are surplus. They count as pages of the pool, but go
 * when they are given back, and are no part of what is to be put back.
 */
static int pool_grow(struct settings *settings, uint64_t size,
		     uint64_t missing)
{
	char pool[SETTING_LENGTH], was[SETTING_LENGTH], value[SETTING_LENGTH];
	uint64_t pages, surplus;
	int ret = pool_number(settings, size, "surplus_hugepages", &surplus);

	if (!ret)
		ret = pool_number(settings, size, "nr_hugepages", &pages);
	if (ret)
		return ret;
	snprintf(pool, sizeof(pool), POOL, size >> 10);
	snprintf(was, sizeof(was), "%" PRIu64,
		 surplus < pages ? pages - surplus : 0);
	snprintf(value, sizeof(value), "%" PRIu64, pages + missing);
	return settings_resize_pool(settings, pool, was, value);
}

/*
 * A kernel that is asked for more than there is puts aside all that it can get,
 * and programs are killed for want of memory meanwhile.
 */
static int check_memory(uint64_t size, uint64_t missing, struct reason *why)
{
	uint64_t available = count_of("/proc/meminfo", "MemAvailable:");

	if (missing <= (available << 10) / size)
		return 0;
	return reason(why, -EOPNOTSUPP, "%" PRIu64
		      " more huge pages of %" PRIu64
		      " KiB are needed, and %" PRIu64
		      " MiB of memory are available: free memory, or ask for less",
		      missing, size >> 10, available >> 10);
}

int settings_need_hugepages(struct settings *settings, uint64_t size,
			    unsigned int count, struct reason *why)
{
	int64_t pages;
	int ret = pool_free(settings, size, &pages);

	if (ret)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no huge pages of %" PRIu64
			      " KiB", size >> 10);
	if (pages >= (int64_t)count)
		return 0;
	ret = check_memory(size, count - pages, why);
	if (ret)
		return ret;

	ret = pool_grow(settings, size, count - pages);
	if (!ret)
		ret = pool_free(settings, size, &pages);
	if (ret)
		return settings_refused(why, ret, "the pool of %" PRIu64
					" KiB huge pages cannot be enlarged",
					size >> 10);
	if (pages < (int64_t)count)
		return reason(why, -EOPNOTSUPP, "%" PRId64
			      " of %u huge pages of %" PRIu64
			      " KiB could be had: free memory, or boot with hugepagesz=%"
			      PRIu64 "K hugepages=%u",
			      pages > 0 ? pages : 0, count,
			      size >> 10, size >> 10, count);
	return 0;
}

int settings_allow_surplus(struct settings *settings, uint64_t size,
			   unsigned int count, struct reason *why)
{
	char file[SETTING_LENGTH], pages[SETTING_LENGTH];
	int ret;

	snprintf(file, sizeof(file), POOL "/nr_overcommit_hugepages",
		 size >> 10);
	snprintf(pages, sizeof(pages), "%u", count);
	ret = settings_write(settings, file, pages);
	return ret ? settings_refused(why, ret, "/sys/%s cannot be set",
				      file) : 0;
}

static int enable(struct settings *settings, const char *file,
		  const char *value, struct reason *why)
{
	int ret = settings_write(settings, file, value);

	if (!ret)
		return 0;
	return settings_refused(why, ret,
				"transparent huge pages are not to be had: %s cannot be set",
				file);
}

/* Newer kernels have a switch for each size as well as the common one. */
int settings_need_thp_size(struct settings *settings, uint64_t size,
			   struct reason *why)
{
	char file[SETTING_LENGTH], value[SETTING_LENGTH];

	snprintf(file, sizeof(file), THP "hugepages-%" PRIu64 "kB/enabled",
		 size >> 10);
	if (settings_read(settings, file, value) ||
	    !settings_chosen(value, "never"))
		return 0;
	return enable(settings, file, "inherit", why);
}

static int enable_pmd_size(struct settings *settings, struct reason *why)
{
	uint64_t size;

	if (settings_read_number(settings, THP "hpage_pmd_size", &size))
		return 0;
	return settings_need_thp_size(settings, size, why);
}

/* Whether advice makes the kernel make room for a huge page. */
static bool makes_room(const char *value)
{
	return !settings_chosen(value, "never") &&
	       !settings_chosen(value, "defer");
}

/* Kernels without this setting always make room. */
static int enable_defrag(struct settings *settings, struct reason *why)
{
	char value[SETTING_LENGTH];

	if (settings_read(settings, THP "defrag", value) || makes_room(value))
		return 0;
	return enable(settings, THP "defrag", "madvise", why);
}

static int enable_zero_page(struct settings *settings, struct reason *why)
{
	const char *file = THP "use_zero_page";
	uint64_t on;

	if (settings_read_number(settings, file, &on))
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no huge zero page");
	return on ? 0 : enable(settings, file, "1", why);
}

int settings_need_thp(struct settings *settings, bool zero_page,
		      struct reason *why)
{
	char value[SETTING_LENGTH];
	int ret = 0;

	if (settings_read(settings, THP "enabled", value))
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no transparent huge pages");
	if (settings_chosen(value, "never"))
		ret = enable(settings, THP "enabled", "madvise", why);
	if (!ret)
		ret = enable_defrag(settings, why);
	if (!ret)
		ret = enable_pmd_size(settings, why);
	if (!ret && zero_page)
		ret = enable_zero_page(settings, why);
	return ret;
}
