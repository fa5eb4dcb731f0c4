// SPDX-License-Identifier: GPL-2.0-only
/*
 * What outputs tell of.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/deadline.h"
#include "pintest.h"
#include "report.h"

static void make_id(char id[REPORT_ID_LENGTH])
{
	unsigned char bytes[(REPORT_ID_LENGTH - 1) / 2] = { 0 };
	size_t i;

	/* Without it the id is no worse than the time. */
	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) < 0) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		memcpy(bytes, &now, sizeof(bytes));
	}
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

void report_begin(struct report *report, struct pintest *pt)
{
	time_t now = time(NULL);
	struct tm utc;

	facts_gather(&report->facts);
	make_id(report->id);
	gmtime_r(&now, &utc);
	strftime(report->start, sizeof(report->start), "%Y-%m-%dT%H:%M:%SZ",
		 &utc);
	report->start_ms = now_ms();
	report->abi = pt ? pintest_abi(pt) : 0;
	report->page_size = page_size();
	if (!report->host)
		report->host = report->facts.uts.nodename;
}

bool report_complete(const struct report *report)
{
	return report->run->result_count == report->run->plan->check_count;
}

size_t report_count(const struct report *report, enum verdict verdict)
{
	size_t i, count = 0;

	for (i = 0; i < report->run->result_count; i++)
		count += report->run->results[i].judgement.verdict == verdict;
	return count;
}
