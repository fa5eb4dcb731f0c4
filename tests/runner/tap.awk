# SPDX-License-Identifier: GPL-2.0-only
#
# awk -v status=N -f tap.awk: judge what a lane printed and its exit status.
#
# A lane prints one or more flat TAP or KTAP documents: a plan 1..N first, then
# N results in order. Everything else is diagnostics, which belong to the
# result that they stand before or, after a failure, to that. Whatever does not
# fit is counted as a failure of its own, so that a lane which crashes, stops
# early or says nothing cannot pass.
#
# Two diagnostics mean something:
#
#   # ms N            the next result took so many milliseconds
#   # again: COMMAND  how to have one of the results that follow again, with % for
#                     its name; without COMMAND, and before the first of these, it
#                     is the lane, which is -v again=PATH
#
# -v why=TEXT says that the lane was stopped, and -v table=FILE is for lines of
# milliseconds and names. Prints, with tabs: "count" PASSED FAILED SKIPPED, "skip"
# TIMES REASON, and "show" LINE for each line that explains a failure.

# Some of what explains a failure, at most.
function show(line) {
	if (++shown <= 1000)
		print "show\t" line
}

function broken(why) {
	failed++
	show("broken: " why)
}

function skip(reason) {
	skipped++
	if (reason == "")
		reason = "(no reason given)"
	if (!times[reason]++)
		reasons[++n_reasons] = reason
}

function end_document() {
	if (plan != "" && seen != plan)
		broken("the plan is 1.." plan " but " seen + 0 " results came")
	if (header)
		broken("a document has no plan")
	plan = ""
	header = 0
}

# Text after "# SKIP".
function skip_reason(line) {
	match(line, /# SKIP( |$)/)
	return substr(line, RSTART + RLENGTH)
}

# What a result is of, without its number and directive.
function name_of(line) {
	sub(/^(not )?ok [0-9]+ *(- )?/, "", line)
	sub(/ +#.*/, "", line)
	return line
}

function show_again(name,   parts, n, i, command) {
	n = split(again, parts, "%")
	command = parts[1]
	for (i = 2; i <= n; i++)
		command = command name parts[i]
	show("again: " command)
}

# The last lines that were held.
function show_held(   i) {
	for (i = n_held > 40 ? n_held - 39 : 1; i <= n_held; i++)
		show(held[i % 40])
}

function result(line, number, ok) {
	if (plan == "" || number != seen + 1)
		broken("out of place: " line)
	seen = number
	if (ms != "")
		print ms "\t" name_of(line) >table
	ms = ""
	if (!ok) {
		failed++
		show_held()
		show(line)
		show_again(name_of(line))
	} else if (line ~ /# SKIP( |$)/) {
		skip(skip_reason(line))
	} else {
		passed++
	}
	n_held = 0
	explaining = !ok
}

function diagnostic(line) {
	if (explaining)
		show(line)
	else
		held[++n_held % 40] = line
}

BEGIN {
	lane = again
	if (table == "")
		table = "/dev/null"
	printf "" >table
}

{ sub(/\r$/, "") }

/^K?TAP version [0-9]+$/ { end_document(); header = 1; next }

/^1\.\.[0-9]+( |$)/ {
	header = 0
	end_document()
	explaining = 0
	documents++
	plan = substr($1, 4) + 0
	seen = 0
	if (plan == 0 && /# SKIP( |$)/)
		skip(skip_reason($0))
	else if (plan == 0)
		broken("a plan of nothing: " $0)
	next
}

/^# ms [0-9]+$/ { ms = $3; next }
/^# again:/ { again = $0 == "# again:" ? lane : substr($0, 10); next }
/^ok [0-9]+( |$)/ { result($0, $2, 1); next }
/^not ok [0-9]+( |$)/ { result($0, $3, 0); next }
/^Bail out!/ || /^(not )?ok( |$)/ || /^[ \t]+(not )?ok [0-9]/ { broken($0); next }
{ diagnostic($0) }

END {
	end_document()
	if (!documents && !failed)
		broken("no results, exit status " status)
	if (why != "")
		broken(why)
	else if (status == 124 || status == 137)
		broken("stopped, it took too long")
	else if (status && !failed)
		broken("exit status " status " without a failure")
	if (shown > 1000)
		print "show\t... " shown - 1000 " lines more"
	for (i = 1; i <= n_reasons; i++)
		print "skip\t" times[reasons[i]] "\t" reasons[i]
	print "count\t" passed + 0 "\t" failed + 0 "\t" skipped + 0
}
