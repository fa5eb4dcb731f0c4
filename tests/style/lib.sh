# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the checks share. They run in the project's directory.

set -euo pipefail

cache=${PINTEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pintest}

. tests/vm/lib/source.sh

# The project's files that match PATTERNs of git, or all.
files() {
	git -c safe.directory='*' ls-files --cached --others \
		--exclude-standard -- "$@" |
		while IFS= read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
}

scripts() {
	files . | xargs -d '\n' awk '
		FNR == 1 && /^#!.*sh/ || /shellcheck shell=/ { print FILENAME; nextfile }
		FNR == 2 { nextfile }'
}

# unless_passed KEY COMMAND...: run COMMAND on the files that standard input names,
# but for those that have passed it as they are now. KEY stands for all else that
# COMMAND depends on.
unless_passed() {
	local passed=$cache/passed/$1 new batch
	shift

	mkdir -p "${passed%/*}"
	touch "$passed"
	mapfile -t new < <(xargs sha256sum | grep -vxFf "$passed")
	while [ "${#new[@]}" -gt 0 ]; do
		batch=("${new[@]:0:25}")
		new=("${new[@]:25}")
		"$@" "${batch[@]#*  }" || return
		printf '%s\n' "${batch[@]}" >>"$passed"
	done
}

# none COMMAND...: fail if the command prints anything, and show it.
none() {
	! "$@" | grep .
}

# Print the directory with the scripts/ of the distribution's newest kernel
# source. Only that part of the package is kept.
kernel_scripts() {
	local package dir tmp

	package=$(apt-cache depends linux-source |
		sed -n 's/^ *Depends: //p')
	dir=$cache/scripts/$package
	if [ ! -d "$dir" ]; then
		mkdir -p "$cache/tmp" "$cache/scripts"
		tmp=$(mktemp -d "$cache/tmp/XXXXXX")
		unpack_kernel_scripts "$package" "$tmp" >&2
		mv -T "$tmp/scripts" "$dir" 2>/dev/null || [ -d "$dir" ]
		rm -rf "$tmp"
	fi
	echo "$dir"
}

# unpack_kernel_scripts PACKAGE DIR
unpack_kernel_scripts() {
	chmod 755 "$2"
	(cd "$2" && apt-get download -qq -o APT::Sandbox::User=root "$1")
	source_extract "$2" 'linux-source-*/scripts/*'
}
