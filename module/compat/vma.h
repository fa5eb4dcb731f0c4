/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PINTEST_COMPAT_VMA_H
#define PINTEST_COMPAT_VMA_H

#include <linux/mm.h>
#include "features.h"

/* VM_* of a mapping. The mmap lock is held. */
static inline unsigned long
pintest_compat_vm_flags(const struct vm_area_struct *vma)
{
#if defined(HAVE_VMA_FLAGS_WORD)
	return vma->vm_flags;
#elif defined(HAVE_VMA_FLAGS_MAP)
	return vma_flags_to_legacy(vma->flags);
#else
#error "pintest does not know where this kernel keeps the flags of a mapping"
#endif
}

#endif /* PINTEST_COMPAT_VMA_H */
