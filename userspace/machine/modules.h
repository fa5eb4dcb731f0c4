/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules of the kernel that memory kinds take.
 */
#ifndef PINTEST_MODULES_H
#define PINTEST_MODULES_H

/**
 * module_need() - load a module, if there is one that is not loaded
 * @name: its name
 *
 * What it is wanted for tells whether the kernel has it: it may be built in.
 */
void module_need(const char *name);

#endif /* PINTEST_MODULES_H */
