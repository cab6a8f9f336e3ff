/* Sends the first frames of a capture again and again, as many a second as it is told.

   send INTERFACE CAPTURE PACKETS-PER-SECOND SECONDS: prints how many left, and in how many seconds. A rate of 0: as fast as
   they leave. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { frames = 8192, batch = 32, largest = 1514 };

static unsigned char bytes[frames][largest];
static struct iovec vectors[frames];
static struct mmsghdr messages[frames];

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int read_frames(const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *capture = pcap_open_offline(path, error);
	struct pcap_pkthdr *header;
	const unsigned char *data;
	int count = 0;
	while (capture && count < frames && pcap_next_ex(capture, &header, &data) == 1) {
		if (header->caplen > largest)
			continue;
		memcpy(bytes[count], data, header->caplen);
		vectors[count] = (struct iovec){bytes[count], header->caplen};
		messages[count].msg_hdr = (struct msghdr){.msg_iov = &vectors[count], .msg_iovlen = 1};
		count++;
	}
	return count - count % batch;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return fprintf(stderr, "usage: send INTERFACE CAPTURE PACKETS-PER-SECOND SECONDS\n"), 2;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), yes = 1, count = read_frames(argv[2]);
	if (fd < 0 || !to.sll_ifindex || count == 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return perror("send"), 1;
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
	double rate = atof(argv[3]), seconds = atof(argv[4]), start = now(), time = start;
	unsigned long sent = 0;
	for (int next = 0; time < start + seconds; time = now()) {
		if (rate > 0 && (double)sent > (time - start) * rate)
			continue;
		int done = sendmmsg(fd, messages + next, batch, 0);
		if (done > 0)
			sent += (unsigned long)done;
		next = (next + batch) % count;
	}
	printf("%lu %.6f\n", sent, now() - start);
	return 0;
}
