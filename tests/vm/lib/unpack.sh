# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Kernel packages: what belongs to a release, and where it is unpacked.
#
# They are unpacked, not installed: no initramfs is made and no boot loader
# asked. Only the compiler and the kernel's build tools are installed in the
# tree, and the headers unpacked there. Files are looked for where they are,
# since Debian moves them between packages.

# Direct dependencies of PACKAGE, without architecture. apt shows <those> that
# are there for another one only.
kernel_depends() {
	tree_run apt-cache depends --important "$1" |
		sed -nE 's/^.*Depends: <?([^:>]*).*/\1/p'
}

# PACKAGE and all below it whose names match the extended regexp PATTERN, with
# the architecture where it is not the tree's.
kernel_closure() {
	tree_run apt-cache depends --recurse --important "$1" |
		grep -Ex "($2)(:[a-z0-9]+)?" | sort -u
}

kernel_version() {
	tree_run apt-cache show --no-all-versions "$1:$arch" 2>/dev/null |
		sed -n 's/^Version: //p'
}

kernel_image_package() {
	local name=linux-image-$1

	[ -n "$(kernel_version "$name")" ] || name+=-unsigned
	echo "$name"
}

# kernel_unpack DIR PACKAGE...: unpack packages under DIR.
kernel_unpack() {
	local dir=$1 debs=$vm_tmp/debs deb
	shift

	mkdir "$debs"
	# shellcheck disable=SC2016 # the tree's shell expands it
	tree_run --bind "$debs" sh -ec 'cd "$1"; shift; apt-get download "$@"' \
		sh "$debs" "$@"
	# A tree's /lib is a link, which must stay one.
	for deb in "$debs"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x --keep-directory-symlink -C "$dir"
	done
	rm -r "$debs"
}

# The image and modules of RELEASE, as DIR/vmlinuz, DIR/config and
# DIR/lib/modules/RELEASE.
kernel_install_image() {
	local release=$1 dir=$2 new=$vm_tmp/unpacked image packages

	mkdir -p "$new" "$vm_tmp/image/lib/modules"
	image=$(kernel_image_package "$release")
	packages=$(kernel_closure "$image:$arch" \
		"linux-[a-z]+-${release//+/\\+}(-unsigned)?")
	# shellcheck disable=SC2086 # a list
	kernel_unpack "$new" $packages
	mv "$(find "$new" -name 'vmlinu[xz]*' -type f | sed -n 1p)" \
		"$vm_tmp/image/vmlinuz"
	mv "$(find "$new" -name 'config*' -type f | sed -n 1p)" \
		"$vm_tmp/image/config"
	mv "$(find "$new" -path "*lib/modules/$release" -type d | sed -n 1p)" \
		"$vm_tmp/image/lib/modules/"
	depmod -b "$vm_tmp/image" "$release"
	rm -r "$new"
	mkdir -p "${dir%/*}"
	mv -T "$vm_tmp/image" "$dir"
}

# The packages that compile for the headers of PACKAGE. Debian names the
# compiler by its version, or through a package of its own.
kernel_build_packages() {
	local compiler

	kernel_closure "$1" 'linux-kbuild-[^:]*' | sed 's/:.*//' | sort -u
	compiler=$(kernel_depends "$1" | grep -oE '\bgcc-[0-9]+' | sort -u)
	[ "$arch" = "$(host_arch)" ] || compiler+=-${arch_cross//_/-}
	echo "$compiler"
}

kernel_install_headers() {
	local release=$1 packages

	packages=$(kernel_build_packages "linux-headers-$release:$arch")
	tree_run dpkg --configure -a
	# shellcheck disable=SC2086 # a list
	tree_run apt-get install -y $packages
	tree_run apt-get clean
	packages=$(kernel_closure "linux-headers-$release:$arch" \
		'linux-(headers|base)-[0-9][^:]*')
	# shellcheck disable=SC2086 # a list
	kernel_unpack "$tree" $packages
}
