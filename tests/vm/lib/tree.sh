# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian systems in the cache, two for each base suite and architecture:
#
# the tree   runs on this machine; modules and programs are built in it. For
#            another architecture it has cross compilers and that architecture's
#            libraries. It changes only when headers are installed: who does
#            that holds its lock, who builds in it shares the lock.
# the guest's root   is of the guest's architecture and is never run here; the
#            initramfs takes programs and shared libraries from it.

# The suite whose system fits kernels of suite $1.
tree_base() {
	local base

	base=${1%-security} base=${base%-backports} base=${base%-updates}
	case $base in
	experimental | rc-buggy | unstable) base=sid ;;
	esac
	echo "$base"
}

# tree_select SUITE: set the names of what belongs to its base and $arch.
tree_select() {
	tree_base=$(tree_base "$1")
	tree_name=$tree_base-$arch
	tree=$vm_cache/trees/$tree_name
	tree_guest=$vm_cache/guests/$tree_name
}

# The root of the archive that this machine's apt calls LABEL.
tree_archive() {
	local label=$1 uri=$2

	# shellcheck disable=SC2016 # apt expands it
	[ -n "$uri" ] || uri=$(apt-get indextargets --format '$(REPO_URI)' \
		"Origin: Debian" "Label: $label" | sort -u | sed -n 1p)
	[ -n "$uri" ] || die "apt has no source of $label: add one, or set" \
		"PINTEST_MIRROR and PINTEST_SECURITY_MIRROR"
	echo "${uri%/}"
}

# The apt lines of a tree, one for each suite that exists.
tree_sources() {
	local main security suite uri

	main=$(tree_archive Debian "${PINTEST_MIRROR:-}")
	security=$(tree_archive Debian-Security \
		"${PINTEST_SECURITY_MIRROR:-}")
	for suite in "" -updates -backports -security; do
		uri=$main
		[ "$suite" != -security ] || uri=$security
		if tree_suite_exists "$uri" "$tree_base$suite"; then
			echo "deb $uri $tree_base$suite main"
		fi
	done
	[ "$tree_base" != sid ] || echo "deb $main experimental main"
}

tree_suite_exists() {
	if /usr/lib/apt/apt-helper download-file "$1/dists/$2/InRelease" \
		"$vm_tmp/InRelease" >"$vm_tmp/helper" 2>&1; then
		return 0
	fi
	grep -q 404 "$vm_tmp/helper" ||
		die "cannot read $1/dists/$2: $(tail -n 1 "$vm_tmp/helper")"
	return 1
}

# What the tree's apt must know: this machine's way to the archive, and that a
# suite out of support is wanted all the same.
tree_apt_options() {
	apt-config dump | grep -E '^Acquire::(https?|Retries)\b' |
		grep -v -e 'Proxy-Auto-Detect' -e ' "";$' || true
	cat <<-'END'
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
	END
}

# Packages of ROLE in the table, one a line; with a mark for architecture $2.
tree_packages() {
	table packages | awk -v role="$1" -v mark="${2:+:$2}" \
		'$1 == role { print $2 mark }'
}

tree_include() {
	local compilers=build-essential

	[ "$(host_arch)" = "$arch" ] || compilers=crossbuild-essential-$arch
	{
		echo "$compilers"
		tree_packages tool
		tree_packages library "$arch"
		# 32-bit programs for a 64-bit kernel.
		[ "$(host_arch)-$arch" != amd64-amd64 ] || echo gcc-multilib
	} | paste -sd,
}

guest_include() {
	{
		tree_packages library
		tree_packages guest
		[ "$arch" != amd64 ] || echo libc6-i386
	} | paste -sd,
}

# bootstrap PATH VARIANT ARCHITECTURES PACKAGES
bootstrap() {
	tree_apt_options >"$vm_tmp/apt.conf"
	tree_sources >"$vm_tmp/sources.list"
	mmdebstrap --mode=root --variant="$2" --format=directory \
		--architectures="$3" --include="$4" \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		--keyring=/usr/share/keyrings/debian-archive-removed-keys.gpg \
		--aptopt="$vm_tmp/apt.conf" \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$tree_base" "$vm_tmp/bootstrap" "$vm_tmp/sources.list"
	touch "$vm_tmp/bootstrap/etc/resolv.conf"
	mkdir -p "${1%/*}"
	mv -T "$vm_tmp/bootstrap" "$1"
}

tree_make() {
	local native

	native=$(host_arch)
	[ "$native" = "$arch" ] || native+=,$arch
	[ -d "$tree" ] ||
		logged "tree-$tree_name" bootstrap "$tree" apt "$native" \
			"$(tree_include)"
	[ -d "$tree_guest" ] ||
		logged "guest-$tree_name" bootstrap "$tree_guest" extract \
			"$arch" "$(guest_include)"
}

# Make the selected tree and guest's root unless they are there.
tree_need() {
	[ -d "$tree" ] && [ -d "$tree_guest" ] && return
	note "making a $tree_base system for $arch (once, a minute or two)"
	locked "tree-$tree_name" tree_make
}

# tree_run [--bind DIR]... COMMAND...: run COMMAND in the tree as its root, with
# each DIR of this machine at the same place. objtool and others read /proc.
tree_run() {
	# shellcheck disable=SC2016 # expands in the inner shell
	unshare --mount -- sh -ec '
		tree=$1
		shift
		mount --rbind /proc "$tree/proc"
		mount --rbind /dev "$tree/dev"
		mount --bind /etc/resolv.conf "$tree/etc/resolv.conf"
		mount -t tmpfs tmpfs "$tree/tmp"
		while [ "$1" = --bind ]; do
			mkdir -p "$tree$2"
			mount --bind "$2" "$tree$2"
			shift 2
		done
		exec chroot "$tree" /usr/bin/env -i LC_ALL=C.UTF-8 \
			HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			DEBIAN_FRONTEND=noninteractive "$@"
	' sh "$tree" "$@"
}
