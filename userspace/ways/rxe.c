// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way: memory regions of RDMA, of a device that is made of software.
 *
 * Two queue pairs of the device are connected to each other. The region is what
 * the one at the far end reads and writes by RDMA.
 */
#include <errno.h>
#include <infiniband/verbs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pintest-way.h"

#define BOUNCE	65536
#define PORT	1

/**
 * struct rxe - the device
 *
 * @context: the device
 * @domain: what regions belong to
 * @done: tells of transfers that are done
 * @pairs: both ends; the first one asks for transfers
 * @bounce: takes and has the bytes at this end
 * @region: the bounce buffer for the device
 */
struct rxe {
	struct ibv_context *context;
	struct ibv_pd *domain;
	struct ibv_cq *done;
	struct ibv_qp *pairs[2];
	char *bounce;
	struct ibv_mr *region;
};

static char error[256];

static int fail(const char *what)
{
	int ret = errno ? -errno : -EIO;

	snprintf(error, sizeof(error), "%s: %s", what, strerror(-ret));
	return ret;
}

static int lacks(const char *what)
{
	snprintf(error, sizeof(error), "%s", what);
	return -EOPNOTSUPP;
}

/* The device of a name, or any that rdma_rxe made. */
static int open_device(struct rxe *rxe, const char *name)
{
	struct ibv_device **list = ibv_get_device_list(NULL);
	size_t i;

	for (i = 0; list && list[i] && !rxe->context; i++) {
		const char *found = ibv_get_device_name(list[i]);

		if (*name ? !strcmp(found, name) : !strncmp(found, "rxe", 3))
			rxe->context = ibv_open_device(list[i]);
	}
	if (list)
		ibv_free_device_list(list);
	return rxe->context ? 0 :
	       lacks("there is no such device: make one by 'rdma link add rxe0 type rxe netdev lo'");
}

/* The bounce buffer is shared, so that no fork() takes it away. */
static int map_bounce(struct rxe *rxe)
{
	rxe->bounce = mmap(NULL, BOUNCE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (rxe->bounce == MAP_FAILED)
		return fail("mapping memory");
	rxe->region = ibv_reg_mr(rxe->domain, rxe->bounce, BOUNCE,
				 IBV_ACCESS_LOCAL_WRITE);
	return rxe->region ? 0 : fail("ibv_reg_mr() of a buffer");
}

static int make_pairs(struct rxe *rxe)
{
	struct ibv_qp_init_attr attr = {
		.send_cq = rxe->done, .recv_cq = rxe->done,
		.cap = { 4, 4, 1, 1, 0 },
		.qp_type = IBV_QPT_RC,
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		rxe->pairs[i] = ibv_create_qp(rxe->domain, &attr);
		if (!rxe->pairs[i])
			return fail("ibv_create_qp()");
	}
	return 0;
}

/* A gid that is not empty. */
static int find_gid(struct rxe *rxe, union ibv_gid *gid)
{
	static const union ibv_gid empty;
	int index, last = -ENODEV;

	for (index = 0; index < 16; index++) {
		union ibv_gid found;

		if (ibv_query_gid(rxe->context, PORT, index, &found) ||
		    !memcmp(&found, &empty, sizeof(empty)))
			continue;
		*gid = found;
		last = index;
	}
	return last < 0 ? lacks("the device has no address: 'ip link set lo up'") :
			  last;
}

static int connect_pair(struct ibv_qp *pair, uint32_t other, int index,
			const union ibv_gid *gid)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_INIT, .port_num = PORT,
		.qp_access_flags = IBV_ACCESS_REMOTE_READ |
				   IBV_ACCESS_REMOTE_WRITE,
	};

	if (ibv_modify_qp(pair, &attr, IBV_QP_STATE | IBV_QP_PKEY_INDEX |
			  IBV_QP_PORT | IBV_QP_ACCESS_FLAGS))
		return fail("ibv_modify_qp() to INIT");
	attr.qp_state = IBV_QPS_RTR;
	attr.path_mtu = IBV_MTU_1024;
	attr.dest_qp_num = other;
	attr.max_dest_rd_atomic = 1;
	attr.min_rnr_timer = 12;
	attr.ah_attr.is_global = 1;
	attr.ah_attr.port_num = PORT;
	attr.ah_attr.grh.dgid = *gid;
	attr.ah_attr.grh.sgid_index = index;
	attr.ah_attr.grh.hop_limit = 1;
	if (ibv_modify_qp(pair, &attr, IBV_QP_STATE | IBV_QP_AV |
			  IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN |
			  IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER))
		return fail("ibv_modify_qp() to RTR");
	attr.qp_state = IBV_QPS_RTS;
	attr.timeout = 14;
	attr.retry_cnt = 7;
	attr.rnr_retry = 7;
	attr.max_rd_atomic = 1;
	if (ibv_modify_qp(pair, &attr, IBV_QP_STATE | IBV_QP_TIMEOUT |
			  IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY | IBV_QP_SQ_PSN |
			  IBV_QP_MAX_QP_RD_ATOMIC))
		return fail("ibv_modify_qp() to RTS");
	return 0;
}

static int connect_pairs(struct rxe *rxe)
{
	union ibv_gid gid;
	int index = find_gid(rxe, &gid), ret = 0;
	size_t i;

	for (i = 0; index >= 0 && !ret && i < 2; i++)
		ret = connect_pair(rxe->pairs[i], rxe->pairs[!i]->qp_num, index,
				   &gid);
	return index < 0 ? index : ret;
}

static int rxe_open(const char *arg, void **way)
{
	struct rxe *rxe = calloc(1, sizeof(*rxe));
	int ret;

	if (!rxe)
		return -ENOMEM;
	*way = rxe;
	ret = open_device(rxe, arg);
	if (ret)
		return ret;
	rxe->domain = ibv_alloc_pd(rxe->context);
	rxe->done = ibv_create_cq(rxe->context, 4, NULL, NULL, 0);
	if (!rxe->domain || !rxe->done)
		return fail("ibv_alloc_pd() or ibv_create_cq()");
	ret = map_bounce(rxe);
	if (!ret)
		ret = make_pairs(rxe);
	return ret ? ret : connect_pairs(rxe);
}

static void rxe_close(void *way)
{
	struct rxe *rxe = way;

	ibv_destroy_qp(rxe->pairs[0]);
	ibv_destroy_qp(rxe->pairs[1]);
	ibv_dereg_mr(rxe->region);
	ibv_destroy_cq(rxe->done);
	ibv_dealloc_pd(rxe->domain);
	ibv_close_device(rxe->context);
	munmap(rxe->bounce, BOUNCE);
	free(rxe);
}

static int rxe_pin(void *way, void *addr, size_t length, bool write,
		   void **pin)
{
	struct rxe *rxe = way;
	int access = IBV_ACCESS_REMOTE_READ;

	if (write)
		access |= IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE;
	*pin = ibv_reg_mr(rxe->domain, addr, length, access);
	return *pin ? 0 : fail("ibv_reg_mr()");
}

static int rxe_unpin(void *way, void *pin)
{
	(void)way;
	return -ibv_dereg_mr(pin);
}

static int await(struct rxe *rxe)
{
	struct ibv_wc end;
	int n;

	do {
		n = ibv_poll_cq(rxe->done, 1, &end);
	} while (!n);
	if (n < 0)
		return fail("ibv_poll_cq()");
	if (end.status == IBV_WC_SUCCESS)
		return 0;
	snprintf(error, sizeof(error), "the transfer failed: %s",
		 ibv_wc_status_str(end.status));
	return -EIO;
}

static int transfer(struct rxe *rxe, const struct ibv_mr *region, bool write,
		    size_t length, size_t offset)
{
	struct ibv_sge here = {
		(uintptr_t)rxe->bounce, length, rxe->region->lkey,
	};
	struct ibv_send_wr *bad, request = {
		.sg_list = &here, .num_sge = 1,
		.opcode = write ? IBV_WR_RDMA_WRITE : IBV_WR_RDMA_READ,
		.send_flags = IBV_SEND_SIGNALED,
		.wr.rdma = { (uintptr_t)region->addr + offset, region->rkey },
	};

	errno = ibv_post_send(rxe->pairs[0], &request, &bad);
	return errno ? fail("ibv_post_send()") : await(rxe);
}

static int rxe_read(void *way, void *pin, void *buf, size_t length,
		    size_t offset)
{
	struct rxe *rxe = way;
	int ret = length > BOUNCE ? -EINVAL :
		  transfer(rxe, pin, false, length, offset);

	if (!ret)
		memcpy(buf, rxe->bounce, length);
	return ret;
}

static int rxe_write(void *way, void *pin, const void *buf, size_t length,
		     size_t offset)
{
	struct rxe *rxe = way;

	if (length > BOUNCE)
		return -EINVAL;
	memcpy(rxe->bounce, buf, length);
	return transfer(rxe, pin, true, length, offset);
}

static const char *rxe_error(void *way)
{
	(void)way;
	return error;
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "rxe",
	.what = "ibv_reg_mr() of an rdma_rxe device",
	.can = PINTEST_WAY_READ_ONLY | PINTEST_WAY_READ_WRITE |
	       PINTEST_WAY_LONGTERM,
	.open = rxe_open,
	.close = rxe_close,
	.pin = rxe_pin,
	.unpin = rxe_unpin,
	.read = rxe_read,
	.write = rxe_write,
	.error = rxe_error,
};
