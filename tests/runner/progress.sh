# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# On a terminal, what is running: a line for each lane, rewritten every second, and
# one for all that is left. No line is wider than the terminal, since it could not
# be taken back.
#
# shellcheck disable=SC2004,SC2154 # tests/run sets and takes them

# Lines that stand there now.
progress_lines=0

hide_progress() {
	[ "$progress_lines" -eq 0 ] || printf '\e[%dA\e[J' "$progress_lines"
	progress_lines=0
}

# minutes SECONDS
minutes() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# Seconds that a running lane has left, as far as earlier runs tell.
left_of() {
	local left=$((seconds_of[$1] - SECONDS + began[$1]))

	echo $((left > 0 ? left : 0))
}

# Seconds until all is done if no processor is ever idle.
left_of_all() {
	local name sum=0

	for name in "${running[@]}"; do
		sum=$((sum + $(left_of "$name") * processors_of[$name]))
	done
	for name in "${pending[@]}"; do
		sum=$((sum + seconds_of[$name] * processors_of[$name]))
	done
	echo $((sum / jobs))
}

# Results so far. Of what is long, not every second.
results_of() {
	[ "$(stat -c %s "$logs/$1.tap")" -lt $((4 << 20)) ] || { echo many; return; }
	grep -acE '^(not )?ok [0-9]' "$logs/$1.tap" || true
}

running_lines() {
	local name

	for name in "${running[@]}"; do
		printf '%s: %s results, %s, %s left\n' "$name" \
			"$(results_of "$name")" \
			"$(minutes $((SECONDS - began[$name])))" \
			"$(minutes "$(left_of "$name")")"
	done | sort
	printf '%d of %d lanes to come, %s left\n' "${#pending[@]}" \
		"${#path_of[@]}" "$(minutes "$(left_of_all)")"
}

show_progress() {
	local columns='' text

	[ -t 1 ] || return 0
	{ read -r _ columns < <(stty size <&3); } 3>&1 2>/dev/null || true
	[[ $columns =~ ^[1-9][0-9]*$ ]] || columns=80
	text=$(running_lines | cut -c "1-$((columns > 1 ? columns - 1 : 1))")
	hide_progress
	printf '%s\n' "$text"
	progress_lines=$(wc -l <<<"$text")
}
