// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ktap.h"
#include "process.h"

#define NOBODY 65534

struct peer peer_start(void (*run)(int fd, void *arg), void *arg)
{
	struct peer peer;
	int ends[2];

	REQUIRE(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
	peer.pid = fork();
	REQUIRE(peer.pid >= 0);
	if (!peer.pid) {
		close(ends[0]);
		run(ends[1], arg);
		_exit(KTAP_PASS);
	}
	close(ends[1]);
	peer.fd = ends[0];
	return peer;
}

void peer_join(struct peer *peer)
{
	int status;

	close(peer->fd);
	REQUIRE_EQ(SYS(waitpid(peer->pid, &status, 0)), peer->pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == KTAP_SKIP)
		_exit(KTAP_SKIP);
	REQUIRE_EQ(status, 0);
}

void peer_send(int fd, uint64_t value)
{
	REQUIRE_EQ(SYS(send(fd, &value, sizeof(value), MSG_NOSIGNAL)),
		   sizeof(value));
}

uint64_t peer_receive(int fd)
{
	uint64_t value = 0;

	REQUIRE_EQ(SYS(recv(fd, &value, sizeof(value), 0)), sizeof(value));
	return value;
}

union fd_message {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

void peer_send_fd(int fd, int passed)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union fd_message control;
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memset(&control, 0, sizeof(control));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &passed, sizeof(int));
	REQUIRE_EQ(SYS(sendmsg(fd, &message, MSG_NOSIGNAL)), 1);
}

int peer_receive_fd(int fd)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union fd_message control;
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int received;

	REQUIRE_EQ(SYS(recvmsg(fd, &message, MSG_CMSG_CLOEXEC)), 1);
	REQUIRE(CMSG_FIRSTHDR(&message));
	REQUIRE_EQ(control.header.cmsg_type, SCM_RIGHTS);
	memcpy(&received, CMSG_DATA(&control.header), sizeof(int));
	return received;
}

void peer_wait_close(int fd)
{
	char byte;

	REQUIRE_EQ(SYS(recv(fd, &byte, 1, 0)), 0);
}

static void idle(int fd, void *arg __attribute__((unused)))
{
	uint64_t value = 0;

	while (SYS(recv(fd, &value, sizeof(value), 0)) == sizeof(value))
		peer_send(fd, value);
}

/*
 * A child begins by breaking the COW of pages that it shares with us. Once it
 * has answered, all that it touches until we close has been touched before.
 */
struct peer peer_idle(void)
{
	struct peer peer = peer_start(idle, NULL);

	peer_send(peer.fd, 0);
	peer_receive(peer.fd);
	return peer;
}

void in_child(void (*run)(int fd, void *arg), void *arg)
{
	struct peer peer = peer_start(run, arg);

	peer_join(&peer);
}

bool run_program(const char *name, ...)
{
	const char *argv[8] = { name };
	size_t nr = 1;
	va_list ap;
	int status;
	pid_t pid;

	va_start(ap, name);
	while (nr < ARRAY_SIZE(argv) - 1 &&
	       (argv[nr] = va_arg(ap, const char *)))
		nr++;
	va_end(ap);
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_RDWR), STDOUT_FILENO);
		dup2(STDOUT_FILENO, STDERR_FILENO);
		execvp(name, (char **)argv);
		_exit(KTAP_FAIL);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

void become_nobody(void)
{
	REQUIRE(!setgroups(0, NULL));
	REQUIRE(!setgid(NOBODY));
	REQUIRE(!setuid(NOBODY));
	/* Its files in /proc belong to root otherwise. */
	REQUIRE(!prctl(PR_SET_DUMPABLE, 1));
}

void drop_capability(int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	struct __user_cap_data_struct *word = &data[CAP_TO_INDEX(capability)];

	REQUIRE(!syscall(SYS_capget, &header, data));
	word->effective &= ~CAP_TO_MASK(capability);
	word->permitted &= ~CAP_TO_MASK(capability);
	word->inheritable &= ~CAP_TO_MASK(capability);
	REQUIRE(!syscall(SYS_capset, &header, data));
}
