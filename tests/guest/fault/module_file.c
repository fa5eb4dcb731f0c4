// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "ktap.h"
#include "module_file.h"

int module_open(void)
{
	char path[512] = "";
	FILE *modinfo = popen("modinfo -n pintest", "re");
	int fd;

	REQUIRE(modinfo);
	if (!fgets(path, sizeof(path), modinfo))
		FAIL("modinfo does not know pintest");
	pclose(modinfo);
	path[strcspn(path, "\n")] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		FAIL("cannot open %s: %s", path, strerror(errno));
	return fd;
}

int module_load(int fd, const char *parameters)
{
	return SYS(syscall(SYS_finit_module, fd, parameters, 0));
}

int module_unload(void)
{
	return SYS(syscall(SYS_delete_module, "pintest", O_NONBLOCK));
}
