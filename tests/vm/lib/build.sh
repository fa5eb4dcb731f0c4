# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Our module and programs, built in the tree from a copy of the sources and
# cached by the content of what they are made of:
#
# build_module     pintest.ko for the kernel, or nothing
# build_programs   what a user has installed, to be put over the guest's root,
#                  or nothing
# build_id         names both
#
# Nothing is ever written to the project's own directories.

build_module=
build_programs=
build_id=none

# What goes into each, as far as the project has it. The machine is not part.
build_module_sources=(Makefile VERSION dkms.conf module uapi)
build_programs_sources=(Makefile VERSION uapi userspace share tests/reproducers
	tests/guest/Makefile
	tests/guest/{no-32bit,common,abi,agree,gup_test})

# Print the project's files, a NUL after each, without what an earlier make has
# left there.
build_files() {
	local file

	cd "$opt_source"
	if [ -e .git ]; then
		git -c safe.directory='*' ls-files -z --cached --others \
			--exclude-standard -- . ':!tests/vm'
	else
		find . -path ./tests/vm -prune -o -type f -print0
	fi | while IFS= read -r -d '' file; do
		[ ! -e "$file" ] || printf '%s\0' "$file"
	done
}

# Take the sources as they are now: somebody may be editing them.
build_snapshot() {
	build_copy=$vm_tmp/source
	mkdir "$build_copy"
	(build_files) | tar -C "$opt_source" --null -T - -c |
		tar -C "$build_copy" -x
}

# A name for the content of what is listed of the copy.
build_hash() {
	local path

	(
		cd "$build_copy"
		for path in "$@"; do
			[ ! -e "$path" ] || find "$path" -type f -print0
		done | sort -z | xargs -0 -r sha256sum | sha256sum |
			cut -c 1-16
	)
}

# Set binds to what headers from outside may use: what lies beside them and what
# links lead to, at the same place; and the parts of Debian's, which name each
# other with the whole path, in /usr.
build_bind_headers() {
	local root=${kernel_headers%/usr/src/*} path

	binds=(--bind "${kernel_headers%/*}")
	for path in "$kernel_headers"/*; do
		if [ -L "$path" ] && [ -d "$path" ]; then
			binds+=(--bind "$(realpath "$path")")
		fi
	done
	for path in "$root"/usr/{src/linux-headers,lib/linux-kbuild}-*; do
		[ ! -d "$path" ] ||
			binds+=(--bind-at "$path" "${path#"$root"}")
	done
}

# build_make DIR ARG...: make in the tree, in a directory of the copy.
build_make() {
	local dir=$1 binds=() cross=()
	shift

	[ "$arch" = "$(host_arch)" ] ||
		cross=("ARCH=$arch_kernel" "CROSS_COMPILE=$arch_cross-")
	[ -n "$kernel_id" ] || [ -z "$kernel_headers" ] || build_bind_headers
	tree_run "${binds[@]}" --bind "$build_copy" \
		env "PKG_CONFIG_LIBDIR=/usr/lib/$(
		)$arch_multiarch/pkgconfig:/usr/share/pkgconfig" \
		make -s -j2 -C "$build_copy/$dir" "${cross[@]}" "$@"
}

# The kernel's build knows its compiler, but headers from outside may name one
# that the tree lacks. Set cc to what make must be told then.
build_choose_compiler() {
	local config=$kernel_headers/include/config/auto.conf named

	cc=()
	[ -z "$kernel_id" ] && [ -e "$config" ] || return 0
	named=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ "]*\).*/\1/p' "$config")
	tree_run which "$named" >/dev/null ||
		cc=("CC=$(build_compiler)")
}

build_compiler() {
	if [ "$arch" = "$(host_arch)" ]; then
		echo gcc
	else
		echo "$arch_cross-gcc"
	fi
}

build_make_module() {
	local cc

	[ ! -e "$1" ] || return 0
	build_choose_compiler
	build_make module KERNELDIR="$kernel_headers" "${cc[@]}"
	mkdir -p "${1%/*}"
	mv "$build_copy/module/pintest.ko" "$1"
}

build_make_programs() {
	local part

	[ ! -e "$1" ] || return 0
	for part in userspace tests/guest; do
		[ -e "$build_copy/$part/Makefile" ] || continue
		build_make "$part" install O="$build_copy/build/$part" \
			CC="$(build_compiler)" PKG_CONFIG=pkg-config \
			DESTDIR="$build_copy/install" PREFIX=/usr
	done
	mkdir -p "$build_copy/install" "${1%/*}"
	mv -T "$build_copy/install" "$1"
}

# build_one KIND KEY PATH: make PATH unless it is there. Who builds shares the
# tree with others who build.
build_one() {
	# Entries that are in use stay young (fetch).
	touch -c "$3"
	[ ! -e "$3" ] || return 0
	note "building our $1 for $2"
	locked "build-$1-$2" locked_shared "tree-$tree_name" \
		logged "build-$1-$2" "build_make_$1" "$3"
}

# Set build_* for the kernel that is chosen.
build_need() {
	local module=none programs

	build_snapshot
	programs=$(build_hash "${build_programs_sources[@]}")
	build_programs=$vm_cache/builds/programs/$tree_name/$programs
	build_one programs "$tree_name" "$build_programs"
	if [ -n "$kernel_headers" ] && [ -d "$build_copy/module" ]; then
		module=$(build_hash "${build_module_sources[@]}")
		build_module=$vm_cache/builds/module/$arch/$kernel_id/$module.ko
		[ -n "$kernel_id" ] || build_module=$vm_tmp/pintest.ko
		build_one module "$kernel_release-$arch" "$build_module"
	fi
	build_id=$programs-$module
}
