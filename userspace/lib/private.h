/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of libpintest share.
 */
#ifndef PINTEST_PRIVATE_H
#define PINTEST_PRIVATE_H

#include "pintest.h"

#define MODULE_NAME	"pintest"

/**
 * struct pintest - see pintest.h; never changes once it is open
 *
 * @fd: the device, owned
 * @abi: PINTEST_ABI of the module
 * @page_size: bytes in a page
 * @apis: bit n for &enum pintest_api n
 * @foll: flags that API n takes
 * @fields: what a record can have
 * @flags: what a record can know
 */
struct pintest {
	int fd;
	unsigned int abi;
	size_t page_size;
	uint64_t apis;
	uint64_t foll[64];
	uint64_t fields;
	uint64_t flags;
	uint32_t stop;		/* of the last request */
};

/** pintest_ioctl() - ioctl() that returns -errno */
int pintest_ioctl(int fd, unsigned long request, void *argument);

/**
 * struct module_facts - what was seen when the module could not be used
 *
 * @release: release of the running kernel
 * @error: positive errno of the attempt
 * @capable: may load modules: CAP_SYS_MODULE in the first user namespace
 * @modules: the kernel has loadable modules
 * @disabled: sysctl kernel.modules_disabled is set, or "nomodule" did it
 * @nomodule: "nomodule" is on the kernel command line
 * @blacklisted: modprobe.d forbids to load the module
 * @loaded: the module is loaded
 * @references: who uses the loaded module
 * @node: there is a device node
 * @file: the module file that was tried, empty if none was found
 * @file_given: and the caller named it
 * @file_readable: and it can be read
 * @file_name: the module name that it carries, empty if it carries none
 * @built_for: the kernel release that the file says it was built for
 * @headers: headers of the running kernel are installed
 * @dkms: DKMS knows the module
 * @lockdown: the lockdown mode, empty if there is none
 * @secure_boot: UEFI booted with Secure Boot
 * @signed_file: the module file carries a signature
 * @key: certificate of the key that DKMS signs with here, empty if it has none
 * @key_enrolled: and the firmware's list of machine owner keys (MOK) has it
 * @key_pending: and its enrolment waits for the next boot
 * @device: major and minor number of the device, empty if not known
 */
struct module_facts {
	char release[65];
	int error;
	bool capable;
	bool modules;
	bool disabled;
	bool nomodule;
	bool blacklisted;
	bool loaded;
	int references;
	bool node;
	char file[4096];
	bool file_given;
	bool file_readable;
	char file_name[65];
	char built_for[65];
	bool headers;
	bool dkms;
	char lockdown[32];
	bool secure_boot;
	bool signed_file;
	char key[64];
	bool key_enrolled;
	bool key_pending;
	char device[32];
};

/**
 * module_facts_gather() - see what the system says about modules
 * @facts: zeroed by the caller, who adds what only libkmod knows: error,
 *	blacklisted, and what there is of the file
 * @root: directory that the files are looked for under, "" for the real ones
 */
void module_facts_gather(struct module_facts *facts, const char *root);

/** module_is_loaded() - whether the module is loaded and set up */
bool module_is_loaded(const char *root);

/**
 * module_explain_load() - why the module could not be loaded
 *
 * This and the next two are pure: the same facts give the same explanation.
 */
void module_explain_load(const struct module_facts *facts,
			 struct pintest_module_error *why);

/** module_explain_open() - why the device of a loaded module is unusable */
void module_explain_open(const struct module_facts *facts,
			 struct pintest_module_error *why);

/** module_explain_unload() - why the module could not be unloaded */
void module_explain_unload(const struct module_facts *facts,
			   struct pintest_module_error *why);

#endif /* PINTEST_PRIVATE_H */
