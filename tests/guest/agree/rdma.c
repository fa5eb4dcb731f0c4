// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins that are not ours: memory regions of RDMA, of a device that is made of
 * software (rdma_rxe) on the loopback interface. INSPECT has to see them, and
 * to see them go; those that the device only reads are not pinned for writing.
 *
 * The calls are those that libibverbs makes: commands written to a device.
 */
#include <fcntl.h>
#include <linux/netlink.h>
#include <rdma/ib_user_verbs.h>
#include <rdma/rdma_netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "compare.h"
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define UVERBS "/dev/infiniband/uverbs0"

#define LOCAL_WRITE 1

/* A netlink message with room for its attributes. */
struct message {
	struct nlmsghdr header;
	char room[128];
};

static void add_text(struct message *message, unsigned short type,
		     const char *text)
{
	char *end = (char *)message + NLMSG_ALIGN(message->header.nlmsg_len);
	struct nlattr attr = {
		.nla_len = NLA_HDRLEN + strlen(text) + 1,
		.nla_type = type,
	};

	memcpy(end, &attr, sizeof(attr));
	strcpy(end + NLA_HDRLEN, text);
	message->header.nlmsg_len += NLA_ALIGN(attr.nla_len);
}

/* Returns what the kernel answers. */
static int add_link(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_RDMA);
	struct message message = { .header = {
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV,
					       RDMA_NLDEV_CMD_NEWLINK),
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	} };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[256];
	} answer;

	if (fd < 0)
		return -errno;
	add_text(&message, RDMA_NLDEV_ATTR_DEV_NAME, "rxe0");
	add_text(&message, RDMA_NLDEV_ATTR_LINK_TYPE, "rxe");
	add_text(&message, RDMA_NLDEV_ATTR_NDEV_NAME, "lo");
	REQUIRE(send(fd, &message, message.header.nlmsg_len, 0) > 0);
	REQUIRE(recv(fd, &answer, sizeof(answer), 0) > 0);
	close(fd);
	return answer.error.error;
}

/* The device stays for the next test. */
static int open_device(void)
{
	int ret;

	if (access(UVERBS, F_OK)) {
		run_program("modprobe", "-qa", "ib_uverbs", "rdma_rxe", NULL);
		ret = add_link();
		if (ret && ret != -EEXIST)
			ktap_skip("no rdma_rxe here: %s", strerror(-ret));
	}
	ret = open(UVERBS, O_RDWR | O_CLOEXEC);
	if (ret < 0)
		ktap_skip("cannot open " UVERBS ": %s", strerror(errno));
	return ret;
}

/* A command is written with its header in front; @in begins with that. */
static void command(int fd, unsigned int nr, void *in, size_t in_size,
		    size_t out_size)
{
	struct ib_uverbs_cmd_hdr *header = in;

	header->command = nr;
	header->in_words = in_size / 4;
	header->out_words = out_size / 4;
	if (write(fd, in, in_size) != (ssize_t)in_size)
		FAIL("command %u: %s", nr, strerror(errno));
}

static int open_context(void)
{
	struct ib_uverbs_get_context_resp response;
	struct {
		struct ib_uverbs_cmd_hdr header;
		struct ib_uverbs_get_context args;
	} in = { .args.response = (uintptr_t)&response };
	int fd = open_device();

	command(fd, IB_USER_VERBS_CMD_GET_CONTEXT, &in, sizeof(in),
		sizeof(response));
	close(response.async_fd);
	return fd;
}

static uint32_t new_domain(int fd)
{
	struct ib_uverbs_alloc_pd_resp response;
	struct {
		struct ib_uverbs_cmd_hdr header;
		struct ib_uverbs_alloc_pd args;
	} in = { .args.response = (uintptr_t)&response };

	command(fd, IB_USER_VERBS_CMD_ALLOC_PD, &in, sizeof(in),
		sizeof(response));
	return response.pd_handle;
}

static uint32_t pin_by_rdma(int fd, struct region region, uint32_t access)
{
	struct ib_uverbs_reg_mr_resp response;
	struct {
		struct ib_uverbs_cmd_hdr header;
		struct ib_uverbs_reg_mr args;
	} in = { .args = {
		.response = (uintptr_t)&response,
		.start = (uintptr_t)region.addr,
		.length = region.pages * page_size,
		.hca_va = (uintptr_t)region.addr,
		.pd_handle = new_domain(fd),
		.access_flags = access,
	} };

	command(fd, IB_USER_VERBS_CMD_REG_MR, &in, sizeof(in),
		sizeof(response));
	return response.mr_handle;
}

static void unpin_by_rdma(int fd, uint32_t handle)
{
	struct {
		struct ib_uverbs_cmd_hdr header;
		struct ib_uverbs_dereg_mr args;
	} in = { .args.mr_handle = handle };

	command(fd, IB_USER_VERBS_CMD_DEREG_MR, &in, sizeof(in), 0);
}

static void pincounts_must_be(const struct source *source, int wanted)
{
	static struct pintest_record record[MAX_PAGES];
	size_t i;

	records_must_agree(source, record);
	for (i = 0; i < source->region.pages; i++) {
		ktap_about("page %zu, wanted pincount %d", i, wanted);
		REQUIRE_EQ(record[i].pincount, wanted);
		REQUIRE_EQ(!(record[i].flags & PINTEST_PAGE_MAYBE_DMA_PINNED),
			   !wanted);
	}
}

static void inspect_sees_region(const void *access)
{
	struct source source = { .region = { map_pages(5), 5 }, .fd = -1 };
	int fd = open_context();
	uint32_t handle;

	pincounts_must_be(&source, 0);
	handle = pin_by_rdma(fd, source.region, (uintptr_t)access);
	pincounts_must_be(&source, 1);
	unpin_by_rdma(fd, handle);
	pincounts_must_be(&source, 0);
	pin_by_rdma(fd, source.region, (uintptr_t)access);
	pincounts_must_be(&source, 1);
	close(fd);
	pincounts_must_be(&source, 0);
}

TEST_GROUP
{
	ktap_add(inspect_sees_region, (void *)0, "agree.rdma.read-only");
	ktap_add(inspect_sees_region, (void *)LOCAL_WRITE,
		 "agree.rdma.local-write");
}
