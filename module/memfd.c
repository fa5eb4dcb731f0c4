// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of a shared mapping, pinned by way of their file: memfd_pin_folios()
 * asks the file for them. The page tables may map none of them.
 *
 * The kernel takes one pin for each folio, however many of its pages the caller
 * wants. So the module gives back what one call gave together, one pin for each
 * folio.
 *
 * The module looks up file and offset once for the whole range, so that the
 * result does not depend on the pieces in which it pins the range.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "compat/gup.h"
#include "compat/vma.h"
#include "pintest_private.h"

/*
 * Returns the file that is mapped at a range, to be dropped with fput(), and
 * the offset of the range in it. A pin must not write to a file that the
 * mapping must not write to: such a shared mapping has VM_MAYSHARE, but not
 * VM_SHARED.
 */
static struct file *memfd_file(const struct pintest_gup *gup,
			       unsigned long start, unsigned long nr,
			       loff_t *offset)
{
	const unsigned long wanted = gup->foll & PINTEST_FOLL_WRITE ?
				     VM_MAYSHARE | VM_MAYWRITE : VM_MAYSHARE;
	struct file *file = ERR_PTR(-EFAULT);
	struct vm_area_struct *vma;

	if (mmap_read_lock_killable(gup->mm))
		return ERR_PTR(-EINTR);
	vma = find_vma(gup->mm, start);
	if (vma && vma->vm_start <= start && vma->vm_file &&
	    (vma->vm_end - start) / PAGE_SIZE >= nr &&
	    (pintest_compat_vm_flags(vma) & wanted) == wanted) {
		file = get_file(vma->vm_file);
		*offset = ((loff_t)vma->vm_pgoff << PAGE_SHIFT) +
			  (start - vma->vm_start);
	}
	mmap_read_unlock(gup->mm);
	return file;
}

/**
 * pintest_memfd_begin - find the file of a range
 * @gup: gets the file, and keeps it until pintest_gup_end()
 * @start: address of the first page
 * @nr: pages in all
 *
 * Return: 0; -EFAULT if the range is not in one shared mapping that allows the
 * access; -EINVAL if the file ends before the range does; -EINTR.
 */
int pintest_memfd_begin(struct pintest_gup *gup, unsigned long start,
			unsigned long nr)
{
	loff_t offset = 0;
	struct file *file = memfd_file(gup, start, nr, &offset);

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (i_size_read(file_inode(file)) - offset <
	    (loff_t)(nr - 1) * PAGE_SIZE + 1) {
		fput(file);
		return -EINVAL;
	}
	gup->file = file;
	gup->file_start = start;
	gup->file_offset = offset;
	return 0;
}

/**
 * pintest_memfd_take - pin the pages of a file that is mapped at a range
 * @gup: how
 * @start: address of the first page
 * @nr: pages
 * @pages: where they go
 *
 * If the kernel fails for one page, it pins none. Then this asks for fewer
 * pages, so that an error is about the first page.
 *
 * Return: pages pinned, or -errno as the header says.
 */
long pintest_memfd_take(const struct pintest_gup *gup, unsigned long start,
			unsigned long nr, struct page **pages)
{
	loff_t offset = gup->file_offset + (start - gup->file_start);
	long ret;

	do {
		ret = pintest_compat_pin_memfd(gup->file, offset, nr, pages);
		nr /= 2;
	} while (ret < 0 && nr && !fatal_signal_pending(current));
	return ret;
}

/**
 * pintest_memfd_join - join the pages of two consecutive calls
 * @pages: the pages of the first call, followed by those of the second
 * @nr: pages of the first call
 *
 * pintest_memfd_put() gives back one pin for each folio. A folio in both calls
 * has two, so this gives one back.
 */
void pintest_memfd_join(struct page **pages, unsigned long nr)
{
	if (nr && compound_head(pages[nr - 1]) == compound_head(pages[nr]))
		pintest_compat_unpin_memfd(pages[nr], false);
}

/**
 * pintest_memfd_put - give back what pintest_memfd_take() took
 * @pages: all pages that one call returned
 * @nr: how many
 * @dirty: mark them dirty first
 */
void pintest_memfd_put(struct page **pages, unsigned long nr, bool dirty)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		if (i + 1 == nr || compound_head(pages[i]) !=
				   compound_head(pages[i + 1]))
			pintest_compat_unpin_memfd(pages[i], dirty);
}
