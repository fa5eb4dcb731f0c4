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

# The suite of this machine, or without Debian here that of the last named
# kernel.
host_suite() {
	local ID='' VERSION_CODENAME=''

	. /etc/os-release
	if [ "$ID" = debian ]; then
		echo "${VERSION_CODENAME:-sid}"
	else
		table kernels | awk 'END { print $2 }'
	fi
}

# tree_select SUITE: set the names of what belongs to its base and $arch. The names
# have a hash of the packages in it, so that a new package makes a new system.
tree_select() {
	tree_base=$(tree_base "$1")
	tree_name=$tree_base-$arch-$({
		tree_include
		guest_include
	} | sha256sum | cut -c 1-8)
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

# The apt lines of a tree: the base, and what else there is of it.
tree_sources() {
	local main security suite uri

	main=$(tree_archive Debian "${PINTEST_MIRROR:-}")
	security=$(tree_archive Debian-Security \
		"${PINTEST_SECURITY_MIRROR:-}")
	echo "deb $main $tree_base main"
	for suite in -updates -backports -security; do
		uri=$main
		[ "$suite" != -security ] || uri=$security
		if tree_suite_usable "$uri/dists/$tree_base$suite"; then
			echo "deb $uri $tree_base$suite main"
		fi
	done
	[ "$tree_base" != sid ] || echo "deb $main experimental main"
}

# Is there a suite at URI? One whose lists of packages do not match its index,
# as in a mirror that is half updated, would spoil the tree and is left out.
tree_suite_usable() {
	local uri=$1 index=$vm_tmp/InRelease of list hash

	if ! tree_download "$uri/InRelease" "$index"; then
		grep -q 404 "$vm_tmp/helper" || die "cannot read $uri:" \
			"$(tail -n 1 "$vm_tmp/helper")"
		return 1
	fi
	for of in "$(host_arch)" "$arch"; do
		list=main/binary-$of/Packages.xz
		hash=$(awk -v list="$list" \
			'length($1) == 64 && $3 == list { print $1 }' "$index")
		tree_download "$uri/${list%/*}/by-hash/SHA256/$hash" \
			"$vm_tmp/list" "SHA256:$hash" ||
		tree_download "$uri/$list" "$vm_tmp/list" "SHA256:$hash" || {
			note "leaving out $uri: no good list for $of"
			return 1
		}
	done
}

# tree_download URI FILE [HASH]
tree_download() {
	/usr/lib/apt/apt-helper download-file "$@" >"$vm_tmp/helper" 2>&1
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

# bootstrap PATH VARIANT ARCHITECTURES PACKAGES: with Debian's own Python, which
# mmdebstrap starts for each package.
bootstrap() {
	PATH=/usr/sbin:/usr/bin:/sbin:/bin mmdebstrap --mode=root --variant="$2" --format=directory \
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
	tree_apt_options >"$vm_tmp/apt.conf"
	tree_sources >"$vm_tmp/sources.list"
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

# tree_run [--bind DIR | --bind-at DIR PLACE]... COMMAND...: run COMMAND in the
# tree as its root, with each DIR of this machine at the same or another place.
# objtool and others read /proc.
tree_run() {
	# shellcheck disable=SC2016 # expands in the inner shell
	unshare --mount -- sh -ec '
		tree=$1
		shift
		bind() {
			mkdir -p "$tree$2"
			mount --bind "$1" "$tree$2"
		}
		mount --rbind /proc "$tree/proc"
		mount --rbind /dev "$tree/dev"
		mount --bind /etc/resolv.conf "$tree/etc/resolv.conf"
		mount -t tmpfs tmpfs "$tree/tmp"
		while :; do
			case $1 in
			--bind) bind "$2" "$2"; shift 2 ;;
			--bind-at) bind "$2" "$3"; shift 3 ;;
			*) break ;;
			esac
		done
		exec chroot "$tree" /usr/bin/env -i LC_ALL=C.UTF-8 \
			HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			DEBIAN_FRONTEND=noninteractive "$@"
	' sh "$tree" "$@"
}
