#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The checks that begin with this file's name.
name=$(basename "$0" .sh)
command -v pintest >/dev/null || { echo "1..0 # SKIP pintest is not installed"; exit 4; }
exec pintest check --known --ktap --filter "$name.*"
