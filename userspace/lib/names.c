// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: slugs for the numbers and bits of the uapi header.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "pintest.h"

static const struct pintest_name api_names[] = {
	{ PINTEST_API_PIN, "slow", "slow", "pin_user_pages()" },
	{ PINTEST_API_PIN_FAST, "fast", "fast", "pin_user_pages_fast()" },
	{ PINTEST_API_PIN_UNLOCKED, "unlocked", "unlocked",
	  "pin_user_pages_unlocked()" },
	{ PINTEST_API_PIN_REMOTE, "remote", "remote",
	  "pin_user_pages_remote(), never drops the mmap lock" },
	{ PINTEST_API_PIN_REMOTE_LOCKED, "remote-locked", "rlocked",
	  "pin_user_pages_remote(), may drop the mmap lock" },
	{ PINTEST_API_GET, "get", "get", "get_user_pages(), takes no pin" },
	{ PINTEST_API_GET_FAST, "get-fast", "getfast",
	  "get_user_pages_fast(), takes no pin" },
	{ PINTEST_API_PIN_ITER, "iter", "iter",
	  "iov_iter_extract_pages(), short-term only" },
	{ PINTEST_API_PIN_MEMFD, "memfd", "memfd",
	  "memfd_pin_folios() of a shared mapping, long-term only" },
};

static const struct pintest_name foll_names[] = {
	{ PINTEST_FOLL_WRITE, "write", "W", "pin for writing" },
	{ PINTEST_FOLL_FORCE, "force", "F",
	  "write in spite of the protection of the mapping" },
	{ PINTEST_FOLL_LONGTERM, "longterm", "L", "may be held forever" },
	{ PINTEST_FOLL_NOFAULT, "nofault", "nofault", "do not fault pages in" },
	{ PINTEST_FOLL_NOWAIT, "nowait", "nowait", "do not wait for I/O" },
	{ PINTEST_FOLL_HWPOISON, "hwpoison", "hwpoison",
	  "report poisoned pages with EHWPOISON" },
	{ PINTEST_FOLL_ANON, "anon", "anon", "anonymous mappings only" },
	{ PINTEST_FOLL_DUMP, "dump", "dump", "refuse zero pages and holes" },
	{ PINTEST_FOLL_SPLIT_PMD, "split-pmd", "split-pmd",
	  "split a PMD mapping first" },
	{ PINTEST_FOLL_PCI_P2PDMA, "pci-p2pdma", "p2pdma",
	  "allow PCI peer-to-peer memory" },
	{ PINTEST_FOLL_INTERRUPTIBLE, "interruptible", "intr",
	  "let any signal interrupt a fault" },
	{ PINTEST_FOLL_HONOR_NUMA_FAULT, "honor-numa-fault", "numa-fault",
	  "take NUMA hinting faults" },
	{ PINTEST_FOLL_TOUCH, "touch", "touch", "mark pages accessed" },
	{ PINTEST_FOLL_MIGRATION, "migration", "migration",
	  "wait for pages under migration" },
	{ PINTEST_FOLL_NUMA, "numa", "numa", "take NUMA hinting faults" },
	{ PINTEST_FOLL_SPLIT, "split", "split",
	  "split a transparent huge page first" },
};

static const struct pintest_name page_names[] = {
	{ PINTEST_PAGE_MAPPED, "mapped", "map",
	  "a page is mapped at the address now" },
	{ PINTEST_PAGE_MAPPED_WRITABLE, "mapped-writable", "rw",
	  "and mapped writable" },
	{ PINTEST_PAGE_MAPPED_SAME, "mapped-same", "same",
	  "and it is the page of the record" },
	{ PINTEST_PAGE_ANON, "anon", "anon", "anonymous" },
	{ PINTEST_PAGE_ANON_EXCLUSIVE, "anon-exclusive", "excl",
	  "PageAnonExclusive() of the page" },
	{ PINTEST_PAGE_HEAD_ANON_EXCLUSIVE, "head-anon-exclusive", "hexcl",
	  "PageAnonExclusive() of the head page" },
	{ PINTEST_PAGE_KSM, "ksm", "ksm", "merged by KSM" },
	{ PINTEST_PAGE_ZERO, "zero", "zero", "the shared zeropage" },
	{ PINTEST_PAGE_HUGE_ZERO, "huge-zero", "hzero",
	  "of the huge zeropage" },
	{ PINTEST_PAGE_HUGETLB, "hugetlb", "hugetlb", "of a hugetlb folio" },
	{ PINTEST_PAGE_THP, "thp", "thp",
	  "of a large folio that is not hugetlb" },
	{ PINTEST_PAGE_SWAPBACKED, "swapbacked", "swapb", "backed by swap" },
	{ PINTEST_PAGE_DIRTY, "dirty", "dirty", "dirty" },
	{ PINTEST_PAGE_WRITEBACK, "writeback", "wb", "being written back" },
	{ PINTEST_PAGE_LRU, "lru", "lru", "on an LRU list" },
	{ PINTEST_PAGE_MLOCKED, "mlocked", "mlock", "mlocked" },
	{ PINTEST_PAGE_SWAPCACHE, "swapcache", "swapc", "in the swap cache" },
	{ PINTEST_PAGE_MAYBE_DMA_PINNED, "maybe-dma-pinned", "pinned",
	  "the kernel takes it for pinned" },
};

static const struct pintest_name field_names[] = {
	{ PINTEST_FIELD_PFN, "pfn", "pfn", "page frame number" },
	{ PINTEST_FIELD_MAPPED_PFN, "mapped-pfn", "mapped-pfn",
	  "page frame number of the page that is mapped now" },
	{ PINTEST_FIELD_FOLIO, "folio", "folio",
	  "order of the folio and place in it" },
	{ PINTEST_FIELD_REFCOUNT, "refcount", "ref", "references" },
	{ PINTEST_FIELD_MAPCOUNT, "mapcount", "map",
	  "page table entries that map the page" },
	{ PINTEST_FIELD_ENTIRE_MAPCOUNT, "entire-mapcount", "entire",
	  "page table entries that map the whole folio" },
	{ PINTEST_FIELD_PINCOUNT, "pincount", "pin", "pins of the folio" },
	{ PINTEST_FIELD_ZONE, "zone", "zone", "memory zone" },
	{ PINTEST_FIELD_NODE, "node", "node", "NUMA node" },
	{ PINTEST_FIELD_MIGRATETYPE, "migratetype", "mt",
	  "migrate type of the pageblock" },
};

static const struct pintest_name pincount_names[] = {
	{ PINTEST_PINCOUNT_EXACT, "exact", "=", "counted by the folio" },
	{ PINTEST_PINCOUNT_ESTIMATE, "estimate", "~",
	  "unknown references / 1024, the most there can be" },
	{ PINTEST_PINCOUNT_NOT_COUNTED, "not-counted", "?",
	  "the zeropage counts no pins" },
	{ PINTEST_PINCOUNT_UNKNOWN, "unknown", "!",
	  "the count has overflowed or is frozen" },
};

static const struct pintest_name zone_names[] = {
	{ PINTEST_ZONE_DMA, "dma", "dma", "ZONE_DMA" },
	{ PINTEST_ZONE_DMA32, "dma32", "dma32", "ZONE_DMA32" },
	{ PINTEST_ZONE_NORMAL, "normal", "normal", "ZONE_NORMAL" },
	{ PINTEST_ZONE_HIGHMEM, "highmem", "high", "ZONE_HIGHMEM" },
	{ PINTEST_ZONE_MOVABLE, "movable", "mov", "ZONE_MOVABLE" },
	{ PINTEST_ZONE_DEVICE, "device", "dev", "ZONE_DEVICE" },
};

static const struct pintest_name migratetype_names[] = {
	{ PINTEST_MIGRATE_UNMOVABLE, "unmovable", "unmov",
	  "MIGRATE_UNMOVABLE" },
	{ PINTEST_MIGRATE_MOVABLE, "movable", "mov", "MIGRATE_MOVABLE" },
	{ PINTEST_MIGRATE_RECLAIMABLE, "reclaimable", "recl",
	  "MIGRATE_RECLAIMABLE" },
	{ PINTEST_MIGRATE_HIGHATOMIC, "highatomic", "hatom",
	  "MIGRATE_HIGHATOMIC" },
	{ PINTEST_MIGRATE_CMA, "cma", "cma", "MIGRATE_CMA" },
	{ PINTEST_MIGRATE_ISOLATE, "isolate", "isol", "MIGRATE_ISOLATE" },
};

static const struct pintest_name traced_names[] = {
	{ PINTEST_CALL_PIN_USER_PAGES, "pin_user_pages",
	  "pin_user_pages", "takes pins" },
	{ PINTEST_CALL_PIN_USER_PAGES_FAST, "pin_user_pages_fast",
	  "pin_user_pages_fast", "takes pins" },
	{ PINTEST_CALL_PIN_USER_PAGES_FAST_ONLY, "pin_user_pages_fast_only",
	  "pin_user_pages_fast_only", "takes pins" },
	{ PINTEST_CALL_PIN_USER_PAGES_REMOTE, "pin_user_pages_remote",
	  "pin_user_pages_remote", "takes pins" },
	{ PINTEST_CALL_PIN_USER_PAGES_UNLOCKED, "pin_user_pages_unlocked",
	  "pin_user_pages_unlocked", "takes pins" },
	{ PINTEST_CALL_PIN_USER_PAGES_LOCKED, "pin_user_pages_locked",
	  "pin_user_pages_locked", "takes pins" },
	{ PINTEST_CALL_MEMFD_PIN_FOLIOS, "memfd_pin_folios",
	  "memfd_pin_folios", "pins folios of a memfd" },
	{ PINTEST_CALL_FOLIO_ADD_PIN, "folio_add_pin",
	  "folio_add_pin", "takes more pins of a folio" },
	{ PINTEST_CALL_FOLIO_ADD_PINS, "folio_add_pins",
	  "folio_add_pins", "takes more pins of a folio" },
	{ PINTEST_CALL_GET_USER_PAGES, "get_user_pages",
	  "get_user_pages", "takes references" },
	{ PINTEST_CALL_GET_USER_PAGES_FAST, "get_user_pages_fast",
	  "get_user_pages_fast", "takes references" },
	{ PINTEST_CALL_GET_USER_PAGES_FAST_ONLY, "get_user_pages_fast_only",
	  "get_user_pages_fast_only", "takes references" },
	{ PINTEST_CALL_GET_USER_PAGES_REMOTE, "get_user_pages_remote",
	  "get_user_pages_remote", "takes references" },
	{ PINTEST_CALL_GET_USER_PAGES_UNLOCKED, "get_user_pages_unlocked",
	  "get_user_pages_unlocked", "takes references" },
	{ PINTEST_CALL_GET_USER_PAGES_LOCKED, "get_user_pages_locked",
	  "get_user_pages_locked", "takes references" },
	{ PINTEST_CALL_UNPIN_USER_PAGE, "unpin_user_page",
	  "unpin_user_page", "gives pins back" },
	{ PINTEST_CALL_UNPIN_USER_PAGES, "unpin_user_pages",
	  "unpin_user_pages", "gives pins back" },
	{ PINTEST_CALL_UNPIN_USER_PAGES_DIRTY_LOCK, "unpin_user_pages_dirty_lock",
	  "unpin_user_pages_dirty_lock", "gives pins back" },
	{ PINTEST_CALL_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK, "unpin_user_page_range_dirty_lock",
	  "unpin_user_page_range_dirty_lock", "gives pins back" },
	{ PINTEST_CALL_UNPIN_USER_FOLIO, "unpin_user_folio",
	  "unpin_user_folio", "gives pins back" },
	{ PINTEST_CALL_UNPIN_USER_FOLIO_DIRTY_LOCKED, "unpin_user_folio_dirty_locked",
	  "unpin_user_folio_dirty_locked", "gives pins back" },
	{ PINTEST_CALL_UNPIN_FOLIO, "unpin_folio",
	  "unpin_folio", "gives pins back" },
	{ PINTEST_CALL_UNPIN_FOLIOS, "unpin_folios",
	  "unpin_folios", "gives pins back" },
};

/* How the kernel spells what has a shorter name here. */
struct spelling {
	uint64_t value;
	const char *text;
};

static const struct spelling api_spellings[] = {
	{ PINTEST_API_PIN, "pin_user_pages()" },
	{ PINTEST_API_PIN_FAST, "pin_user_pages_fast()" },
	{ PINTEST_API_PIN_UNLOCKED, "pin_user_pages_unlocked()" },
	{ PINTEST_API_PIN_REMOTE, "pin_user_pages_remote()" },
	{ PINTEST_API_PIN_REMOTE_LOCKED, "pin_user_pages_remote(&locked)" },
	{ PINTEST_API_GET, "get_user_pages()" },
	{ PINTEST_API_GET_FAST, "get_user_pages_fast()" },
	{ PINTEST_API_PIN_ITER, "iov_iter_extract_pages()" },
	{ PINTEST_API_PIN_MEMFD, "memfd_pin_folios()" },
};

#define FOLL(flag)	{ PINTEST_FOLL_##flag, "FOLL_" #flag }

static const struct spelling foll_spellings[] = {
	FOLL(WRITE), FOLL(FORCE), FOLL(LONGTERM), FOLL(NOFAULT), FOLL(NOWAIT),
	FOLL(HWPOISON), FOLL(ANON), FOLL(DUMP), FOLL(SPLIT_PMD),
	FOLL(PCI_P2PDMA), FOLL(INTERRUPTIBLE), FOLL(HONOR_NUMA_FAULT),
	FOLL(TOUCH), FOLL(MIGRATION), FOLL(NUMA), FOLL(SPLIT),
};

#define TABLE(names) { names, ARRAY_SIZE(names) }

static const struct {
	const struct pintest_name *names;
	size_t count;
} tables[] = {
	[PINTEST_NAMES_API]		= TABLE(api_names),
	[PINTEST_NAMES_FOLL]		= TABLE(foll_names),
	[PINTEST_NAMES_PAGE]		= TABLE(page_names),
	[PINTEST_NAMES_FIELD]		= TABLE(field_names),
	[PINTEST_NAMES_PINCOUNT]	= TABLE(pincount_names),
	[PINTEST_NAMES_ZONE]		= TABLE(zone_names),
	[PINTEST_NAMES_MIGRATETYPE]	= TABLE(migratetype_names),
	[PINTEST_NAMES_TRACED]		= TABLE(traced_names),
};

const struct pintest_name *pintest_names(enum pintest_names table,
					 size_t *count)
{
	if ((size_t)table >= ARRAY_SIZE(tables)) {
		*count = 0;
		return NULL;
	}
	*count = tables[table].count;
	return tables[table].names;
}

const char *pintest_name(enum pintest_names table, uint64_t value)
{
	const struct pintest_name *names;
	size_t i, count;

	names = pintest_names(table, &count);
	for (i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

static const struct spelling *spellings(enum pintest_names table,
					size_t *count)
{
	switch (table) {
	case PINTEST_NAMES_API:
		*count = ARRAY_SIZE(api_spellings);
		return api_spellings;
	case PINTEST_NAMES_FOLL:
		*count = ARRAY_SIZE(foll_spellings);
		return foll_spellings;
	default:
		*count = 0;
		return NULL;
	}
}

const char *pintest_kernel_name(enum pintest_names table, uint64_t value)
{
	const struct spelling *all;
	size_t i, count;

	all = spellings(table, &count);
	for (i = 0; i < count; i++)
		if (all[i].value == value)
			return all[i].text;
	return pintest_name(table, value);
}

/* A call may be written without the brackets behind it. */
static bool is_spelt(const char *text, const char *word, size_t length)
{
	return !strncmp(text, word, length) &&
	       (!text[length] || !strcmp(text + length, "()"));
}

static int value_of(enum pintest_names table, const char *name, size_t length,
		    uint64_t *value)
{
	const struct pintest_name *names;
	const struct spelling *all;
	size_t i, count;

	names = pintest_names(table, &count);
	for (i = 0; i < count; i++) {
		if (strlen(names[i].name) == length &&
		    !strncmp(names[i].name, name, length)) {
			*value = names[i].value;
			return 0;
		}
	}
	all = spellings(table, &count);
	for (i = 0; i < count; i++) {
		if (is_spelt(all[i].text, name, length)) {
			*value = all[i].value;
			return 0;
		}
	}
	return -ENOENT;
}

int pintest_value(enum pintest_names table, const char *name, uint64_t *value)
{
	return value_of(table, name, strlen(name), value);
}

int pintest_parse_mask(enum pintest_names table, const char *list,
		       uint64_t *mask, const char **bad)
{
	uint64_t sum = 0, bit;
	size_t length;
	int ret;

	if (!*list || !strcmp(list, "none")) {
		*mask = 0;
		return 0;
	}
	for (;; list += length + 1) {
		length = strcspn(list, ",|");
		ret = value_of(table, list, length, &bit);
		if (ret) {
			if (bad)
				*bad = list;
			return ret;
		}
		sum |= bit;
		if (!list[length])
			break;
	}
	*mask = sum;
	return 0;
}

/* Lists are built by snprintf()'s rules: count all, write what fits. */
struct list {
	char *buf;
	size_t size;
	size_t length;
};

static void list_add(struct list *list, const char *separator,
		     const char *word)
{
	size_t used = list->length < list->size ? list->length : list->size;

	list->length += snprintf(list->buf + used, list->size - used, "%s%s",
				 list->length ? separator : "", word);
}

int pintest_format_mask(enum pintest_names table, uint64_t mask, char *buf,
			size_t size)
{
	struct list list = { .buf = buf, .size = size };
	const struct pintest_name *names;
	char rest[19];
	size_t i, count;

	names = pintest_names(table, &count);
	for (i = 0; i < count; i++) {
		if (mask & names[i].value)
			list_add(&list, ",", names[i].name);
		mask &= ~names[i].value;
	}
	if (mask) {
		snprintf(rest, sizeof(rest), "0x%llx",
			 (unsigned long long)mask);
		list_add(&list, ",", rest);
	}
	if (!list.length)
		list_add(&list, "", "none");
	return list.length;
}

int pintest_format_foll(uint64_t foll, char *buf, size_t size)
{
	struct list list = { .buf = buf, .size = size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(foll_spellings); i++)
		if (foll & foll_spellings[i].value)
			list_add(&list, "|", foll_spellings[i].text);
	if (!list.length)
		list_add(&list, "", "0");
	return list.length;
}
