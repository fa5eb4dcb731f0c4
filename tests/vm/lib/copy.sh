# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A throwaway copy of the system in which tests/vm builds for a kernel, for
# tests that install packages or write all over it. The script that sources
# this starts again in a mount namespace of its own; the copy is an overlay in
# memory there, and gone with it.
#
# shellcheck disable=SC2154 # the parts of tests/vm set kernel_* and vm_*

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for part in common tree kernel; do
	# shellcheck source=/dev/null
	. "$tests/vm/lib/$part.sh"
done

become_root "$@"
if [ -z "${PINTEST_OWN_MOUNTS:-}" ]; then
	PINTEST_OWN_MOUNTS=1 exec unshare --mount -- "$0" "$@"
fi

# overlay AT LOWER NAME: AT shows the directories LOWER, to be written to.
overlay() {
	mkdir -p "$1" "$copy/$3/upper" "$copy/$3/work"
	mount -t overlay overlay "$1" -o \
		"lowerdir=$2,upperdir=$copy/$3/upper,workdir=$copy/$3/work"
}

# tree_copy KERNEL: set kernel_* and let $tree be the copy. tree_run runs in it;
# the kernel has no files in it yet.
tree_copy() {
	make_tmp
	arch_select "$(host_arch)"
	kernel_wanted "$1" ''
	kernel_need
	copy=$vm_cache/copy
	mkdir -p "$copy"
	mount -t tmpfs tmpfs "$copy"
	overlay "$copy/root" "$tree" tree
	tree_original=$tree
	tree=$copy/root
	rm -rf "$tree"/lib/modules
}

# The kernel's modules and headers as its packages install them.
tree_copy_kernel() {
	local dir=lib/modules/$kernel_release

	overlay "$tree/$dir" "$kernel_modules:$tree_original/$dir" modules
}

# tree_install PACKAGE...: the suite's packages; what was downloaded is kept,
# and apt does not wait for others who download there.
tree_install() {
	local archives=$vm_cache/debs/$tree_base

	mkdir -p "$archives/partial"
	tree_run apt-get update -qq
	locked "debs-$tree_base" tree_run --bind "$archives" \
		apt-get install -y -qq \
		-o "Dir::Cache::archives=$archives" "$@"
}
