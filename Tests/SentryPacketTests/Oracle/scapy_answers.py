"""Prints what a packet is answered with, made by Scapy from the RFCs, for comparison with ours.

Each line of standard input holds a kind of answer, a blank, and the bytes of an IP packet in hexadecimal. For each one is
printed: the bytes of the answer, or `-` if there must be none.
"""

import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)
from scapy.packet import NoPayload, Raw

EXTENSIONS = (IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)


def parse(data):
    return IP(data) if data[0] >> 4 == 4 else IPv6(data)


def size(packet):
    """In bytes, as the IP header says."""
    return packet.len if isinstance(packet, IP) else 40 + packet.plen


def headers_before_tcp(packet):
    length, layer = 0, packet
    while not isinstance(layer, TCP):
        length += layer.ihl * 4 if isinstance(layer, IP) else len(layer) - len(layer.payload)
        layer = layer.payload
    return length


def back(packet):
    """The IP header of an answer."""
    if isinstance(packet, IP):
        return IP(src=packet.dst, dst=packet.src, id=17, ttl=64, tos=0)
    return IPv6(src=packet.dst, dst=packet.src, hlim=64)


def segment_length(packet):
    """SEG.LEN of RFC 9293 section 3.3.1."""
    tcp = packet[TCP]
    payload = size(packet) - headers_before_tcp(packet) - tcp.dataofs * 4
    return payload + int(tcp.flags.S) + int(tcp.flags.F)


def reset(packet):
    """RFC 9293 section 3.10.7.1."""
    if TCP not in packet or packet[TCP].flags.R:
        return None
    tcp = packet[TCP]
    ports = dict(sport=tcp.dport, dport=tcp.sport, window=4096)
    if tcp.flags.A:
        return back(packet) / TCP(flags="R", seq=tcp.ack, ack=0, **ports)
    return back(packet) / TCP(flags="RA", seq=0, ack=(tcp.seq + segment_length(packet)) % 2 ** 32, **ports)


def acknowledgement(packet):
    if TCP not in packet or packet[TCP].flags.R or not packet[TCP].flags.A:
        return None
    tcp = packet[TCP]
    return back(packet) / TCP(
        sport=tcp.dport, dport=tcp.sport, window=4096, flags="A", seq=tcp.ack,
        ack=(tcp.seq + segment_length(packet)) % 2 ** 32)


def closing(packet):
    """The packet itself as a reset."""
    if TCP not in packet:
        return None
    tcp = packet[TCP]
    new = TCP(sport=tcp.sport, dport=tcp.dport, seq=tcp.seq, window=4096, flags="RA" if tcp.flags.A else "R",
              ack=tcp.ack if tcp.flags.A else 0)
    copy = packet.copy()
    if isinstance(copy, IP):
        copy.flags, copy.frag = 0, 0
        del copy.len, copy.chksum
        copy.remove_payload()
        return copy / new
    if IPv6ExtHdrFragment in copy and copy[IPv6ExtHdrFragment].m:
        return IPv6(src=copy.src, dst=copy.dst, hlim=copy.hlim) / new
    del copy.plen
    last = copy
    while not isinstance(last.payload, TCP):
        last = last.payload
    last.remove_payload()
    return copy / new


def unreachable(packet):
    """RFC 792 and RFC 1812 section 4.3.2, RFC 4443 section 3.1; the quotation is the packet as far as it may go."""
    quoted = bytes(packet)[:size(packet)]
    if isinstance(packet, IP):
        code = 3 if packet.proto == 17 else 13
        return back(packet) / ICMP(type=3, code=code) / Raw(quoted[:576 - 28])
    code = 4 if UDP in packet or packet.nh == 17 else 1
    return back(packet) / ICMPv6DestUnreach(code=code) / Raw(quoted[:1280 - 48])


for line in sys.stdin:
    kind, data = line.split()
    data = bytes.fromhex(data)
    packet = parse(data)
    answer = globals()[kind](packet)
    print(bytes(answer).hex() if answer is not None else "-", flush=True)
