# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The sources of a kernel, from the source package that Debian has beside it. Call
# kernel_wanted and kernel_need before source_unpack.

# source_extract DIR PATTERN: of the package in DIR, which is removed, the files whose
# names match the pattern.
source_extract() {
	dpkg-deb --fsys-tarfile "$1"/*.deb |
		tar -x -O --wildcards './usr/src/linux-source-*.tar.xz' |
		xz -dc | tar -x -C "$1" --strip-components=1 --wildcards "$2"
	rm "$1"/*.deb
}

# source_unpack DIR PATTERN: the same of the package that belongs to the kernel.
source_unpack() {
	local version=${kernel_id#*_} series

	series=$(sed -E 's/^([0-9]+\.[0-9]+).*/\1/' <<<"$version")
	tree_run --bind "$1" sh -ec "cd $1; apt-get download -q \
		linux-source-$series=$version"
	source_extract "$1" "$2"
}
