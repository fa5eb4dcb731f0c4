// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what was seen to what is wrong and what to do about it. Pure: facts go
 * in, an explanation comes out. The rows are tried from the top, so that what
 * rules out everything else comes first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "private.h"

/*
 * Words in braces stand for facts: {release}, {file}, {built}, {lockdown},
 * {key}, {device}, {references} and {error}.
 */
struct diagnosis {
	enum pintest_module_problem problem;
	bool (*holds)(const struct module_facts *facts);
	const char *why;
	const char *advice;
};

static bool no_support(const struct module_facts *facts)
{
	return !facts->modules;
}

static bool nomodule(const struct module_facts *facts)
{
	return facts->disabled && facts->nomodule;
}

static bool disabled(const struct module_facts *facts)
{
	return facts->disabled;
}

static bool not_root(const struct module_facts *facts)
{
	return !facts->capable;
}

static bool no_file(const struct module_facts *facts)
{
	return facts->file_given && !facts->file_readable;
}

static bool wrong_file(const struct module_facts *facts)
{
	return facts->file_given && strcmp(facts->file_name, MODULE_NAME);
}

static bool no_headers(const struct module_facts *facts)
{
	return !facts->file[0] && facts->dkms && !facts->headers;
}

static bool not_built(const struct module_facts *facts)
{
	return !facts->file[0] && facts->dkms;
}

static bool no_dkms_no_headers(const struct module_facts *facts)
{
	return !facts->file[0] && !facts->headers;
}

static bool not_installed(const struct module_facts *facts)
{
	return !facts->file[0];
}

static bool blacklisted(const struct module_facts *facts)
{
	return facts->blacklisted;
}

static bool locked_down(const struct module_facts *facts)
{
	return facts->error == EPERM && facts->lockdown[0] &&
	       strcmp(facts->lockdown, "none");
}

static bool bad_signature(const struct module_facts *facts)
{
	return facts->error == EKEYREJECTED || facts->error == ENOKEY ||
	       facts->error == EBADMSG;
}

/*
 * Under Secure Boot four steps lead to a module that the kernel takes: DKMS has a
 * key, its enrolment is asked for, confirmed at a boot, and the module is signed.
 * The message names the first missing step. The module may also be signed by another
 * key than that of DKMS.
 */
static bool secure_boot_refuses(const struct module_facts *facts)
{
	return facts->secure_boot &&
	       (locked_down(facts) || bad_signature(facts));
}

static bool no_key(const struct module_facts *facts)
{
	return secure_boot_refuses(facts) && !facts->key[0];
}

static bool key_pending(const struct module_facts *facts)
{
	return secure_boot_refuses(facts) && !facts->key_enrolled &&
	       facts->key_pending;
}

static bool key_not_enrolled(const struct module_facts *facts)
{
	return secure_boot_refuses(facts) && !facts->key_enrolled;
}

static bool not_signed(const struct module_facts *facts)
{
	return secure_boot_refuses(facts) && !facts->signed_file;
}

static bool enrolled_in_vain(const struct module_facts *facts)
{
	return secure_boot_refuses(facts);
}

static bool other_kernel(const struct module_facts *facts)
{
	return facts->built_for[0] &&
	       strcmp(facts->built_for, facts->release);
}

static bool other_build(const struct module_facts *facts)
{
	return facts->error == ENOEXEC;
}

static bool no_symbol(const struct module_facts *facts)
{
	return facts->error == ENOENT;
}

static bool other_symbol(const struct module_facts *facts)
{
	return facts->error == EINVAL;
}

static bool always(const struct module_facts *facts)
{
	(void)facts;
	return true;
}

static const struct diagnosis load_diagnoses[] = {
	{ PINTEST_MODULE_NO_SUPPORT, no_support,
	  "kernel {release} was built without loadable modules",
	  "boot a kernel that has them, such as a distribution's" },
	{ PINTEST_MODULE_NOMODULE, nomodule,
	  "the kernel was started with 'nomodule', so it loads no module",
	  "remove 'nomodule' from the kernel command line and reboot" },
	{ PINTEST_MODULE_DISABLED, disabled,
	  "sysctl kernel.modules_disabled is 1: no module can be loaded until "
	  "the next boot",
	  "reboot, and load pintest before that sysctl is set" },
	{ PINTEST_MODULE_NOT_ROOT, not_root,
	  "loading a module takes CAP_SYS_MODULE, which this process has not",
	  "run it as root, and outside of containers" },
	{ PINTEST_MODULE_NO_FILE, no_file,
	  "cannot read module file {file}: {error}",
	  "give the path of a pintest.ko that was built for {release}" },
	{ PINTEST_MODULE_WRONG_FILE, wrong_file,
	  "{file} is not a pintest module",
	  "give the path of a pintest.ko that was built for {release}" },
	{ PINTEST_MODULE_NO_HEADERS, no_headers,
	  "DKMS could not build pintest for kernel {release}, as its headers "
	  "are not installed",
	  "install the package of headers for {release} (Debian: "
	  "linux-headers-{release}), then run 'dkms autoinstall'" },
	{ PINTEST_MODULE_NOT_BUILT, not_built,
	  "DKMS has pintest, but not built for kernel {release}",
	  "run 'dkms autoinstall', and look at the make.log that it names if "
	  "that fails" },
	{ PINTEST_MODULE_NOT_INSTALLED, no_dkms_no_headers,
	  "module pintest is not installed for kernel {release}, nor are its "
	  "headers, which building it takes",
	  "install the package of headers for {release} (Debian: "
	  "linux-headers-{release}), then pintest through DKMS; or give a "
	  "file with 'pintest load --path'" },
	{ PINTEST_MODULE_NOT_INSTALLED, not_installed,
	  "module pintest is not installed for kernel {release}",
	  "install it through DKMS, or build it and give the file with "
	  "'pintest load --path'" },
	{ PINTEST_MODULE_BLACKLISTED, blacklisted,
	  "module pintest is blacklisted in modprobe.d",
	  "remove that line, or load it by hand with 'modprobe pintest'" },
	{ PINTEST_MODULE_SIGNATURE, no_key,
	  "under Secure Boot the kernel takes only signed modules, and DKMS has "
	  "no key on this machine",
	  "make one and sign with it: pintest(1), SECURE BOOT, has the steps" },
	{ PINTEST_MODULE_SIGNATURE, key_pending,
	  "under Secure Boot the kernel takes only modules of enrolled keys, and "
	  "the enrolment of {key} was not confirmed yet",
	  "reboot, and choose 'Enroll MOK' in the menu that comes before the "
	  "kernel" },
	{ PINTEST_MODULE_SIGNATURE, key_not_enrolled,
	  "under Secure Boot the kernel takes only modules of enrolled keys, and "
	  "{key} is not enrolled",
	  "run 'mokutil --import {key}', reboot, and choose 'Enroll MOK' in the "
	  "menu that comes before the kernel" },
	{ PINTEST_MODULE_SIGNATURE, not_signed,
	  "under Secure Boot the kernel takes only signed modules, and {file} "
	  "is not signed",
	  "{key} is enrolled, so have DKMS build and sign it again: reinstall "
	  "pintest-dkms, or run make install" },
	{ PINTEST_MODULE_SIGNATURE, enrolled_in_vain,
	  "the kernel refused the signature of {file}, though {key} is "
	  "enrolled: {error}",
	  "look for the signer in 'modinfo pintest', and whether 'keyctl list "
	  "%:.machine' or '%:.platform' has it" },
	{ PINTEST_MODULE_LOCKDOWN, locked_down,
	  "kernel lockdown ({lockdown}) takes only modules signed with a key "
	  "that the kernel was built with",
	  "remove 'lockdown=' from the kernel command line and reboot" },
	{ PINTEST_MODULE_SIGNATURE, bad_signature,
	  "the kernel refused the signature of {file}: {error}",
	  "sign it with a key that this kernel trusts, or start the kernel "
	  "without module.sig_enforce" },
	{ PINTEST_MODULE_OTHER_KERNEL, other_kernel,
	  "{file} was built for kernel {built}, but this is {release}",
	  "build it for {release}: 'dkms autoinstall', or make with "
	  "KERNELDIR=/lib/modules/{release}/build" },
	{ PINTEST_MODULE_OTHER_KERNEL, other_build,
	  "the kernel does not take {file} for a module of its own build",
	  "build it with the headers of exactly this kernel, and look at the "
	  "end of dmesg" },
	{ PINTEST_MODULE_SYMBOLS, no_symbol,
	  "{file} needs symbols that this kernel does not have",
	  "look at the end of dmesg for their names, and build it with the "
	  "headers of exactly this kernel" },
	{ PINTEST_MODULE_SYMBOLS, other_symbol,
	  "{file} needs symbols that are different in this kernel, or was "
	  "given a parameter that it does not take",
	  "look at the end of dmesg for their names, and build it with the "
	  "headers of exactly this kernel" },
	{ PINTEST_MODULE_FAILED, always,
	  "the kernel refused to load {file}: {error}",
	  "look at the end of dmesg for the reason" },
};

static bool other_abi(const struct module_facts *facts)
{
	return facts->error == EPROTO;
}

static bool no_access(const struct module_facts *facts)
{
	return facts->error == EACCES || facts->error == EPERM;
}

static bool no_node(const struct module_facts *facts)
{
	return !facts->node;
}

static bool stale_node(const struct module_facts *facts)
{
	return facts->error == ENXIO || facts->error == ENODEV;
}

static const struct diagnosis open_diagnoses[] = {
	{ PINTEST_MODULE_OTHER_ABI, other_abi,
	  "the loaded module pintest is of another version than this program",
	  "run 'pintest unload' and install the module of this version" },
	{ PINTEST_MODULE_NO_ACCESS, no_access,
	  "only root may open " PINTEST_DEVICE,
	  "run it as root, and outside of containers" },
	{ PINTEST_MODULE_NO_NODE, no_node,
	  "module pintest is loaded, but there is no " PINTEST_DEVICE,
	  "mount devtmpfs on /dev, or run 'mknod -m 600 " PINTEST_DEVICE
	  " c {device}'" },
	{ PINTEST_MODULE_NO_NODE, stale_node,
	  PINTEST_DEVICE " is not the node of the loaded module",
	  "remove it and run 'mknod -m 600 " PINTEST_DEVICE " c {device}'" },
	{ PINTEST_MODULE_FAILED, always,
	  "cannot open " PINTEST_DEVICE ": {error}",
	  "try 'pintest unload' and 'pintest load', and look at the end of "
	  "dmesg" },
};

static bool not_loaded(const struct module_facts *facts)
{
	return !facts->loaded;
}

static bool in_use(const struct module_facts *facts)
{
	return facts->error == EBUSY;
}

static const struct diagnosis unload_diagnoses[] = {
	{ PINTEST_MODULE_NOT_LOADED, not_loaded,
	  "module pintest is not loaded", "" },
	{ PINTEST_MODULE_NOT_ROOT, not_root,
	  "unloading a module takes CAP_SYS_MODULE, which this process has not",
	  "run it as root, and outside of containers" },
	{ PINTEST_MODULE_DISABLED, disabled,
	  "sysctl kernel.modules_disabled is 1: no module can be unloaded until "
	  "the next boot",
	  "reboot, and it is gone" },
	{ PINTEST_MODULE_IN_USE, in_use,
	  "module pintest is in use: open devices and pins hold {references} "
	  "references to it",
	  "end the processes that have them open: 'fuser " PINTEST_DEVICE
	  "' and 'ls -l /proc/*/fd | grep pintest' name them" },
	{ PINTEST_MODULE_FAILED, always,
	  "the kernel refused to unload module pintest: {error}",
	  "look at the end of dmesg for the reason" },
};

static void fact_of(const struct module_facts *facts, const char *word,
		    char *buf, size_t size)
{
	const struct {
		const char *word;
		const char *text;
	} texts[] = {
		{ "release}", facts->release },
		{ "file}", facts->file[0] ? facts->file : "the module" },
		{ "built}", facts->built_for },
		{ "lockdown}", facts->lockdown },
		{ "key}", facts->key },
		{ "device}", facts->device[0] ? facts->device : "MAJOR MINOR" },
		{ "error}", strerror(facts->error) },
	};
	size_t i;

	snprintf(buf, size, "%d", facts->references);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strncmp(word, texts[i].word, strlen(texts[i].word)))
			snprintf(buf, size, "%s", texts[i].text);
}

static void fill_in(const struct module_facts *facts, const char *sentence,
		    char *buf, size_t size)
{
	char fact[256];
	size_t used = 0;
	int plain;

	buf[0] = '\0';
	while (*sentence && used < size) {
		plain = strcspn(sentence, "{");
		fact[0] = '\0';
		if (sentence[plain])
			fact_of(facts, sentence + plain + 1, fact,
				sizeof(fact));
		used += snprintf(buf + used, size - used, "%.*s%s", plain,
				 sentence, fact);
		sentence += plain;
		sentence += strcspn(sentence, "}");
		sentence += *sentence == '}';
	}
}

static void explain(const struct diagnosis *row,
		    const struct module_facts *facts,
		    struct pintest_module_error *why)
{
	while (!row->holds(facts))
		row++;
	why->problem = row->problem;
	why->error = facts->error;
	fill_in(facts, row->why, why->why, sizeof(why->why));
	fill_in(facts, row->advice, why->advice, sizeof(why->advice));
}

void module_explain_load(const struct module_facts *facts,
			 struct pintest_module_error *why)
{
	explain(load_diagnoses, facts, why);
}

void module_explain_open(const struct module_facts *facts,
			 struct pintest_module_error *why)
{
	explain(open_diagnoses, facts, why);
}

void module_explain_unload(const struct module_facts *facts,
			   struct pintest_module_error *why)
{
	explain(unload_diagnoses, facts, why);
}
