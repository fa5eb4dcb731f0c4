# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every part needs: messages, the cache and its locks, the tables.
#
# The cache is shared by everything that runs at the same time. An entry is
# made in $vm_tmp, which is on the same file system, and renamed into its
# place, so it is either whole or absent. Who makes an entry holds the lock of
# its name.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
vm_cache=${PINTEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pintest}

# Exit statuses of our own.
vm_exit_usage=64
vm_exit_setup=123
vm_exit_taint=124
vm_exit_lost=125

# How a line begins by which tests/run knows that a lane may have another guest.
vm_blame='the emulator is to blame'

note() {
	printf 'tests/vm: %s\n' "$*" >&2
}

die() {
	note "$*"
	exit "$vm_exit_setup"
}

usage_error() {
	note "$*; see --help"
	exit "$vm_exit_usage"
}

# Set $vm_tmp, which is gone when we are.
make_tmp() {
	mkdir -p "$vm_cache/tmp"
	vm_tmp=$(mktemp -d "$vm_cache/tmp/XXXXXX")
	trap 'rm -rf "$vm_tmp"' EXIT
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM
}

# Trees belong to root and are entered with chroot: an ordinary user goes on as
# root of a user namespace. Call with the script's arguments.
become_root() {
	[ "$EUID" -ne 0 ] || return 0
	exec unshare --user --map-root-user --map-auto --mount -- "$0" "$@"
}

# locked KEY COMMAND...: run COMMAND while nobody else holds KEY.
locked() {
	locked_as --exclusive "$@"
}

# The same beside others who share KEY.
locked_shared() {
	locked_as --shared "$@"
}

locked_as() {
	local mode=$1 key=$2 fd
	shift 2

	mkdir -p "$vm_cache/locks"
	exec {fd}>"$vm_cache/locks/${key//\//_}"
	flock "$mode" "$fd"
	# The lock must not live on in what the command leaves behind.
	"$@" {fd}>&-
	exec {fd}>&-
}

# logged NAME COMMAND...: keep what COMMAND says in a log, show it if it fails.
logged() {
	local log=$vm_cache/logs/${1//\//_}.$$ status=0
	shift

	mkdir -p "${log%/*}"
	# In the background, since errexit is off in what || follows.
	"$@" >"$log" 2>&1 </dev/null &
	wait $! || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 40 "$log" >&2
		die "status $status (all of it is in $log) of: $*"
	fi
	rm -f "$log"
}

# Rows of table $1, without comments.
table() {
	sed -e '/^#/d' -e '/^$/d' "$vm_dir/$1"
}

# Set arch_* from the row of architecture $1.
arch_select() {
	local row

	row=$(table arches | awk -v a="$1" '$1 == a')
	[ -n "$row" ] || die "no architecture $1 in $vm_dir/arches"
	read -r arch arch_flavour arch_kernel arch_cross arch_qemu \
		arch_package arch_machine arch_cpu arch_bus arch_console \
		arch_append <<<"$row"
	arch_append=${arch_append//[-,]/ }
	# The one name that the GNU tools and Debian's directories do not share.
	arch_multiarch=${arch_cross/i686/i386}
}

host_arch() {
	dpkg --print-architecture
}
