# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# One boot in QEMU. The guest's output comes through fifos, and what it says of
# itself (see init) through QEMU's standard output, which ends when QEMU does:
# no state of the guest can be taken for another.

# Emulated processors get no time while the host is busy, and do not get every
# rare instruction right, neither of which is the guest's kernel's fault: it is
# told not to watch for the one, and not to test its ciphers for the other.
vm_append="panic=-1 oops=panic panic_on_warn=1 loglevel=5 nowatchdog \
rcupdate.rcu_cpu_stall_suppress=1 cryptomgr.notests"

# A guest that does not say "started" for so long never will.
vm_boot_seconds=300

# What runs the guest: emulation, a thread for each processor; emulation that
# counts instructions; or this machine's processor.
#
# Processors of x86 say that they copy strings of bytes fast. Emulated ones take
# each byte by itself: without that word kernels copy eight at a time, so that
# what handles huge pages runs ten times as fast. Instructions are counted with
# it, as on real processors.
qemu_accelerator() {
	local quick=

	[ "$arch_kernel" != x86 ] || quick=,-erms,-fsrm
	if [ -n "$opt_icount" ]; then
		echo -accel tcg,thread=single -icount shift=0,sleep=off \
			-smp 1 -cpu "$arch_cpu"
	elif [ "$opt_accel" = kvm ]; then
		echo -accel kvm -cpu host -smp "$(qemu_processors)"
	else
		echo -accel tcg,thread=multi -cpu "$arch_cpu$quick" \
			-smp "$(qemu_processors)"
	fi
}

# The processors of a socket cannot be on several nodes.
qemu_processors() {
	if [ "$opt_nodes" -gt 1 ]; then
		echo "$opt_smp,sockets=$opt_smp"
	else
		echo "$opt_smp"
	fi
}

# NUMA nodes: to each an equal part of the memory, and a processor while there
# are some; the last has those that are left.
qemu_nodes() {
	local node size cpus

	[ "$opt_nodes" -gt 1 ] || return 0
	size=$(($(numfmt --from=iec "$opt_memory") / opt_nodes))
	for ((node = 0; node < opt_nodes; node++)); do
		cpus=
		[ "$node" -ge "$opt_smp" ] || cpus=,cpus=$node
		[ "$node" -lt $((opt_nodes - 1)) ] ||
			[ "$opt_smp" -le "$opt_nodes" ] ||
			cpus=,cpus=$node-$((opt_smp - 1))
		echo -object "memory-backend-ram,id=node$node,size=$size" \
			-numa "node,nodeid=$node,memdev=node$node$cpus"
	done
}

# Set qemu_command for the guest whose fifos and console are in $vm_tmp.
qemu_prepare() {
	local port device=virtio-serial-$arch_bus

	# shellcheck disable=SC2207 # words
	qemu_command=("qemu-system-$arch_qemu" -machine "$arch_machine"
		$(qemu_accelerator) -m "$opt_memory" $(qemu_nodes)
		-nodefaults -no-user-config -no-reboot -display none
		-kernel "$kernel_image" -initrd "$vm_tmp/initrd"
		-append "console=$arch_console $arch_append $vm_append $opt_append"
		-chardev "file,id=console,path=$vm_tmp/console"
		-serial chardev:console -device "$device"
		-chardev "file,id=out,path=$vm_tmp/out"
		-chardev "file,id=err,path=$vm_tmp/err"
		-chardev "file,id=status,path=/proc/self/fd/1")
	for port in status out err; do
		qemu_command+=(-device
			"virtserialport,chardev=$port,name=pintest.$port")
	done
	# It has memory that no driver keeps to itself.
	[ "$arch_bus" != pci ] ||
		qemu_command+=(-device "pci-testdev,membar=1M")
	# shellcheck disable=SC2206 # words, as the caller quoted them
	qemu_command+=($opt_qemu)
}

# Boot once. Sets guest_started, guest_taint and guest_exit, each empty if the
# guest did not get so far, and guest_end, which says why not.
qemu_boot() {
	local status out err pumps

	guest_started='' guest_taint='' guest_exit=''
	rm -f "$vm_tmp"/{out,err}
	mkfifo "$vm_tmp"/{out,err}
	cat "$initramfs_system" "$initramfs_command" >"$vm_tmp/initrd"

	# Held open from here until QEMU is gone, so that nobody waits in open().
	exec {out}<>"$vm_tmp/out" {err}<>"$vm_tmp/err"
	qemu_pump "$vm_tmp/out" {out}>&- {err}>&- &
	pumps=$!
	qemu_pump "$vm_tmp/err" >&2 {out}>&- {err}>&- &
	pumps+=" $!"
	coproc qemu {
		exec setpriv --pdeathsig KILL -- "${qemu_command[@]}" \
			2>"$vm_tmp/qemu.log"
	}
	qemu_pid=$!
	exec {status}<&"${qemu[0]}"
	qemu_listen "$status"
	qemu_end
	exec {status}<&- {out}>&- {err}>&-
	# shellcheck disable=SC2086 # two numbers
	wait $pumps || true
}

# If nobody takes the guest's output any more, we end as if we had written it.
qemu_pump() {
	cat "$1" || kill -PIPE $$
}

# Read what the guest says of itself until QEMU ends or time is up.
qemu_listen() {
	local fd=$1 word value seconds=$vm_boot_seconds end status=0

	end=$((SECONDS + opt_timeout))
	[ "$seconds" -lt "$opt_timeout" ] || seconds=$opt_timeout
	while :; do
		read -r -t "$seconds" -u "$fd" word value || status=$?
		[ "$status" -eq 0 ] || break
		case $word in
		started) guest_started=1 ;;
		taint) guest_taint=$value ;;
		exit) guest_exit=$value; return ;;
		esac
		seconds=$((end > SECONDS ? end - SECONDS : 1))
	done
	# read says with a status above 128 that time is up.
	guest_end="it stopped without a verdict"
	[ "$status" -le 128 ] || guest_end="no verdict in time"
}

# The guest's writes to its ports return when the host has the data, so a guest
# that has said "exit" has nothing more to say.
qemu_end() {
	[ -n "${qemu_pid:-}" ] || return 0
	kill "$qemu_pid" 2>/dev/null || true
	wait "$qemu_pid" 2>/dev/null || true
	qemu_pid=
}

# Set opt_accel to kvm if a guest really boots with it: there are machines with
# a /dev/kvm that cannot run a stock kernel. The answer holds until this machine
# boots again.
qemu_choose_accel() {
	local answer

	[ "$opt_accel" = auto ] || return 0
	opt_accel=tcg
	case $(host_arch)-$arch in
	"$arch-$arch" | amd64-i386) ;;
	*) return 0 ;;
	esac
	[ -z "$opt_icount" ] && [ -w /dev/kvm ] || return 0
	answer=$vm_cache/kvm/$(cat /proc/sys/kernel/random/boot_id)
	[ -e "$answer" ] || [ -z "$kernel_id" ] ||
		locked kvm qemu_probe_kvm "$answer" 2>/dev/null
	[ ! -e "$answer" ] || opt_accel=$(cat "$answer")
}

qemu_probe_kvm() {
	local vm_boot_seconds=20 opt_accel=kvm none=()

	[ ! -e "$1" ] || return 0
	initramfs_command none true
	qemu_prepare
	qemu_boot
	[ "$guest_exit" = 0 ] || opt_accel=tcg
	mkdir -p "${1%/*}"
	echo "$opt_accel" >"$vm_tmp/accel"
	mv "$vm_tmp/accel" "$1"
}

# The end of a console on standard input: from the first line on that looks as if
# the kernel were in trouble, since what follows may be long and is mostly a
# consequence, or else the last lines.
qemu_console_end() {
	tr -d '\r' | awk '
		{ last[NR % 40] = $0 }
		/BUG|WARNING:|Oops|general protection|panic|KASAN|UBSAN/ {
			trouble = 1
		}
		trouble && shown++ < 300
		END {
			for (i = NR - 39; i <= NR && !trouble; i++)
				if (i > 0)
					print last[i % 40]
		}'
}

# Whether the guest died of a breakpoint that the kernel has in its own code while
# it changes it, met by a processor for which it was none any more. A processor
# cannot do that, an emulator with a thread for each of them can; and a breakpoint
# that somebody set and forgot would not be in the kernel's own code.
qemu_is_to_blame() {
	tr -d '\r' <"$vm_tmp/console" 2>/dev/null | awk '
		/int3: [0-9]+ \[#1\]/ { int3 = 1 }
		int3 && /RIP: / { kernel = !/RIP: .*\[/; exit }
		END { exit !(int3 && kernel) }'
}

# Show why a guest was lost.
qemu_show_end() {
	sed "/terminating on signal/d" "$vm_tmp/qemu.log" >&2
	if [ -s "$vm_tmp/console" ]; then
		note "the end of its console:"
		qemu_console_end <"$vm_tmp/console" >&2
	fi
}
