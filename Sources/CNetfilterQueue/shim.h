/* The kernel's own header first: libnetfilter_queue brings an older copy of it, and two modules must not differ. */
#include <linux/netfilter/nfnetlink.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netlink.h>
