# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The guest's root file system: two cpio archives that the kernel unpacks one
# after the other. initramfs_system is the same for all runs of a kernel and a
# build, and cached; initramfs_command has the command and its files. They are
# not compressed, since it is an emulated processor that would unpack them.

# The programs with their shared libraries. root is the guest's root with our
# programs installed (build.sh).
stage_programs() {
	local root=$1 stage=$2 name

	cd "$root"
	{
		for name in $(table packages |
			awk '$1 == "guest" { print $3 }'); do
			case $name in
			*/*) compgen -G "$name" || true ;;
			*) find {,usr/}{s,}bin -name "$name" || true ;;
			esac
		done
		find usr/bin usr/lib -path '*pintest*' ! -type d ! -name '*.a'
	} 2>/dev/null | sed 's,^,/,' >"$vm_tmp/programs"
	# Debian's Python, whatever else is in PATH.
	PATH=/usr/bin:/bin xargs -a "$vm_tmp/programs" lddtree \
		--root "$root" --copy-to-tree "$stage" --copy-non-elfs
	for name in depmod insmod lsmod modinfo modprobe rmmod; do
		ln -sf ../bin/kmod "$stage/usr/sbin/$name"
	done
	for name in ext2 ext3 ext4; do
		ln -sf mke2fs "$stage/usr/sbin/mkfs.$name"
	done
}

# Paths of the modules in the table and what they depend on.
module_closure() {
	local base=${kernel_modules%/lib/modules/*} name

	for name in $(table modules); do
		modprobe -C /dev/null -d "$base" -S "$kernel_release" \
			--show-depends "$name" 2>/dev/null || true
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u
}

# The modules, decompressed, and pintest.ko where DKMS puts it.
stage_modules() {
	local stage=$1 to=$1/usr/lib/modules/$kernel_release file ko

	[ -n "$kernel_modules" ] || return 0
	mkdir -p "$to/updates/dkms"
	cp "$kernel_modules"/modules.{builtin*,order} "$to/"
	for file in $(module_closure); do
		ko=$to/${file#"$kernel_modules/"}
		mkdir -p "${ko%/*}"
		case $file in
		*.xz) xz -dc "$file" >"${ko%.xz}" ;;
		*.zst) zstd -qdc "$file" >"${ko%.zst}" ;;
		*.gz) gzip -dc "$file" >"${ko%.gz}" ;;
		*) cp "$file" "$ko" ;;
		esac
	done
	[ -z "$build_module" ] ||
		cp "$build_module" "$to/updates/dkms/pintest.ko"
	depmod -b "$stage" "$kernel_release"
}

stage_skeleton() {
	local stage=$1 dir

	mkdir -p "$stage"/usr/{bin,sbin,lib} "$stage"/{dev,etc,mnt,proc} \
		"$stage"/{root,run,sys,tmp,var} "$stage/vm"
	for dir in bin sbin lib lib32 lib64 libx32; do
		mkdir -p "$stage/usr/$dir"
		ln -s "usr/$dir" "$stage/$dir"
	done
	install "$vm_dir/init" "$stage/init"
	cat >"$stage/etc/passwd" <<-'END'
		root:x:0:0:root:/root:/bin/sh
		nobody:x:65534:65534:nobody:/nonexistent:/bin/sh
	END
	cat >"$stage/etc/group" <<-'END'
		root:x:0:
		nogroup:x:65534:
	END
	ln -s /proc/self/mounts "$stage/etc/mtab"
}

# cpio_of DIR: an archive of DIR, in which root owns all.
cpio_of() {
	(cd "$1" && find . -print0 |
		cpio --null --create --format=newc --owner=+0:+0 --quiet)
}

initramfs_make() {
	local stage=$vm_tmp/stage root=$vm_tmp/root

	[ ! -e "$1" ] || return 0
	stage_skeleton "$stage"
	cp -alH "$tree_guest" "$root"
	[ -z "$build_programs" ] || cp -a "$build_programs/." "$root/"
	# Where lddtree looks for what a shared object needs.
	echo 'include /etc/ld.so.conf.d/*.conf' >"$root/etc/ld.so.conf"
	stage_programs "$root" "$stage"
	stage_modules "$stage"
	cpio_of "$stage" >"$vm_tmp/system.cpio"
	rm -rf "$root" "$stage"
	mkdir -p "${1%/*}"
	mv "$vm_tmp/system.cpio" "$1"
}

# Make initramfs_system for the kernel and build that are set. A kernel from
# outside has no version to know it by, so it is not cached.
initramfs_need() {
	local key

	key=$(cat "$vm_dir"/{init,packages,modules,lib/initramfs.sh} |
		sha256sum | cut -c 1-16)
	key=$tree_name-$kernel_id-$key
	initramfs_system=$vm_cache/initramfs/$key-$build_id.cpio
	[ -n "$kernel_id" ] || initramfs_system=$vm_tmp/guest.cpio
	touch -c "$initramfs_system"
	[ ! -e "$initramfs_system" ] || return 0
	locked "initramfs-$kernel_id" logged "initramfs-$kernel_id" \
		initramfs_make "$initramfs_system"
}

# initramfs_command FILES COMMAND...: make initramfs_command in $vm_tmp. FILES
# is the name of an array.
initramfs_command() {
	local -n files=$1
	local stage=$vm_tmp/command arg
	shift

	mkdir -p "$stage/root" "$stage/vm"
	[ "${#files[@]}" -eq 0 ] || cp -aL -- "${files[@]}" "$stage/root/"
	{
		printf exec
		for arg in "$@"; do
			printf " '%s'" "${arg//\'/\'\\\'\'}"
		done
		echo
	} >"$stage/vm/command"
	initramfs_command=$vm_tmp/command.cpio
	cpio_of "$stage" >"$initramfs_command"
}
