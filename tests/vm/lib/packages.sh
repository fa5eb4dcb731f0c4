# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian packages on this machine.

packages_missing() {
	local package

	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# packages_need PACKAGE...: install those that are missing, as root or through
# sudo, which may ask for a password. The package lists may be older than the
# archive, or not there yet.
packages_need() {
	local missing install log

	mapfile -t missing < <(packages_missing "$@" | sort -u)
	[ "${#missing[@]}" -gt 0 ] || return 0
	# shellcheck disable=SC2016 # expands in the inner shell
	install=(sh -ec 'apt-get update
		exec env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y --no-install-recommends \
			-o DPkg::Lock::Timeout=300 "$@"' sh
		"${missing[@]}")
	[ "$EUID" -eq 0 ] || install=(sudo "${install[@]}")
	echo "installing ${missing[*]}" >&2
	if ! log=$("${install[@]}" 2>&1 </dev/null); then
		echo "$log" >&2
		echo "could not install them; as root:" \
			"apt-get install ${missing[*]}" >&2
		return 1
	fi
}
