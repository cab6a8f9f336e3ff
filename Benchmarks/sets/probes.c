/* Traffic for the benchmark of blocking by sets.
   probes many ADDRESS PORT COUNT RATE: one datagram each from COUNT source addresses, 10.64.0.0 and the next ones, at RATE a
                                        second; prints how many left and in how many seconds.
   probes one SOURCE ADDRESS PORT SECONDS: datagrams from one source address as fast as they leave; prints the same. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { batch = 32 };

struct datagram {
	struct iphdr ip;
	struct udphdr udp;
	char data[4];
} __attribute__((packed));

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int raw_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	int bytes = 16 << 20;
	if (fd < 0) {
		perror("socket");
		exit(1);
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
	return fd;
}

static void fill(struct datagram *d, in_addr_t source, in_addr_t destination, int port)
{
	memset(d, 0, sizeof *d);
	d->ip.version = 4;
	d->ip.ihl = 5;
	d->ip.ttl = 64;
	d->ip.protocol = IPPROTO_UDP;
	d->ip.saddr = source;
	d->ip.daddr = destination;
	d->udp.source = htons(40000);
	d->udp.dest = htons((unsigned short)port);
	d->udp.len = htons(sizeof d->udp + sizeof d->data);
}

int main(int argc, char **argv)
{
	static struct datagram datagrams[batch];
	struct iovec vectors[batch];
	struct mmsghdr messages[batch];
	struct sockaddr_in to = {.sin_family = AF_INET};
	unsigned long sent = 0;
	double start;

	if (argc < 6)
		return 2;
	int many = strcmp(argv[1], "many") == 0;
	inet_pton(AF_INET, many ? argv[2] : argv[3], &to.sin_addr);
	int port = atoi(many ? argv[3] : argv[4]);
	unsigned long count = many ? strtoul(argv[4], NULL, 10) : 0;
	double limit = atof(argv[5]); /* a second, or seconds */
	in_addr_t source = many ? htonl(0x0A400000) : inet_addr(argv[2]);
	int fd = raw_socket();

	memset(messages, 0, sizeof messages);
	for (int i = 0; i < batch; i++) {
		fill(&datagrams[i], source, to.sin_addr.s_addr, port);
		vectors[i] = (struct iovec){&datagrams[i], sizeof datagrams[i]};
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &to;
		messages[i].msg_hdr.msg_namelen = sizeof to;
	}
	start = now();
	for (;;) {
		double passed = now() - start;
		unsigned size = batch;
		if (many) {
			if (sent >= count)
				break;
			if ((double)sent >= passed * limit) {
				struct timespec nap = {0, 200000};
				nanosleep(&nap, NULL);
				continue;
			}
			if (count - sent < size)
				size = (unsigned)(count - sent);
			for (unsigned i = 0; i < size; i++)
				datagrams[i].ip.saddr = htonl(0x0A400000u + (unsigned)sent + i);
		} else if (passed >= limit) {
			break;
		}
		int left = sendmmsg(fd, messages, size, 0);
		if (left > 0)
			sent += (unsigned long)left;
	}
	printf("%lu %.3f\n", sent, now() - start);
	return 0;
}
