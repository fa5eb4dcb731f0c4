/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice of newer kernels than some C libraries: the numbers of the uapi.
 */
#ifndef PINTEST_MADVISE_H
#define PINTEST_MADVISE_H

#include <sys/mman.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE	101
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

#endif /* PINTEST_MADVISE_H */
