// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of pins and seals. Who seals a memfd against writes is promised that
 * nobody writes to it any more, which a device with a pin could.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

/* CHECK_PAGES of a memfd, mapped and then pinned. */
struct sealable {
	int fd;
	void *pages;
	size_t length;
	struct pintest_pin *pin;
};

static int map_sealable(struct sealable *file, int mapping, struct reason *why)
{
	file->length = CHECK_PAGES * page_size();
	file->fd = memfd_create("pintest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file->fd < 0 || ftruncate(file->fd, file->length))
		return reason(why, -errno, "cannot create a memfd: %s",
			      strerror(errno));
	file->pages = mmap(NULL, file->length, PROT_READ | PROT_WRITE, mapping,
			   file->fd, 0);
	if (file->pages == MAP_FAILED)
		return reason(why, -errno, "cannot map a memfd: %s",
			      strerror(errno));
	words_fill(file->pages, file->length, WORD_PIN_TIME);
	return 0;
}

static int pin_sealable(struct story_run *run, struct sealable *file,
			int mapping, struct reason *why)
{
	const uint32_t *foll = run->arg;
	int ret = map_sealable(file, mapping, why);

	return ret ? ret : story_pin(run, PINTEST_API_PIN, *foll, file->pages,
				    file->length, &file->pin, why);
}

/* A mapping that can write keeps the file from being sealed as well. */
static int unmap_sealable(struct sealable *file, struct reason *why)
{
	if (munmap(file->pages, file->length))
		return reason(why, -errno, "cannot unmap a memfd: %s",
			      strerror(errno));
	return 0;
}

static int seal(const struct sealable *file, int seals)
{
	return fcntl(file->fd, F_ADD_SEALS, seals) ? -errno : 0;
}

/* 1 if the file has what is stored through the pin now, 0 if not, or -errno. */
static int takes_stores(const struct sealable *file, struct reason *why)
{
	char page[page_size()];
	struct word word;
	int ret = words_to_pin(file->pin, WORD_DEVICE);

	if (ret)
		return reason(why, ret, "cannot write through the pin: %s",
			      strerror(-ret));
	if (pread(file->fd, page, sizeof(page), 0) != (ssize_t)sizeof(page))
		return reason(why, -EIO, "cannot read a memfd");
	word = word_of_page(page);
	return word_is(&word, WORD_DEVICE);
}

static int judge_seal(struct story_run *run, struct sealable *file,
		      struct reason *why)
{
	int sealed = seal(file, F_SEAL_WRITE);
	int ret = takes_stores(file, why);

	if (ret < 0)
		return ret;
	if (!ret)
		return reason(why, -ENODATA,
			      "the file does not have what the pin stores");
	if (!sealed)
		return story_fails(run, FINDING_ALLOWED,
				  "the file was sealed against writes, and has what the pin stores since");
	if (sealed != -EBUSY)
		return reason(why, sealed, "F_SEAL_WRITE is refused: %s",
			      strerror(-sealed));
	ret = pintest_pin_release(file->pin, 0);
	if (!ret)
		ret = seal(file, F_SEAL_WRITE);
	if (ret)
		return reason(why, ret,
			      "a file that is not pinned cannot be sealed: %s",
			      strerror(-ret));
	return story_passes(run, "F_SEAL_WRITE: %s, and not so when it was unpinned",
			   strerror(-sealed));
}

static int seal_shared(struct story_run *run, struct reason *why)
{
	struct sealable file = { .fd = -1 };
	int ret = pin_sealable(run, &file, MAP_SHARED, why);

	if (!ret)
		ret = unmap_sealable(&file, why);
	return ret ? ret : judge_seal(run, &file, why);
}

/* What is pinned is a copy, which the seal is not about: the control. */
static int seal_private(struct story_run *run, struct reason *why)
{
	struct sealable file = { .fd = -1 };
	int ret = pin_sealable(run, &file, MAP_PRIVATE, why);

	if (!ret)
		ret = unmap_sealable(&file, why);
	if (!ret)
		ret = takes_stores(&file, why);
	if (ret < 0)
		return ret;
	if (ret)
		return story_fails(run, FINDING_LEAKED,
				  "the file has what is stored through a pin of a private mapping");
	ret = seal(&file, F_SEAL_WRITE);
	if (ret)
		return story_fails(run, FINDING_REFUSED,
				  "F_SEAL_WRITE, while a private mapping of the file is pinned: %s",
				  strerror(-ret));
	return story_passes(run, "F_SEAL_WRITE is taken");
}

/* Only new writers are refused then: pins, like mappings, may go on. */
static int seal_future(struct story_run *run, struct reason *why)
{
	struct sealable file = { .fd = -1 };
	void *again;
	int ret = pin_sealable(run, &file, MAP_SHARED, why);

	if (!ret)
		ret = unmap_sealable(&file, why);
	if (!ret)
		ret = seal(&file, F_SEAL_FUTURE_WRITE);
	if (ret)
		return reason(why, ret, "F_SEAL_FUTURE_WRITE is refused: %s",
			      strerror(-ret));
	again = mmap(NULL, file.length, PROT_READ | PROT_WRITE, MAP_SHARED,
		     file.fd, 0);
	if (again != MAP_FAILED)
		return reason(why, -ENODATA,
			      "the file was sealed, and can be mapped writable");
	ret = takes_stores(&file, why);
	if (ret < 0)
		return ret;
	if (!ret)
		return story_fails(run, FINDING_LOST,
				  "the file does not have what the pin stores after F_SEAL_FUTURE_WRITE");
	return story_passes(run, "the file has what the pin stores");
}

#define RW		(&(const uint32_t) { PINTEST_FOLL_WRITE })
#define RW_LONGTERM	(&(const uint32_t) { PINTEST_FOLL_WRITE | \
					     PINTEST_FOLL_LONGTERM })

static const struct story table[] = {
	{
		.id = "seals.write-rw",
		.what = "a memfd cannot be sealed against writes while a read-write short-term pin of its pages is held",
		.run = seal_shared,
		.arg = RW,
	}, {
		.id = "seals.write-rw-longterm",
		.what = "a memfd cannot be sealed against writes while a read-write long-term pin of its pages is held",
		.run = seal_shared,
		.arg = RW_LONGTERM,
	}, {
		.id = "seals.write-private",
		.what = "a read-write long-term pin of a private mapping of a memfd does not prevent sealing it",
		.run = seal_private,
		.arg = RW_LONGTERM,
	}, {
		.id = "seals.future-write",
		.what = "a read-write long-term pin goes on writing to a memfd that is sealed against new writers",
		.run = seal_future,
		.arg = RW_LONGTERM,
	},
};

const struct story_family story_seal = { table, ARRAY_SIZE(table) };
