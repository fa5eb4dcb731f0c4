# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Kernels: from a name, or a suite and a release, to
#
# kernel_release
# kernel_image
# kernel_modules   a lib/modules/<release>, or nothing
# kernel_headers   the build directory as the tree sees it, or nothing
# kernel_id        release and version for the names of cache entries; nothing
#                  for a kernel from outside, of which nothing is cached
#
# $vm_cache/names/ remembers which release and package version was newest, so
# that only fetch, or the first run, asks the archive.

# shellcheck source=tests/vm/lib/unpack.sh
. "$vm_dir/lib/unpack.sh"

# kernel_wanted RELEASE SUITE: set kernel_* of what is wanted. RELEASE may be
# the beginning of one, with or without a flavour. Without SUITE it is a name
# in the table, with or without a flavour.
kernel_wanted() {
	kernel_wanted=$1
	kernel_suite=$2
	kernel_prefix=$1
	kernel_flavour=
	if [ -z "$2" ]; then
		kernel_named
	elif [[ $1 =~ ^(.*[0-9])-([a-z].*|[0-9]+k)$ ]]; then
		kernel_prefix=${BASH_REMATCH[1]}
		kernel_flavour=${BASH_REMATCH[2]}
	fi
}

kernel_named() {
	local name suite

	while read -r name suite; do
		case $kernel_wanted in
		"$name" | "$name"-*)
			kernel_suite=$suite
			kernel_prefix=$name
			kernel_flavour=${kernel_wanted#"$name"}
			kernel_flavour=${kernel_flavour#-}
			return
			;;
		esac
	done < <(table kernels)
	usage_error "no kernel $kernel_wanted in $vm_dir/kernels; others are" \
		"chosen with --suite and --release"
}

# Does release $1 fit what is wanted? Debian calls flavours rt-amd64 and
# arm64-16k. What is left before the flavour is a version, in which letters
# only come with a distribution's mark.
kernel_fits() {
	local f=${kernel_flavour:-$arch_flavour} suffix version

	[ "$1" != "$kernel_wanted" ] || return 0
	for suffix in "$f" "$f-$arch_flavour" "$arch_flavour-$f"; do
		version=${1%"-$suffix"}
		[ "$version" != "$1" ] || continue
		[[ $version =~ ^([-+.~0-9]|deb|bpo|rc|trunk)*$ ]] || continue
		case $version in
		"$kernel_prefix" | "$kernel_prefix"[!0-9]*) return 0 ;;
		esac
	done
	return 1
}

# Releases in the suite's package lists, newest first.
kernel_releases() {
	# shellcheck disable=SC2016 # the tree's shell expands it
	tree_run sh -c 'apt-get indextargets --format "\$(FILENAME)" \
		"Created-By: Packages" "Release: $1" "Architecture: $2" |
		xargs -r /usr/lib/apt/apt-helper cat-file' \
		sh "$kernel_suite" "$arch" |
		sed -nE 's/^Package: linux-image-([0-9].*)/\1/p' |
		sed 's/-unsigned$//' | sort -Vru
}

# Print the newest release that fits and can be compiled for, and its version.
# A metapackage is named like a kernel, but depends on one.
kernel_resolve() {
	local release version depends

	while read -r release; do
		kernel_fits "$release" || continue
		version=$(kernel_version "linux-headers-$release" || true)
		[ -n "$version" ] || continue
		depends=$(kernel_depends "linux-headers-$release:$arch")
		grep -q '^linux-headers-.*-common' <<<"$depends" || continue
		echo "$release $version"
		return
	done < <(kernel_releases)
	die "no kernel $kernel_wanted for $arch in $kernel_suite that has" \
		"headers"
}

# Bring a kernel into the cache and remember it under NAME. The stamp in the
# tree says which version's headers are there: the archive replaces packages
# without a new release name.
kernel_make() {
	local name=$1 release version stamp

	tree_run apt-get update
	kernel_resolve >"$vm_tmp/resolved"
	read -r release version <"$vm_tmp/resolved"
	stamp=$(kernel_stamp "$release")
	if [ "$(cat "$stamp" 2>/dev/null)" != "$version" ]; then
		kernel_install_headers "$release"
		echo "$version" >"$stamp"
	fi
	[ -d "$(kernel_dir "$release" "$version")" ] ||
		kernel_install_image "$release" \
			"$(kernel_dir "$release" "$version")"
	mkdir -p "${name%/*}"
	mv "$vm_tmp/resolved" "$name"
}

kernel_dir() {
	echo "$vm_cache/kernels/$arch/$1_$2"
}

kernel_stamp() {
	echo "$tree/usr/src/pintest-headers-$1"
}

# Is all that NAME remembers still there? Parts of the cache may be removed.
kernel_known() {
	local release version

	[ -e "$1" ] || return 1
	read -r release version <"$1"
	[ -d "$(kernel_dir "$release" "$version")" ] &&
		[ "$(cat "$(kernel_stamp "$release")" 2>/dev/null)" = "$version" ]
}

# kernel_need [anew]: make the wanted kernel present and set kernel_*; anew,
# ask the archive even if we know one.
kernel_need() {
	local name version dir

	tree_select "$kernel_suite"
	tree_need
	name=$vm_cache/names/$arch/$kernel_suite/$kernel_wanted
	if [ "${1:-}" = anew ] || ! kernel_known "$name"; then
		note "looking for kernel $kernel_wanted for $arch in" \
			"$kernel_suite"
		locked "tree-$tree_name" logged "kernel-$kernel_wanted-$arch" \
			kernel_make "$name"
	fi
	read -r kernel_release version <"$name"
	dir=$(kernel_dir "$kernel_release" "$version")
	kernel_id=${dir##*/}
	kernel_image=$dir/vmlinuz
	kernel_modules=$dir/lib/modules/$kernel_release
	kernel_headers=/lib/modules/$kernel_release/build
}

# kernel_given IMAGE MODULES HEADERS: a kernel from outside; the last two may
# be empty.
kernel_given() {
	kernel_image=$(realpath -e "$1")
	kernel_modules=${2:+$(realpath -e "$2")}
	kernel_headers=${3:+$(realpath -e "$3")}
	kernel_id='' kernel_release=''
	if [ -n "$kernel_modules" ]; then
		kernel_release=${kernel_modules##*/}
	elif [ -n "$kernel_headers" ]; then
		kernel_release=$(
			cat "$kernel_headers/include/config/kernel.release")
	fi
}
