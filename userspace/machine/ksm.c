// SPDX-License-Identifier: GPL-2.0-only
/*
 * KSM: the kernel's daemon that merges equal pages.
 */
#include <errno.h>
#include <string.h>

#include "base/reason.h"
#include "base/text.h"
#include "settings.h"

#define KSM	"kernel/mm/ksm/"

/* Since 6.8 one may set how much is scanned, and lets nobody else do it. */
static int dismiss_advisor(struct settings *settings)
{
	int ret = settings_write(settings, KSM "advisor_mode", "none");

	return ret == -ENOENT ? 0 : ret;
}

/* It stops before it is slowed down again: what changed last is put back first. */
static int start_ksm(struct settings *settings, const char *sleep_ms,
		     struct reason *why)
{
	int ret = dismiss_advisor(settings);

	if (!ret)
		ret = settings_write(settings, KSM "sleep_millisecs",
				     sleep_ms);
	if (!ret)
		ret = settings_write(settings, KSM "pages_to_scan", "1000");
	if (!ret)
		ret = settings_write(settings, KSM "run", "1");
	if (ret == -ENOENT)
		return reason(why, -EOPNOTSUPP, "this kernel has no KSM");
	if (ret)
		return reason(why, ret, "cannot start KSM: %s",
			      settings_error(ret));
	return 0;
}

int settings_need_ksm(struct settings *settings, struct reason *why)
{
	return start_ksm(settings, "0", why);
}

int settings_slow_ksm(struct settings *settings, struct reason *why)
{
	return start_ksm(settings, "2", why);
}

static int switch_ksm(const char *run, const char *how, struct reason *why)
{
	int ret = text_write("/sys/" KSM "run", run);

	return ret ? reason(why, ret, "KSM cannot be %s: %s", how,
			    strerror(-ret)) : 0;
}

int settings_pause_ksm(struct reason *why)
{
	return switch_ksm("0", "stopped", why);
}

int settings_resume_ksm(struct reason *why)
{
	return switch_ksm("1", "started again", why);
}
