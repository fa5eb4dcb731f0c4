/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of errors, for programs that read what we write.
 */
#ifndef PINTEST_ERRNO_NAME_H
#define PINTEST_ERRNO_NAME_H

/** errno_name() - "EFAULT" for EFAULT, "E999" for one without a name here */
const char *errno_name(int error);

#endif /* PINTEST_ERRNO_NAME_H */
