// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who pays for pinned pages. They count against RLIMIT_MEMLOCK, in one of the
 * ways that the kernel's drivers use. CAP_IPC_LOCK lifts the limit; the pages
 * are counted anyway.
 */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "compat/account.h"
#include "compat/target.h"
#include "pintest_private.h"

/**
 * pintest_account_charges - how pages can be charged on this kernel
 *
 * Return: bit n is set for &enum pintest_charge n.
 */
u32 pintest_account_charges(void)
{
	return BIT(PINTEST_CHARGE_LOCKED_VM) | BIT(PINTEST_CHARGE_PINNED_VM) |
	       (pintest_compat_has_user_charge() ? BIT(PINTEST_CHARGE_USER) :
						   0);
}

/**
 * pintest_account_check - can pages be charged like that?
 * @charge: what a user says is an &enum pintest_charge
 *
 * Return: 0, -EOPNOTSUPP for what the header does not define, -EBADRQC for
 * what this kernel does not have.
 */
int pintest_account_check(u32 charge)
{
	if (charge > PINTEST_CHARGE_USER)
		return -EOPNOTSUPP;
	return pintest_account_charges() & BIT(charge) ? 0 : -EBADRQC;
}

/**
 * pintest_account_init - the caller pays
 * @account: the account, to be ended with pintest_account_end()
 * @charge: &enum pintest_charge that pintest_account_check() lets pass
 */
void pintest_account_init(struct pintest_account *account, u32 charge)
{
	account->charge = charge;
	account->mm = current->mm;
	mmgrab(account->mm);
	account->user = pintest_compat_get_user(current_user());
}

void pintest_account_end(struct pintest_account *account)
{
	mmdrop(account->mm);
	pintest_compat_free_user(account->user);
}

static bool account_is_within_limit(unsigned long nr)
{
	return nr <= rlimit(RLIMIT_MEMLOCK) / PAGE_SIZE ||
	       pintest_compat_capable(CAP_IPC_LOCK);
}

static int account_locked(struct pintest_account *account, unsigned long nr)
{
	int err;

	if (mmap_write_lock_killable(account->mm))
		return -EINTR;
	err = __account_locked_vm(account->mm, nr, true, current,
				  pintest_compat_capable(CAP_IPC_LOCK));
	mmap_write_unlock(account->mm);
	return err;
}

static int account_pinned(struct pintest_account *account, unsigned long nr)
{
	if (account_is_within_limit(atomic64_add_return(nr,
							&account->mm->pinned_vm)))
		return 0;
	atomic64_sub(nr, &account->mm->pinned_vm);
	return -ENOMEM;
}

static int account_user(struct pintest_account *account, unsigned long nr)
{
	if (account_is_within_limit(pintest_compat_user_add(account->user, nr)))
		return 0;
	pintest_compat_user_add(account->user, -nr);
	return -ENOMEM;
}

static int account_try(struct pintest_account *account, unsigned long nr)
{
	switch (account->charge) {
	case PINTEST_CHARGE_PINNED_VM:
		return account_pinned(account, nr);
	case PINTEST_CHARGE_USER:
		return account_user(account, nr);
	default:
		return account_locked(account, nr);
	}
}

/**
 * pintest_account_add - charge pages
 * @account: whom
 * @nr: how many, at least 1
 *
 * Near the limit only some of them are charged.
 *
 * Return: how many; -ENOMEM if the limit leaves room for none; -EINTR on a
 * fatal signal.
 */
long pintest_account_add(struct pintest_account *account, unsigned long nr)
{
	int err = account_try(account, nr);

	while (err == -ENOMEM && nr > 1) {
		nr /= 2;
		err = account_try(account, nr);
	}
	return err ? err : nr;
}

/**
 * pintest_account_sub - stop charging pages
 * @account: whom
 * @nr: pages
 */
void pintest_account_sub(struct pintest_account *account, unsigned long nr)
{
	switch (account->charge) {
	case PINTEST_CHARGE_PINNED_VM:
		atomic64_sub(nr, &account->mm->pinned_vm);
		break;
	case PINTEST_CHARGE_USER:
		pintest_compat_user_add(account->user, -nr);
		break;
	default:
		account_locked_vm(account->mm, nr, false);
	}
}
