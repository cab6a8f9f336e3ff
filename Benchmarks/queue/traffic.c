/* Traffic for the queue benchmark.
   traffic flood ADDRESS PORT SECONDS SIZE: datagrams as fast as they leave, from 64 source ports; prints how many left.
   traffic echo PORT:                       answers each datagram with the same bytes.
   traffic sink PORT:                       takes datagrams and forgets them.
   traffic ping ADDRESS PORT COUNT:         one datagram after another; prints the median and 99th percentile of the round
                                            trips in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int connected(const char *address, int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, address, &to.sin_addr);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		exit(1);
	return fd;
}

static void flood(const char *address, int port, double seconds, size_t size)
{
	enum { flows = 64, batch = 32 };
	static char bytes[1500];
	int fds[flows];
	struct iovec vector = {bytes, size};
	struct mmsghdr messages[batch];
	unsigned long sent = 0;
	memset(messages, 0, sizeof messages);
	for (int i = 0; i < batch; i++) {
		messages[i].msg_hdr.msg_iov = &vector;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (int i = 0; i < flows; i++)
		fds[i] = connected(address, port);
	double end = now() + seconds;
	for (int i = 0; now() < end; i++) {
		int count = sendmmsg(fds[i % flows], messages, batch, 0);
		if (count > 0)
			sent += (unsigned long)count;
	}
	printf("%lu\n", sent);
}

static void echo(int port)
{
	static char bytes[65536];
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)}, from;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
		exit(1);
	for (;;) {
		socklen_t length = sizeof from;
		ssize_t count = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);
		if (count >= 0)
			sendto(fd, bytes, (size_t)count, 0, (struct sockaddr *)&from, length);
	}
}

static void sink(int port)
{
	static char bytes[65536];
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 32 << 20;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
		exit(1);
	for (;;)
		recv(fd, bytes, sizeof bytes, 0);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void ping(const char *address, int port, int count)
{
	double *times = calloc((size_t)count, sizeof *times);
	char bytes[64] = {0};
	int fd = connected(address, port), good = 0;
	struct timeval patience = {.tv_sec = 1};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	for (int i = 0; i < count; i++) {
		double start = now();
		if (send(fd, bytes, sizeof bytes, 0) > 0 && recv(fd, bytes, sizeof bytes, 0) > 0)
			times[good++] = (now() - start) * 1e6;
	}
	qsort(times, (size_t)good, sizeof *times, compare);
	if (good > 0)
		printf("%d %.1f %.1f\n", good, times[good / 2], times[good * 99 / 100]);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "flood"))
		flood(argv[2], atoi(argv[3]), atof(argv[4]), (size_t)atoi(argv[5]));
	else if (argc == 3 && !strcmp(argv[1], "echo"))
		echo(atoi(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "sink"))
		sink(atoi(argv[2]));
	else if (argc == 5 && !strcmp(argv[1], "ping"))
		ping(argv[2], atoi(argv[3]), atoi(argv[4]));
	else
		return 2;
	return 0;
}
