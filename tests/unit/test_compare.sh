#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_compare.sh PINTEST: what pintest compare says of made-up records, and with
# which status it ends. Prints TAP.
set -euo pipefail

pintest=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
count=0 failed=0

echo 1..34

# run KERNEL PLAN [MEMBERS]: the first line of a record
run() {
	printf '{"pintest":"run","schema":1,"kernel":"%s","build":"#1","machine":"x86_64","page_size":4096,"plan":%s%s}\n' \
		"$1" "$2" "${3-}"
}

# check ID VERDICT [MEMBERS]
check() {
	local parts rule way memory event

	IFS=. read -r rule way memory event <<<"$1"
	parts="\"rule\":\"$rule\",\"way\":\"$way\",\"memory\":\"$memory\",\"event\":\"$event\""
	[ "$event" ] || parts="\"story\":\"$rule\""
	printf '{"pintest":"check","id":"%s",%s,"verdict":"%s"%s,"ms":1}\n' \
		"$1" "$parts" "$2" "${3-}"
}

end() {
	echo '{"pintest":"end","complete":true,"checks":1}'
}

# A run on an old kernel, with two failures, and on a new one, which fixed one of
# them, broke something else and asks more.
old() {
	run 6.1.0-1-amd64 5
	echo '{"pintest":"known","id":"cow-replaced","what":"A write replaces the page","since":"5.9","fixed_in":"6.2","change":"the fix"}'
	check ro.fast.anon.write PASS
	check ro.fast.zeropage.write FAIL \
		',"finding":"stale","known":"cow-replaced"'
	check ro.slow.zeropage.write FAIL ',"finding":"stale"'
	check ro.memfd.anon.write SKIP ',"reason":"no such call"'
	check bugs.uffd PASS
	end
}

new() {
	run 6.12.1-amd64 6
	check ro.fast.anon.write PASS
	check ro.fast.zeropage.write PASS
	check ro.slow.zeropage.write FAIL ',"finding":"stale"'
	check ro.memfd.anon.write REFUSED
	check bugs.uffd CRASHED
	check ro.fast.thp.write PASS
	end
}

old >old.jsonl
new >new.jsonl
sed 's/"end".*/"begin","scenario":"ro.slow.zeropage.write"}/' new.jsonl |
	grep -v slow.zeropage.write\",\"rule >ended.jsonl
old >base.jsonl
printf '%s' "$(old)" >cut.jsonl
{ old; run 6.1.0-1-amd64 5 ',"resumes":"x"'; end; } >resumed.jsonl
sed 's/"schema":1/"schema":2/' old.jsonl >newer.jsonl
echo '{"checks":[]}' >other.jsonl
: >empty.jsonl
sed 3s/.*/oops/ old.jsonl >torn.jsonl
sed 's/"plan"/"shard":"1\/2","plan"/' old.jsonl | grep -v bugs >one-of-two.jsonl
sed 's/"plan"/"shard":"2\/2","plan"/' old.jsonl | grep -v '"rule"' \
	>two-of-two.jsonl
sed 's/"stale"/"stale","reason":"<\/script><b>\\"\&"/' old.jsonl >markup.jsonl
mkdir results
cp old.jsonl results/first.jsonl
cp new.jsonl results/second.jsonl
printf '# tasks\nfirst 6.1 1/2\nsecond 6.12 2/2\n' >list
{ cat list; echo 'third 7.2 1/1'; } >longer-list

# expect NAME STATUS REGEX ARGUMENT...: run pintest compare, and look at its
# status and for a line of what it prints.
expect() {
	local name=$1 want=$2 line=$3 status=0 verdict=ok
	shift 3

	"$pintest" compare "$@" >out 2>&1 || status=$?
	[ "$status" -eq "$want" ] && grep -Eq -e "$line" out || verdict='not ok'
	count=$((count + 1))
	if [ "$verdict" != ok ]; then
		failed=$((failed + 1))
		sed "s/^/# status $status: /" out
	fi
	echo "$verdict $count - $name"
}

expect two_runs 1 '^6\.1 -> 6\.12: 3 of 5 checks differ$' old.jsonl new.jsonl
expect what_got_better 1 '^  better +1  FAIL cow-replaced -> PASS$' \
	old.jsonl new.jsonl
expect what_got_worse 1 '^  worse +1  PASS -> CRASHED$' old.jsonl new.jsonl
expect what_is_new 1 '^ +1  not in the plan of 6\.1$' old.jsonl new.jsonl
expect what_is_refused_is_no_pass 1 '^  other +1  SKIP -> REFUSED$' \
	old.jsonl new.jsonl
expect a_cause_by_run 1 '^cow-replaced +1/1 +held$' old.jsonl new.jsonl
expect a_cause_in_words 1 'Since 5\.9, fixed in 6\.2: the fix\.$' \
	old.jsonl new.jsonl
expect what_is_not_explained 1 '^  ro\.slow\.zeropage\.write: 6\.1 6\.12$' \
	old.jsonl new.jsonl
expect skipped_is_not_unplanned 1 '^6\.1 +1 +0 +1 +0$' old.jsonl new.jsonl
expect one_run 0 '^6\.1 +6\.1\.0-1-amd64 +x86_64 +5 +2 +2 +1$' old.jsonl
expect the_same_twice 0 '0 of 5 checks differ$' old.jsonl old.jsonl
expect no_difference_to_the_baseline 0 '^base -> old: 0 of 5 checks differ$' \
	--baseline base.jsonl old.jsonl
expect a_difference_to_the_baseline 1 '^6\.1 -> 6\.12: 3 of 5' \
	--baseline old.jsonl new.jsonl
expect a_run_that_ended_early 2 'did not come to its end: 1 of 6 checks have' \
	ended.jsonl
expect what_began_last 2 'what began last is ro\.slow\.zeropage\.write' ended.jsonl
expect what_is_lost 2 '^ +1  of which a result may be lost$' new.jsonl ended.jsonl
expect a_line_that_was_cut 2 'did not come to its end: 0 of 5' cut.jsonl
expect a_run_that_was_resumed 0 '^6\.1 .* 5 +2 +2 +1$' resumed.jsonl
expect nothing_to_compare 2 '^pintest: there is nothing to compare' other.jsonl
expect a_newer_schema 2 '^pintest: newer.jsonl: its schema is 2' newer.jsonl
expect another_file 2 'line 1 is not one of kind "run"' other.jsonl
expect an_empty_file 2 'it has no line' empty.jsonl
expect a_line_that_is_no_json 2 'line 3 is not a JSON object' torn.jsonl
expect no_file 2 'absent.jsonl: No such file' absent.jsonl
expect shards_are_one_run 0 '^6\.1 .* 5 +2 +2 +1$' \
	one-of-two.jsonl two-of-two.jsonl
expect a_shard_that_is_missing 2 'no record of 1 of its shards$' one-of-two.jsonl
expect a_list_of_jobs 1 '^6\.1 -> 6\.12: 3 of 5' --jobs list results
expect a_job_without_a_record 2 '^  third 7\.2 1/1: results/third\.jsonl: No such' \
	--jobs longer-list results
expect no_record 64 'no record of a run to compare'
expect a_page_that_cannot_be_written 2 'absent/page: No such file' \
	old.jsonl --html absent/page

# page NAME COMMAND...: a command that looks at the page of two runs.
page() {
	local name=$1 verdict=ok
	shift

	"$@" >out 2>&1 || verdict='not ok'
	count=$((count + 1))
	if [ "$verdict" != ok ]; then
		failed=$((failed + 1))
		sed 's/^/# /' out
	fi
	echo "$verdict $count - $name"
}

"$pintest" compare markup.jsonl new.jsonl --html page.html >/dev/null || true
page the_page_has_all_its_parts awk '/<!--@/ { left = 1 } /^<\/html>$/ { ended = 1 }
	END { exit left || !ended }' page.html
page the_page_has_a_cause grep -F \
	'<td>A write replaces the page<td>5.9<td>6.2<td>the fix<td class=f>✘ 1/1<td class=h>✔ 1' \
	page.html
page the_page_has_a_row grep -F \
	'<tr><th scope=row>zeropage<td class=f>✘ 2/2<td class=f>✘ 1/2' page.html
page texts_are_no_markup grep -F '\u003c/script>\u003cb>\u0022&' page.html

[ "$failed" -eq 0 ]
