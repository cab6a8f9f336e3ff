/* The least a program can do with a kernel queue: accept every packet, one message each, through libnetfilter_queue. What the
   daemon in queue mode is measured against. Usage: accept-all QUEUE */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static struct mnl_socket *nl;
static unsigned queue;

static void verdict(uint32_t id)
{
	char buf[256];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_VERDICT, queue);
	nfq_nlmsg_verdict_put(nlh, (int)id, NF_ACCEPT);
	mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
}

static int packet(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr[NFQA_MAX + 1] = {0};
	(void)data;
	if (nfq_nlmsg_parse(nlh, attr) < 0 || !attr[NFQA_PACKET_HDR])
		return MNL_CB_OK;
	struct nfqnl_msg_packet_hdr *header = mnl_attr_get_payload(attr[NFQA_PACKET_HDR]);
	verdict(ntohl(header->packet_id));
	return MNL_CB_OK;
}

int main(int argc, char **argv)
{
	static char buf[0xffff + 4096];
	int size = 32 << 20;
	if (argc != 2)
		return 2;
	queue = (unsigned)atoi(argv[1]);
	nl = mnl_socket_open(NETLINK_NETFILTER);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return 1;
	setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, queue);
	nfq_nlmsg_cfg_put_cmd(nlh, AF_INET, NFQNL_CFG_CMD_BIND);
	mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
	nlh = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, queue);
	nfq_nlmsg_cfg_put_params(nlh, NFQNL_COPY_PACKET, 0xffff);
	nfq_nlmsg_cfg_put_qmaxlen(nlh, 8192);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_GSO));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO));
	mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
	for (;;) {
		ssize_t count = mnl_socket_recvfrom(nl, buf, sizeof buf);
		if (count < 0 && errno != ENOBUFS && errno != EINTR)
			return 1;
		if (count > 0)
			mnl_cb_run(buf, (size_t)count, 0, mnl_socket_get_portid(nl), packet, NULL);
	}
}
