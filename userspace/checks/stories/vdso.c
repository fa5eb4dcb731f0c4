// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check of a pin of the vDSO: pages of the kernel's that every process has
 * mapped, privately, so that a debugger can write to them.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/pagemap.h"
#include "model/words.h"

/* Of the ELF header at its beginning, a byte that nobody reads. */
#define UNUSED_BYTE	(EI_NIDENT - 1)
#define WRITTEN		0x5a

struct vdso {
	unsigned char *start;
	size_t length;
};

static int find_vdso(struct vdso *vdso, struct reason *why)
{
	void *start;

	vdso->length = mapping_find("[vdso]", &start);
	vdso->start = start;
	if (!vdso->length)
		return reason(why, -EOPNOTSUPP, "this kernel maps no vDSO");
	if (memcmp(start, ELFMAG, SELFMAG) ||
	    vdso->start[UNUSED_BYTE] == WRITTEN)
		return reason(why, -ENODATA,
			      "the vDSO does not begin with an ELF header");
	return 0;
}

/* All of it, since it cannot be split; and it stays writable. */
static int write_vdso(const struct vdso *vdso, struct reason *why)
{
	if (mprotect(vdso->start, vdso->length,
		     PROT_READ | PROT_WRITE | PROT_EXEC))
		return reason(why, -EOPNOTSUPP,
			      "the vDSO cannot be made writable: %s",
			      strerror(errno));
	*(volatile unsigned char *)&vdso->start[UNUSED_BYTE] = WRITTEN;
	return 0;
}

static int pin_vdso(struct story_run *run, struct reason *why)
{
	const uint32_t *api = run->arg;
	struct pintest_pin *pin;
	unsigned char byte;
	struct vdso vdso;
	ssize_t n;
	int ret = find_vdso(&vdso, why);

	if (!ret)
		ret = story_pin(run, *api, PINTEST_FOLL_LONGTERM,
			       vdso.start, page_size(), &pin, why);
	if (!ret)
		ret = write_vdso(&vdso, why);
	if (ret)
		return ret;
	n = pintest_pin_read(pin, &byte, 1, UNUSED_BYTE);
	if (n != 1)
		return reason(why, n < 0 ? n : -EIO,
			      "cannot read through the pin");
	if (byte != WRITTEN)
		return story_fails(run, FINDING_STALE,
				  "the pin reads the kernel's page, not what the process wrote to its own");
	return story_passes(run, "the pin reads what the process wrote");
}

#define API(number)	(&(const uint32_t) { number })

static const struct story table[] = {
	{
		.id = "vdso.ro-longterm-slow",
		.what = "read-only long-term: a pin of the vDSO by pin_user_pages() sees what the process writes there",
		.run = pin_vdso,
		.arg = API(PINTEST_API_PIN),
	}, {
		.id = "vdso.ro-longterm-fast",
		.what = "read-only long-term: a pin of the vDSO by pin_user_pages_fast() sees what the process writes there",
		.run = pin_vdso,
		.arg = API(PINTEST_API_PIN_FAST),
	},
};

const struct story_family story_vdso = { table, ARRAY_SIZE(table) };
