// The measure to compare with: reads a capture with libpcap, touches three header bytes of each packet, and does no more.

#include <pcap/pcap.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
  if (!capture) return fprintf(stderr, "usage: bare-loop CAPTURE\n"), 1;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  struct pcap_pkthdr *header;
  const unsigned char *bytes;
  unsigned long packets = 0, touched = 0;
  while (pcap_next_ex(capture, &header, &bytes) == 1) {
    packets++;
    if (header->caplen > 23) touched += bytes[12] + bytes[14] + bytes[23];
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
  printf("bare C loop      %.0f packets/s %.1f ns (touched %lu)\n", packets / seconds, seconds / packets * 1e9, touched);
  pcap_close(capture);
  return 0;
}
