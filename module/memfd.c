// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of a shared mapping, pinned where they come from: memfd_pin_folios()
 * asks the file, not the page tables, which need not map anything.
 *
 * It takes one pin for each folio, however many of its pages are wanted. So
 * what one call gave is given back together, one pin for each folio.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include "compat/gup.h"
#include "compat/vma.h"
#include "pintest_private.h"

/*
 * The file that is mapped at a range, to be dropped with fput(), and where the
 * range is in it. What may not be written by way of the mapping may not be by a
 * pin of it: then a shared mapping is VM_MAYSHARE, but not VM_SHARED.
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
 * pintest_memfd_take - pin pages of what is mapped at a range
 * @gup: how
 * @start: address of the first page
 * @nr: pages
 * @pages: where they go
 *
 * Return: pages pinned, which end with a folio if they are fewer than @nr; or
 * -errno as the header says.
 */
long pintest_memfd_take(const struct pintest_gup *gup, unsigned long start,
			unsigned long nr, struct page **pages)
{
	loff_t offset = 0;
	struct file *file = memfd_file(gup, start, nr, &offset);
	long ret;

	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = pintest_compat_pin_memfd(file, offset, nr, pages);
	fput(file);
	return ret;
}

/**
 * pintest_memfd_put - give back what pintest_memfd_take() took
 * @pages: all pages that one call gave
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
