#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# probe.sh RELEASE SYMVERS PROBES OUT NM CC [FLAG...]
#
# Asks the kernel RELEASE, which the module is built for, what it has, and writes
# the answers to OUT as HAVE_* macros. Distributions backport in both directions,
# so nothing here looks at a version.
#
# A section "#ifdef PROBE_X" of PROBES becomes HAVE_X if it compiles. A line
# "needs X: symbol..." also demands that the kernel exports these symbols, and
# "links X:" that it exports all that the section's object takes; a compiler
# alone cannot tell. An export into a namespace, or to modules that it names, is
# none: modules that use it do not load, or must import what is not theirs.
set -eu

release=$1 symvers=$2 probes=$3 out=$4 nm=$5
shift 5

die() {
	echo "pintest: cannot probe this kernel: $*" >&2
	exit 1
}

# compiles NAME HOW CC [FLAG...]: with warnings, also where the kernel takes
# them for errors.
compiles() {
	name=$1 how=$2
	shift 2
	# shellcheck disable=SC2086 # options
	"$@" -DMODULE -DKBUILD_MODNAME='"probe"' -D"PROBE_$name" \
		-Wno-error -Werror=implicit-function-declaration \
		-Werror=incompatible-pointer-types -Werror=int-conversion \
		$how -x c "$probes"
}

# exported SYMBOL: to all modules. Column 5 is the namespace, "module:kvm" for
# those to named modules.
exported() {
	awk -F '\t' -v want="$1" '$2 == want && $5 == "" { found = 1 }
		END { exit !found }' "$symvers"
}

exports_needs() {
	# shellcheck disable=SC2013 # words
	for symbol in $(sed -n "s/^.*needs $1: *\([a-z0-9_ ]*\).*/\1/p" \
			"$probes"); do
		exported "$symbol" || return 1
	done
}

# links NAME CC [FLAG...]: left to the linker are what modpost lets pass, too.
links() {
	grep -q "links $1:" "$probes" || return 0
	name=$1
	shift
	compiles "$name" "-c -o $out.o" "$@" || return 1
	# shellcheck disable=SC2086 # a command with options
	symbols=$($nm -u "$out.o" | awk '{ print $NF }')
	rm "$out.o"
	for symbol in $symbols; do
		case $symbol in
		.TOC. | _GLOBAL_OFFSET_TABLE_ | _restgpr* | _savegpr*) ;;
		*) exported "$symbol" || return 1 ;;
		esac
	done
}

[ -s "$symvers" ] || die "$symvers is missing or empty; install the headers"
exported misc_register || die "$symvers does not list misc_register"
error=$(compiles SANITY -fsyntax-only "$@" 2>&1) || die "$error"
! compiles NONSENSE -fsyntax-only "$@" >/dev/null 2>&1 || die "$1 accepts nonsense"

{
	echo "/* Written by probe.sh: what $release has. */"
	# shellcheck disable=SC2013 # words
	for name in $(sed -n 's/^#ifdef PROBE_\([A-Z0-9_]*\)$/\1/p' "$probes"); do
		case $name in SANITY | NONSENSE) continue ;; esac
		if exports_needs "$name" &&
		   compiles "$name" -fsyntax-only "$@" 2>/dev/null &&
		   links "$name" "$@" 2>/dev/null; then
			echo "#define HAVE_$name 1"
		else
			echo "/* HAVE_$name: no */"
		fi
	done
} >"$out.tmp"
mv "$out.tmp" "$out"
