// SPDX-License-Identifier: GPL-2.0-only
/*
 * INFO: which calls, flags and facts this kernel has.
 */
#include "pintest_private.h"

/**
 * pintest_info_run - PINTEST_IOC_INFO
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_info_run(struct pintest_call *call)
{
	struct pintest_info_args *args = &call->args.info;

	if (!pintest_gup_is_api(args->api))
		return -EOPNOTSUPP;
	args->out_abi = PINTEST_ABI;
	args->out_page_size = PAGE_SIZE;
	args->out_apis = pintest_gup_apis();
	args->out_foll = pintest_gup_legal(args->api);
	args->out_fields = pintest_record_fields();
	args->out_flags = pintest_record_flags();
	args->out_record_size = sizeof(struct pintest_record);
	args->out_charges = pintest_account_charges();
	return pintest_respond(call);
}
