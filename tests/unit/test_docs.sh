#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_docs.sh PINTEST: the man page and the completion tell the same commands,
# options and names as PINTEST --help, libpintest.3 and libpintest.map the same
# functions as pintest.h, and known-bugs.md all checks for bugs. Prints TAP.
set -euo pipefail

pintest=$1
user=$(cd "$(dirname "$0")/../../userspace" && pwd)
number=0 failures=0

# same WHAT EXPECTED FOUND: lists of words, in any order.
same() {
	local expected found

	number=$((number + 1))
	expected=$(tr -s ' \n' '\n' <<<"$2" | sort)
	found=$(tr -s ' \n' '\n' <<<"$3" | sort)
	if [ -n "$expected" ] && [ "$expected" = "$found" ]; then
		echo "ok $number - $1"
		return
	fi
	failures=$((failures + 1))
	diff <(echo "$expected") <(echo "$found") | sed 's/^/# /' || true
	echo "not ok $number - $1"
}

help_commands() {
	"$pintest" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

help_options() {
	"$pintest" "$@" --help |
		sed -n '/^Options:/,/^$/s/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p'
}

help_short_options() {
	"$pintest" "$@" --help | sed -n '/^Options:/,/^$/s/^  \(-.\), .*/\1/p'
}

# Names that an option takes, as its complaint about another one lists them.
help_values() {
	{ "$pintest" "$1" "--$2" no-such-name 2>&1 || true; } |
		sed -n 's/.*\(one\|some\) of //p' | tr -d ,
}

man_commands() {
	sed -n 's/^\.Ss pintest \([a-z-]*\).*/\1/p' "$user/man/pintest.1"
}

# The options in the section of a command; without one, of pintest itself.
man_items() {
	awk -v section="${1:-}" '
		/^\.S[hs] / { here = $2 == "pintest" ? $3 : "" }
		/^\.It Fl/ && here == section' "$user/man/pintest.1"
}

man_options() {
	man_items "$@" | sed 's/.*Fl Fl \([a-z-]*\).*/--\1/'
}

man_short_options() {
	man_items "$@" | sed -n 's/^\.It Fl \(.\) .*/-\1/p'
}

# What the completion offers for a word that begins with the last argument.
complete_words() {
	bash -c '
		PATH=$1:$PATH
		. "$2"
		shift 2
		COMP_WORDS=(pintest "$@")
		COMP_CWORD=$#
		_pintest
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$(dirname "$pintest")" "$user/completion/pintest" "$@"
}

# The rows of the table of bugs.
documented_bugs() {
	sed -n 's/^| \[\(bugs\.[a-z0-9-]*\)\].*/\1/p' \
		"$user/../docs/known-bugs.md"
}

# Programs that known behaviours name, and those of them that there are.
named_reproducers() {
	"$pintest" list known |
		sed -n 's|.*share/pintest/reproducers/\([a-z-]*\)[.]c.*|\1|p'
}

existing_reproducers() {
	local name

	for name in $(named_reproducers); do
		[ ! -e "$user/../tests/reproducers/$name.c" ] || echo "$name"
	done
}

# Families of checks that stand alone: those whose ids have two words.
listed_families() {
	"$pintest" list | awk 'NR > 1 && split($1, words, ".") == 2 &&
		!seen[words[1]]++ { print words[1] }' | sort
}

man_families() {
	sed -n 's/^\.Ql \([a-z-]*\)\.\*$/\1/p' "$user/man/pintest.1" | sort
}

header_functions() {
	sed -n 's/^[a-z].*\b\(pintest_[a-z_]*\)(.*/\1/p' "$user/lib/pintest.h"
}

map_functions() {
	sed -n 's/^\t\(pintest_[a-z_]*\);/\1/p' "$user/lib/libpintest.map"
}

man_functions() {
	sed -n 's/^\.Fn \(pintest_[a-z_]*\) ["v].*/\1/p' \
		"$user/man/libpintest.3"
}

compare_command() {
	local command=$1 options

	options=$(help_options "$command")
	same "man tells the options of $command" \
		"$options" "$(man_options "$command")"
	same "man tells the short options of $command" \
		"$(help_short_options "$command")" \
		"$(man_short_options "$command")"
	same "completion offers the options of $command" \
		"$options" "$(complete_words "$command" --)"
}

commands=$(help_commands)
echo "1..$((15 + 3 * $(wc -w <<<"$commands")))"
same "man tells all commands" "$commands" "$(man_commands)"
same "man tells the options of pintest itself" \
	"--help --version" "$(man_options)"
same "completion offers all commands" \
	"$commands help --help --version" "$(complete_words '')"
for command in $commands; do
	compare_command "$command"
done
same "completion offers all APIs" \
	"$(help_values pin api)" "$(complete_words pin --api '')"
same "completion offers all flags" \
	"none $(help_values pin flags)" "$(complete_words pin --flags '')"
same "completion goes on in a list" \
	"longterm,write" "$(complete_words pin --flags longterm,wr)"
same "completion goes on in a list of bench" \
	"slow,fast" "$(complete_words bench --api slow,fast)"
same "completion goes on in a list of memory kinds" \
	"anon,anon-thp-remnant" \
	"$(complete_words bench --memory anon,anon-thp-remnan | head -n 1)"
same "man tells all families of checks" \
	"$(listed_families)" "$(man_families)"
same "completion offers all memory kinds" \
	"$("$pintest" list memory | awk 'NR > 1 { print $1 }')" \
	"$(complete_words pin --memory '')"
same "known-bugs.md tells all bugs" \
	"$("$pintest" list --filter 'bugs.*' | awk 'NR > 1 { print $1 }')" \
	"$(documented_bugs)"
same "every bug has a reproducer" \
	"$(documented_bugs | sed 's/^bugs[.]//')" \
	"$(basename -a -s .c "$user"/../tests/reproducers/*-*.c)"
same "reproducers that known behaviours name are there" \
	"$(named_reproducers)" "$(existing_reproducers)"
same "libpintest.map exports what pintest.h declares" \
	"$(header_functions)" "$(map_functions)"
same "libpintest.3 tells what pintest.h declares" \
	"$(header_functions)" "$(man_functions)"
[ "$failures" -eq 0 ]
