#!/usr/bin/env python3
"""Writes the sample captures that are kept beside this script, and large ones for measuring speed.

    make-captures.py                      write all sample captures into this folder
    make-captures.py --out DIR            ... into another folder
    make-captures.py --check              compare what would be written with what is there; exit 1 and name the differences
    make-captures.py --large N FILE       N packets of about 600 bytes, 5,000 connections open at any time
    make-captures.py --large-flows N FILE N packets, each the first of a new flow, from 5,000 sources

Every byte follows from SEED, so two runs write equal files. Addresses are those reserved for documentation (RFC 5737,
RFC 3849), in the large captures those reserved for benchmarks (RFC 2544); besides them only the special ones that a scene
is about: a forged loopback address, broadcast, IPv6 multicast.

The scenes are recorded as on a host without a firewall: it answers attacks, too, because nothing stopped them. What
`sentry replay` makes of each capture is worked out in README.md.
"""

import argparse
import ipaddress
import random
import struct
import sys
from pathlib import Path

SEED = 20260115
DAY = 1768467600 * 1_000_000  # 2026-01-15 09:00:00 UTC, in microseconds since 1970

MILLISECOND, SECOND, MINUTE, HOUR = 1_000, 1_000_000, 60_000_000, 3_600_000_000

# The host that records, and its neighbours.
HOST, HOST6 = "192.0.2.10", "2001:db8:0:1::10"
ROUTER, ROUTER6 = "192.0.2.1", "2001:db8:0:1::1"
RESOLVER, RESOLVER6 = "192.0.2.53", "2001:db8:0:1::53"
NEIGHBOUR, BROADCAST = "192.0.2.30", "192.0.2.255"
HOST_MAC, ROUTER_MAC, NEIGHBOUR_MAC = (bytes.fromhex("00005e0053" + last) for last in ("10", "01", "30"))
BROADCAST_MAC = b"\xff" * 6

ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


# MARK: Packets, from the inside out


def checksum(data):
    """The internet checksum of `data` (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packed(address):
    return ipaddress.ip_address(address).packed


def is_v6(address):
    return ":" in address


def pseudo_header(source, destination, protocol, length):
    if is_v6(source):
        return packed(source) + packed(destination) + struct.pack("!IxxxB", length, protocol)
    return packed(source) + packed(destination) + struct.pack("!xBH", protocol, length)


def tcp(source, destination, ports, flags, sequence=0, acknowledgement=0, data=b"", options=b"", window=64240):
    """A TCP segment (RFC 9293); `options` is padded to whole words."""
    options += b"\0" * (-len(options) % 4)
    offset = (20 + len(options)) // 4 << 4
    header = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledgement, offset, flags, window, 0, 0) + options
    total = checksum(pseudo_header(source, destination, TCP, len(header) + len(data)) + header + data)
    return header[:16] + struct.pack("!H", total) + header[18:] + data


def udp(source, destination, ports, data=b""):
    """A UDP datagram (RFC 768)."""
    length = 8 + len(data)
    header = struct.pack("!HHH", *ports, length)
    total = checksum(pseudo_header(source, destination, UDP, length) + header + b"\0\0" + data)
    return header + struct.pack("!H", total or 0xFFFF) + data


def icmp(kind, code, rest=b"\0" * 4, data=b""):
    """An ICMP message (RFC 792); `rest` is the second word of its header."""
    body = struct.pack("!BBH", kind, code, 0) + rest + data
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def icmp6(source, destination, kind, code, rest=b"\0" * 4, data=b""):
    """An ICMPv6 message (RFC 4443)."""
    body = struct.pack("!BBH", kind, code, 0) + rest + data
    total = checksum(pseudo_header(source, destination, ICMP6, len(body)) + body)
    return body[:2] + struct.pack("!H", total) + body[4:]


def ipv4(source, destination, protocol, body, identification, ttl=64, offset=0, more=False, options=b""):
    """An IPv4 packet (RFC 791); `offset` counts 8-byte units."""
    options += b"\0" * (-len(options) % 4)
    words = 5 + len(options) // 4
    fragment = offset | (0x2000 if more else 0)
    header = (
        struct.pack("!BBHHHBBH", 0x40 | words, 0, words * 4 + len(body), identification, fragment, ttl, protocol, 0)
        + packed(source) + packed(destination) + options
    )
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + body


def ipv6(source, destination, next_header, body, hops=64):
    """An IPv6 packet (RFC 8200)."""
    return struct.pack("!IHBB", 6 << 28, len(body), next_header, hops) + packed(source) + packed(destination) + body


def hop_by_hop(next_header):
    """An extension header that asks routers for attention: a router alert and padding (RFC 2711)."""
    return struct.pack("!BB", next_header, 0) + bytes.fromhex("0502 0000 0100")


def destination_options(next_header):
    return struct.pack("!BB", next_header, 0) + bytes.fromhex("0104 0000 0000")


def fragment6(next_header, offset, more, identification):
    return struct.pack("!BBHI", next_header, 0, offset << 3 | more, identification)


def ethernet(destination, source, kind, body):
    return destination + source + struct.pack("!H", kind) + body


def arp(operation, sender_mac, sender, target_mac, target):
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + sender_mac + packed(sender) + target_mac + packed(target)


def dns(identification, name, kind=1, answer=None):
    """A question for `name`, or its answer with the packed address `answer` (RFC 1035 §4.1)."""
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    question += struct.pack("!HH", kind, 1)
    flags, answers = (0x8180, 1) if answer else (0x0100, 0)
    message = struct.pack("!HHHHHH", identification, flags, 1, answers, 0, 0) + question
    if answer:
        message += struct.pack("!HHHIH", 0xC00C, kind, 1, 300, len(answer)) + answer
    return message


def client_hello(server_name, rng):
    """The first message of a TLS connection, with the server's name in the clear (RFC 8446 §4.1.2, RFC 6066 §3)."""
    name = server_name.encode()
    extension = struct.pack("!HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
    body = b"\x03\x03" + rng.randbytes(32) + b"\0" + struct.pack("!HHH", 4, 0x1301, 0x1302) + b"\x01\0"
    body += struct.pack("!H", len(extension)) + extension
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


def tls_record(kind, length, rng):
    return struct.pack("!BHH", kind, 0x0303, length) + rng.randbytes(length)


# MARK: A capture and those who talk in it

SYN_OPTIONS = bytes.fromhex("020405b4 0101 0402 01 030307")  # MSS 1460, SACK permitted, window scale 7


class Capture:
    """Frames in the order of their times, seen on the Ethernet interface of HOST."""

    def __init__(self, rng):
        self.rng = rng
        self.frames = []  # (microseconds since 1970, bytes)

    def frame(self, time, data):
        self.frames.append((time, data))

    def ip(self, time, packet, neighbour=ROUTER_MAC, to_all=None):
        """Adds an IP packet; from HOST's addresses it goes out, from all others it comes in."""
        kind, source = (0x86DD, packet[8:24]) if packet[0] >> 4 == 6 else (0x0800, packet[12:16])
        if source in (packed(HOST), packed(HOST6)):
            self.frame(time, ethernet(to_all or neighbour, HOST_MAC, kind, packet))
        else:  # what comes in has been padded to the shortest length of an Ethernet frame
            self.frame(time, ethernet(to_all or HOST_MAC, neighbour, kind, packet).ljust(60, b"\0"))

    def send(self, time, source, destination, protocol, body, **fields):
        """Adds one whole packet of either family."""
        ttl = 64 if source in (HOST, HOST6) or source.startswith(("192.0.2.", "2001:db8:0:1:")) else 51
        if is_v6(source):
            self.ip(time, ipv6(source, destination, protocol, body, hops=ttl))
        else:
            self.ip(time, ipv4(source, destination, protocol, body, self.identification(), ttl=ttl, **fields))

    def tcp(self, time, source, destination, ports, flags, *arguments, **fields):
        self.send(time, source, destination, TCP, tcp(source, destination, ports, flags, *arguments, **fields))

    def udp(self, time, source, destination, ports, data=b""):
        self.send(time, source, destination, UDP, udp(source, destination, ports, data))

    def ping(self, time, source, sequence, identifier=7001, answered=True):
        """An echo request to HOST and, half a millisecond later, its answer."""
        rest, data = struct.pack("!HH", identifier, sequence), bytes(range(56))
        self.send(time, source, HOST, ICMP, icmp(8, 0, rest, data))
        if answered:
            self.send(time + 500, HOST, source, ICMP, icmp(0, 0, rest, data))

    def probe(self, time, source, port, source_port=None, is_open=False):
        """A connection request, and what HOST says to it: a reset, or on an open port a SYN+ACK that is then reset."""
        destination = HOST6 if is_v6(source) else HOST
        source_port = source_port or self.rng.randrange(32768, 61000)
        sequence = self.number()
        self.tcp(time, source, destination, (source_port, port), SYN, sequence, options=b"\x02\x04\x05\xb4", window=1024)
        if not is_open:
            self.tcp(time + 90, destination, source, (port, source_port), RST | ACK, 0, sequence + 1 & 0xFFFFFFFF, window=0)
            return
        self.tcp(time + 90, destination, source, (port, source_port), SYN | ACK, self.number(), sequence + 1 & 0xFFFFFFFF,
                 options=SYN_OPTIONS)
        self.tcp(time + 9 * MILLISECOND, source, destination, (source_port, port), RST, sequence + 1 & 0xFFFFFFFF, window=0)

    def identification(self):
        return self.rng.randrange(1, 65536)

    def number(self):
        """A first sequence number, with room above it."""
        return self.rng.randrange(1, 1 << 31)

    def bytes(self):
        """The file's contents: pcap, microseconds, little-endian, link type Ethernet."""
        parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
        for time, data in sorted(self.frames, key=lambda entry: entry[0]):
            parts.append(struct.pack("<IIII", time // SECOND, time % SECOND, len(data), len(data)) + data)
        return b"".join(parts)


class Conversation:
    """One TCP connection, from handshake to close. `time` moves on with each step."""

    def __init__(self, capture, time, client, server, server_port, round_trip=18 * MILLISECOND):
        self.capture, self.time, self.round_trip = capture, time, round_trip
        self.ends = (client, server)
        self.ports = (capture.rng.randrange(32768, 61000), server_port)
        self.next = [capture.number(), capture.number()]

    def segment(self, side, flags, data=b"", options=b""):
        """One segment from side 0, the client, or 1, the server."""
        other = 1 - side
        self.capture.tcp(
            self.time, self.ends[side], self.ends[other], (self.ports[side], self.ports[other]), flags,
            self.next[side], self.next[other] if flags & ACK else 0, data, options)
        self.next[side] += len(data) + bool(flags & SYN) + bool(flags & FIN)
        self.time += self.round_trip // 2

    def open(self):
        self.segment(0, SYN, options=SYN_OPTIONS)
        self.segment(1, SYN | ACK, options=SYN_OPTIONS)
        self.segment(0, ACK)
        return self

    def say(self, side, data):
        """Data in segments of at most 1460 bytes, each pair acknowledged by the other side."""
        pieces = [data[i:i + 1460] for i in range(0, len(data), 1460)]
        for count, piece in enumerate(pieces, 1):
            self.segment(side, ACK | PSH if count == len(pieces) else ACK, piece)
            if count % 2 == 0 or count == len(pieces):
                self.segment(1 - side, ACK)
        return self

    def close(self):
        self.segment(0, FIN | ACK)
        self.segment(1, FIN | ACK)
        self.segment(0, ACK)
        return self.time


def page(length):
    """An answer of a web server with `length` bytes of contents."""
    text = (b"<p>The quick brown fox jumps over the lazy dog.</p>\n" * (length // 50 + 1))[:length]
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % length + text


def request(path, *fields):
    return "\r\n".join([f"GET {path} HTTP/1.1", *fields, "", ""]).encode()


# MARK: Scenes. Each begins at `start` and uses no chance for anything that decides a rule.


def port_scan(capture, start):
    """One host asks for sixty ports, 20 ms apart; the fourth is telnet. Meanwhile somebody else fetches a page."""
    rest = [port for port in range(1, 1025) if port not in (22, 23, 80, 443)]
    rest = capture.rng.sample(rest, 52) + [25, 79, 111, 113]
    for count, port in enumerate([22, 80, 443, 23] + rest):
        capture.probe(start + count * 20 * MILLISECOND, "203.0.113.66", port, 51200, is_open=port in (22, 80))
    visitor = Conversation(capture, start + 300 * MILLISECOND, "198.51.100.7", HOST, 80)
    visitor.open().say(0, request("/index.html", "Host: www.example.org")).say(1, page(900)).close()


def ping_flood(capture, start):
    """Sixty echo requests within five seconds, 45 seconds of silence, then one ordinary ping."""
    for sequence in range(60):
        capture.ping(start + 100 * MILLISECOND + sequence * 83 * MILLISECOND, "203.0.113.77", sequence)
    capture.ping(start + 50_500 * MILLISECOND, "203.0.113.77", 60, identifier=7002)


def fragments(capture, start):
    """Fragments that attack, and fragments that are merely large packets."""

    def pieces(time, source, destination, protocol, body, cuts, identification):
        """Sends `body` cut at `cuts`: (first byte, one past the last byte, more to come)."""
        for count, (first, last, more) in enumerate(cuts):
            packet = ipv4(source, destination, protocol, body[first:last], identification, 64, first // 8, more)
            capture.ip(time + count * MILLISECOND, packet)

    # The second fragment, at byte 8, writes other TCP flags over those of the first.
    attacker = "203.0.113.90"
    capture.ip(start, ipv4(attacker, HOST, TCP, tcp(attacker, HOST, (40001, 80), ACK, 1, 1, b"0123"), 101, 51, 0, True))
    capture.ip(start + MILLISECOND, ipv4(attacker, HOST, TCP, struct.pack("!IBBHHH", 0, 0x50, SYN, 512, 0, 0) + b"0123", 101, 51, 1))
    # Offsets 3 (the "teardrop"), 63 and 64: the last one is the first that passes.
    time = start + SECOND
    capture.ip(time, ipv4(attacker, HOST, UDP, udp(attacker, HOST, (40002, 9), b"x" * 28)[:32], 102, 51, 0, True))
    for offset in (3, 63, 64):
        time += MILLISECOND
        capture.ip(time, ipv4(attacker, HOST, UDP, b"y" * 24, 102, 51, offset, offset != 64))
    # A large ping and its answer, as any host sends them.
    cuts = [(0, 1480, True), (1480, 2960, True), (2960, 4008, False)]
    large, rest = bytes(i & 0xFF for i in range(4000)), struct.pack("!HH", 7003, 1)
    pieces(start + 2 * SECOND, "198.51.100.4", HOST, ICMP, icmp(8, 0, rest, large), cuts, 103)
    pieces(start + 2 * SECOND + 20 * MILLISECOND, HOST, "198.51.100.4", ICMP, icmp(0, 0, rest, large), cuts, 104)
    # A large datagram to the NFS port: only its first fragment says so. Then a small one to a harmless port.
    attacker = "203.0.113.91"
    body = udp(attacker, HOST, (700, 2049), b"n" * 2000)
    pieces(start + 3 * SECOND, attacker, HOST, UDP, body, [(0, 1480, True), (1480, 2008, False)], 105)
    capture.udp(start + 4 * SECOND, attacker, HOST, (700, 5555), b"hello")
    # First fragments that are too small for a TCP header, to hide its flags in the next one.
    attacker = "203.0.113.92"
    segment = tcp(attacker, HOST, (40003, 80), SYN, 1)
    pieces(start + 5 * SECOND, attacker, HOST, TCP, segment, [(0, 8, True), (8, 20, False)], 106)
    pieces(start + 6 * SECOND, attacker, HOST, TCP, segment, [(0, 16, True), (16, 20, False)], 107)


def web_attack(capture, start):
    """Four well-known attacks on web servers, one that is none, and two ordinary visitors."""
    visits = [
        ("198.51.100.20", request("/index.html", "Host: www.example.org", "User-Agent: sample")),
        ("203.0.113.80", request("/default.ida?" + "N" * 224 + "%u9090%u6858", "Host: www.example.org")),
        ("203.0.113.81", request("/MSADC/root.exe?/c+dir", "Host: www.example.org")),
        ("203.0.113.82", request("/SCRIPTS/..%255c../winnt/system32/cmd.exe?/c+dir", "Host: www.example.org")),
        ("203.0.113.83", request("/FMPro?-db=orders&-format=-raw&-findall", "Host: www.example.org")),
        # The word is there, but behind the first 64 bytes.
        ("198.51.100.21", request("/news?about=" + "x" * 40, "Host: www.example.org", "Referer: /default.ida")),
    ]
    for count, (client, words) in enumerate(visits):
        visit = Conversation(capture, start + count * 700 * MILLISECOND, client, HOST, 80)
        visit.open().say(0, words).say(1, page(400)).close()


def browsing(capture, start, sites=("www.example.com", "www.example.net")):
    """Names looked up, a page fetched, a TLS connection, the time asked for; ARP in between."""
    rng = capture.rng
    plain, secure = "198.51.100.80", "198.51.100.81"
    capture.frame(start, ethernet(BROADCAST_MAC, HOST_MAC, 0x0806, arp(1, HOST_MAC, HOST, b"\0" * 6, ROUTER)))
    answer = ethernet(HOST_MAC, ROUTER_MAC, 0x0806, arp(2, ROUTER_MAC, ROUTER, HOST_MAC, HOST))
    capture.frame(start + 300, answer.ljust(60, b"\0"))
    time = start + 2 * MILLISECOND
    for name, address in zip(sites, (plain, secure)):
        port, identification = rng.randrange(32768, 61000), capture.identification()
        capture.udp(time, HOST, RESOLVER, (port, 53), dns(identification, name))
        capture.udp(time + 8 * MILLISECOND, RESOLVER, HOST, (53, port), dns(identification, name, answer=packed(address)))
        time += 10 * MILLISECOND
    visit = Conversation(capture, time, HOST, plain, 80)
    visit.open().say(0, request("/", f"Host: {sites[0]}", "User-Agent: sample")).say(1, page(4200)).close()
    visit = Conversation(capture, time + 150 * MILLISECOND, HOST, secure, 443)
    visit.open().say(0, client_hello(sites[1], rng)).say(1, tls_record(22, 122, rng) + tls_record(23, 2400, rng))
    visit.say(0, tls_record(23, 74, rng)).say(0, tls_record(23, 180, rng)).say(1, tls_record(23, 5200, rng)).close()
    clock = b"\x23" + b"\0" * 47
    capture.udp(visit.time + 100 * MILLISECOND, HOST, "198.51.100.123", (123, 123), clock)
    capture.udp(visit.time + 120 * MILLISECOND, "198.51.100.123", HOST, (123, 123), b"\x24\x02" + rng.randbytes(46))
    question = ethernet(HOST_MAC, ROUTER_MAC, 0x0806, arp(1, ROUTER_MAC, ROUTER, b"\0" * 6, HOST))
    capture.frame(visit.time + 900 * MILLISECOND, question.ljust(60, b"\0"))
    answer = ethernet(ROUTER_MAC, HOST_MAC, 0x0806, arp(2, HOST_MAC, HOST, ROUTER_MAC, ROUTER))
    capture.frame(visit.time + 900 * MILLISECOND + 60, answer)


def ipv6_traffic(capture, start):
    """Neighbours find each other, a visitor, and three intruders, two of them behind extension headers."""
    solicited = "ff02::1:ff00:10"
    body = icmp6(ROUTER6, solicited, 135, 0, data=packed(HOST6) + b"\x01\x01" + ROUTER_MAC)
    capture.ip(start, ipv6(ROUTER6, solicited, ICMP6, body, 255), to_all=bytes.fromhex("3333ff000010"))
    body = icmp6(HOST6, ROUTER6, 136, 0, b"\x60\0\0\0", packed(HOST6) + b"\x02\x01" + HOST_MAC)
    capture.ip(start + 100, ipv6(HOST6, ROUTER6, ICMP6, body, 255))

    identification = capture.identification()
    time = start + 100 * MILLISECOND
    capture.udp(time, HOST6, RESOLVER6, (40100, 53), dns(identification, "www.example.com", 28))
    answer = dns(identification, "www.example.com", 28, packed("2001:db8:80::80"))
    capture.udp(time + 9 * MILLISECOND, RESOLVER6, HOST6, (53, 40100), answer)

    visit = Conversation(capture, start + SECOND, "2001:db8:cafe:1::20", HOST6, 80)
    visit.open().say(0, request("/", "Host: www.example.org")).say(1, page(700)).close()

    rest = struct.pack("!HH", 7004, 1)
    visitor = "2001:db8:cafe:1::20"
    capture.send(start + 2 * SECOND, visitor, HOST6, ICMP6, icmp6(visitor, HOST6, 128, 0, rest, bytes(range(56))))
    capture.send(start + 2 * SECOND + 400, HOST6, visitor, ICMP6, icmp6(HOST6, visitor, 129, 0, rest, bytes(range(56))))

    # One address of a network asks for telnet; its neighbour in the same /64 then gets no page.
    for count, port in enumerate((22, 443, 23, 80)):
        capture.probe(start + 3 * SECOND + count * 30 * MILLISECOND, "2001:db8:bad:1::66", port)
    capture.probe(start + 4 * SECOND, "2001:db8:bad:1::67", 80)

    # Extension headers before UDP to the NFS port, and before TCP to telnet.
    attacker = "2001:db8:bad:2::1"
    datagram = udp(attacker, HOST6, (700, 2049), b"nfs?")
    capture.ip(start + 5 * SECOND, ipv6(attacker, HOST6, 0, hop_by_hop(UDP) + datagram, 51))
    attacker = "2001:db8:bad:3::1"
    segment = tcp(attacker, HOST6, (40004, 23), SYN, 1, options=b"\x02\x04\x05\xa0")
    capture.ip(start + 6 * SECOND, ipv6(attacker, HOST6, 0, hop_by_hop(60) + destination_options(TCP) + segment, 51))

    # Fragments: a large datagram to an ordinary port, then one whose second piece lies over the first.
    body = udp(visitor, HOST6, (40005, 9999), b"f" * 1800)
    for count, (first, last, more) in enumerate([(0, 1448, 1), (1448, 1808, 0)]):
        piece = fragment6(UDP, first // 8, more, 0x1001) + body[first:last]
        capture.ip(start + 7 * SECOND + count * MILLISECOND, ipv6(visitor, HOST6, 44, piece, 51))
    attacker = "2001:db8:bad:4::1"
    segment = tcp(attacker, HOST6, (40006, 80), ACK, 1, 1, b"0123")
    capture.ip(start + 8 * SECOND, ipv6(attacker, HOST6, 44, fragment6(TCP, 0, 1, 0x1002) + segment, 51))
    overlap = fragment6(TCP, 1, 0, 0x1002) + struct.pack("!IBBHHH", 0, 0x50, SYN, 512, 0, 0)
    capture.ip(start + 8 * SECOND + MILLISECOND, ipv6(attacker, HOST6, 44, overlap, 51))


def forgeries(capture, start):
    """Packets that rules 1 and 2.3 to 2.4 wait for: forged addresses, source routes, resets, odd ICMP."""
    capture.udp(start, "127.0.0.1", HOST, (5000, 5001), b"from myself?")
    # Source routes, loose and strict: HOST is to hand the packet on to 198.51.100.9, for whom its checksum is made.
    for count, option in enumerate(("830704c6336409", "890704c6336409")):
        segment = tcp("203.0.113.60", "198.51.100.9", (40007, 8080), SYN, 1)
        packet = ipv4("203.0.113.60", HOST, TCP, segment, 201 + count, 51, options=bytes.fromhex(option))
        capture.ip(start + SECOND + count * MILLISECOND, packet)
    # A reset arrives before the genuine answer to HOST's request.
    visit = Conversation(capture, start + 2 * SECOND, HOST, "198.51.100.82", 80, 24 * MILLISECOND)
    visit.segment(0, SYN, options=SYN_OPTIONS)
    forged = (visit.ports[1], visit.ports[0])
    capture.tcp(visit.time - 9 * MILLISECOND, "198.51.100.82", HOST, forged, RST | ACK, 0, visit.next[0], window=0)
    visit.segment(1, SYN | ACK, options=SYN_OPTIONS)
    visit.segment(0, ACK)
    visit.say(0, request("/", "Host: www.example.com")).say(1, page(300)).close()
    quoted = ipv4(HOST, "198.51.100.80", UDP, udp(HOST, "198.51.100.80", (40008, 40009)), 301)
    messages = [(3, 3, b"\0" * 4), (4, 0, b"\0" * 4), (5, 1, packed("192.0.2.2")), (12, 0, b"\x14\0\0\0")]
    for count, (kind, code, rest) in enumerate(messages):
        body = icmp(kind, code, rest, quoted)
        capture.send(start + 3 * SECOND + count * 40 * MILLISECOND, ROUTER, HOST, ICMP, body)


def tagged(identifier, frame, priority=0, kind=0x8100):
    """An Ethernet frame with an IEEE 802.1Q tag put in."""
    return frame[:12] + struct.pack("!HH", kind, priority << 13 | identifier) + frame[12:]


def marked(packet, code_point):
    """An IPv4 packet with a differentiated services code point (RFC 2474 §3)."""
    packet = packet[:1] + bytes([code_point << 2]) + packet[2:10] + b"\0\0" + packet[12:]
    return packet[:10] + struct.pack("!H", checksum(packet[:20])) + packet[12:]


def names_and_marks(capture, start):
    """Servers asked for by name in every way there is, tagged and marked frames, errors that quote, a flood, a quiet night."""
    rng = capture.rng
    # Names: in capitals, below another, over TCP, in a ClientHello, in one that is cut in two, in a request.
    for count, name in enumerate(("WWW.Example.ORG", "mail.example.org", "example.org", "tracker.example.net")):
        capture.udp(start + count * MILLISECOND, HOST, RESOLVER, (41000 + count, 53), dns(5000 + count, name))
        answer = dns(5000 + count, name, answer=packed("198.51.100.81"))
        capture.udp(start + (count + 8) * MILLISECOND, RESOLVER, HOST, (53, 41000 + count), answer)
    time = start + SECOND
    question = dns(5004, "large.example.org", 16)
    Conversation(capture, time, HOST, RESOLVER, 53).open().say(0, struct.pack("!H", len(question)) + question).close()
    for count, name in enumerate(("www.example.org", "shop.example.net")):
        visit = Conversation(capture, time + (count + 1) * 200 * MILLISECOND, HOST, "198.51.100.81", 443).open()
        visit.say(0, client_hello(name, rng)).say(1, tls_record(22, 122, rng)).close()
    visit = Conversation(capture, time + 800 * MILLISECOND, HOST, "198.51.100.81", 443).open()
    hello = client_hello("tracker.example.net", rng)
    visit.segment(0, ACK, hello[:70])  # behind the middle of the name's extension
    visit.segment(1, ACK)
    visit.segment(0, ACK | PSH, hello[70:])
    visit.say(1, tls_record(22, 122, rng)).close()
    visit = Conversation(capture, time + 1200 * MILLISECOND, "198.51.100.22", HOST, 80).open()
    visit.say(0, request("/shop/admin.php?id=1", "Accept: */*", "Host: Intranet.example.org")).say(1, page(300)).close()

    # Tags and marks: a voice frame, a tag within a tag, packets about to die.
    time = start + 5 * SECOND
    voice = ipv4("198.51.100.30", HOST, UDP, udp("198.51.100.30", HOST, (16384, 16384), b"v" * 160), 401)
    capture.frame(time, tagged(100, ethernet(HOST_MAC, ROUTER_MAC, 0x0800, marked(voice, 46)), priority=5))
    inner = tagged(7, ethernet(HOST_MAC, ROUTER_MAC, 0x0800, marked(voice, 10)))
    capture.frame(time + MILLISECOND, tagged(200, inner, kind=0x88A8))
    for count, ttl in enumerate((1, 2, 255)):
        probe = udp("198.51.100.31", HOST, (33434 + count, 33434), b"t" * 12)
        capture.ip(time + (2 + count) * MILLISECOND, ipv4("198.51.100.31", HOST, UDP, probe, 402 + count, ttl))

    # Errors: about a datagram of HOST, about a connection of HOST, about nothing HOST ever said; then the same in IPv6.
    time = start + 10 * SECOND
    far, router = "198.51.100.40", "198.51.100.1"
    asked = ipv4(HOST, far, UDP, udp(HOST, far, (42000, 7777), b"hello?"), 501)
    capture.ip(time, asked)
    capture.send(time + 9 * MILLISECOND, router, HOST, ICMP, icmp(11, 0, data=asked[:28]))
    visit = Conversation(capture, time + 20 * MILLISECOND, HOST, far, 8443)
    segment = tcp(HOST, far, visit.ports, SYN, visit.next[0])
    visit.segment(0, SYN, options=SYN_OPTIONS)
    quoted = ipv4(HOST, far, TCP, segment, 502)
    capture.send(visit.time, router, HOST, ICMP, icmp(3, 13, data=quoted[:28]))
    never = ipv4(HOST, far, TCP, tcp(HOST, far, (22, 50022), ACK, 1, 1), 503)
    capture.send(visit.time + MILLISECOND, router, HOST, ICMP, icmp(3, 1, data=never[:28]))
    capture.tcp(visit.time + 2 * MILLISECOND, far, HOST, (50022, 22), ACK, 1, 1)
    theirs = ipv4(far, HOST, UDP, udp(far, HOST, (7777, 42000), b"no"), 504)
    capture.send(visit.time + 3 * MILLISECOND, router, HOST, ICMP, icmp(3, 3, data=theirs[:28]))
    far, router = "2001:db8:40::40", "2001:db8:40::1"
    asked = ipv6(HOST6, far, UDP, udp(HOST6, far, (42001, 7777), b"hello?"))
    capture.ip(time + SECOND, asked)
    for count, (kind, code, words) in enumerate(((2, 0, struct.pack("!I", 1280)), (1, 4, b"\0" * 4), (3, 0, b"\0" * 4))):
        body = icmp6(router, HOST6, kind, code, words, asked if count != 1 else asked[:48])
        capture.send(time + SECOND + (9 + count) * MILLISECOND, router, HOST6, ICMP6, body)

    # Twenty datagrams a second for three seconds from one host, five from another.
    time = start + 20 * SECOND
    for number in range(60):
        capture.udp(time + number * 50 * MILLISECOND, "203.0.113.50", HOST, (6000, 6001), b"flood")
        if number % 4 == 0:
            capture.udp(time + number * 50 * MILLISECOND + 700, "203.0.113.51", HOST, (6000, 6001), b"calm")
    # A connection from its request to its end, asked for twice, and a stray segment after it.
    visit = Conversation(capture, start + 30 * SECOND, "198.51.100.60", HOST, 22)
    visit.segment(0, SYN, options=SYN_OPTIONS)
    visit.next[0] -= 1
    visit.time += SECOND
    visit.segment(0, SYN, options=SYN_OPTIONS)
    visit.segment(1, SYN | ACK, options=SYN_OPTIONS)
    visit.segment(0, ACK)
    visit.say(1, b"SSH-2.0-sample\r\n").say(0, b"SSH-2.0-visitor\r\n")
    visit.close()
    capture.tcp(visit.time + 5 * SECOND, "198.51.100.60", HOST, (visit.ports[0], 22), ACK | PSH, 1, 1, b"late")
    capture.tcp(visit.time + 6 * SECOND, "198.51.100.60", HOST, (visit.ports[0], 22), RST, 1)
    # Somebody comes by night, and on the next day.
    capture.probe(start + 14 * HOUR, "198.51.100.70", 8080)
    capture.probe(start + 26 * HOUR, "198.51.100.70", 8080)


def stubborn_intruder(capture, start):
    """Asks for telnet, then knocks so often that an hour's ban never ends; after a longer pause it has ended."""
    for after in (0, 50 * MINUTE, 100 * MINUTE, 180 * MINUTE):
        capture.probe(start + after, "203.0.113.200", 23 if after == 0 else 8080)


def neighbourhood(capture, start, end):
    """A neighbour announces its name to the whole network every twelve minutes."""
    name = b"\x20" + b"EOEFEJEHEIECEPFFFCCACACACACACAAA" + b"\0"
    body = struct.pack("!HHHHHH", 1, 0x0110, 1, 0, 0, 0) + name + struct.pack("!HH", 32, 1)
    for time in range(start, end, 12 * MINUTE):
        packet = ipv4(NEIGHBOUR, BROADCAST, UDP, udp(NEIGHBOUR, BROADCAST, (137, 137), body), capture.identification())
        capture.ip(time, packet, NEIGHBOUR_MAC, BROADCAST_MAC)


def background_probes(capture, start, end):
    """Single knocks from many hosts, on ports that have their own rules and on others."""
    ports = [1, 5, 6, 22, 23, 25, 79, 110, 111, 113, 445, 2049, 3389, 5900, 6379, 8080]
    rng = capture.rng
    for number in range(100, 170):
        source, time = f"203.0.113.{number}", rng.randrange(start, end)
        for _ in range(rng.randrange(1, 5)):
            capture.probe(time, source, rng.choice(ports), is_open=False)
            time += rng.randrange(50 * MILLISECOND, 4 * SECOND)
    for number, port in enumerate((7, 67, 137, 138, 2, 1900, 5060, 11211), 170):
        capture.udp(rng.randrange(start, end), f"203.0.113.{number}", HOST, (rng.randrange(1024, 65536), port), b"?" * 24)


def hostile_day(capture, start):
    """From nine to half past five: work, and everything above happening to it."""
    end = start + 8 * HOUR + 30 * MINUTE
    for count, minute in enumerate((3, 41, 77, 128, 150, 214, 259, 301, 344, 402, 466, 495)):
        browsing(capture, start + minute * MINUTE + 7 * SECOND, (f"site{count}.example.com", f"shop{count}.example.net"))
    port_scan(capture, start + 12 * MINUTE)
    stubborn_intruder(capture, start + 30 * MINUTE)
    ping_flood(capture, start + 65 * MINUTE)
    forgeries(capture, start + 95 * MINUTE)
    fragments(capture, start + 140 * MINUTE)
    web_attack(capture, start + 220 * MINUTE)
    web_attack(capture, start + 390 * MINUTE)
    ipv6_traffic(capture, start + 470 * MINUTE)
    port_scan(capture, start + 480 * MINUTE)
    neighbourhood(capture, start + 5 * MINUTE, end)
    background_probes(capture, start, end)
    for sequence, minute in enumerate((20, 110, 240, 245, 410, 480)):
        capture.ping(start + minute * MINUTE, "198.51.100.4", sequence)


SAMPLES = {
    "port-scan.pcap": port_scan,
    "ping-flood.pcap": ping_flood,
    "fragments.pcap": fragments,
    "web-attack.pcap": web_attack,
    "browsing.pcap": browsing,
    "ipv6.pcap": ipv6_traffic,
    "names-and-marks.pcap": names_and_marks,
    "mixed.pcap": hostile_day,
}


def samples():
    """Name and contents of every sample; each has chances of its own, so that one can change without the others."""
    for name, scene in SAMPLES.items():
        capture = Capture(random.Random(f"{SEED} {name}"))
        scene(capture, DAY)
        yield name, capture.bytes()


# MARK: Large captures
#
# A packet is one `pack` of a prepared form, with checksums from sums that were formed beforehand: of the addresses and ports
# when a flow begins, of the payloads at the start. Nothing is kept of a packet once it is written.

LARGE_FLOWS = 5_000
FORM = struct.Struct("!6s6sHBBHHHBBHIIHHIIBBHHH")  # Ethernet, IPv4 and TCP headers: 54 bytes
RECORD = struct.Struct("<IIII")
HOST_NUMBER = int(ipaddress.ip_address(HOST))
BENCHMARK_NET = int(ipaddress.ip_address("198.18.0.0"))
GAP = 10  # microseconds between packets


def folded(total):
    total = (total & 0xFFFF) + (total >> 16)
    return (total & 0xFFFF) + (total >> 16)


def sum16(data):
    return ~checksum(data) & 0xFFFF


class Payloads:
    """For each size a few payloads with their sums."""

    def __init__(self, rng, sizes):
        self.of = {0: [(b"", 0)]}
        for size in sizes:
            self.of[size] = [(data, sum16(data)) for data in (rng.randbytes(size) for _ in range(16))]
        text = request("/index.html", "Host: www.example.org", "User-Agent: sample").ljust(400, b" ")
        self.of[400] = [(text, sum16(text))]


class LargeFlow:
    """A TCP connection of the large capture: its script of (side, flags, size) and where it has got to."""

    __slots__ = ("script", "step", "address", "ports", "constant", "next", "client_is_host")

    def __init__(self, rng, address, client_port):
        self.client_is_host = rng.random() < 0.4
        self.ports = (client_port, 443 if self.client_is_host or rng.random() < 0.7 else 80)
        self.address, self.step = address, 0
        self.constant = sum(number & 0xFFFF for number in (
            HOST_NUMBER, HOST_NUMBER >> 16, address, address >> 16, self.ports[0], self.ports[1]))
        self.next = [rng.getrandbits(31), rng.getrandbits(31)]
        script = [(0, SYN, 0), (1, SYN | ACK, 0), (0, ACK, 0)]
        for _ in range(rng.randrange(1, 5)):
            script += [(0, PSH | ACK, 400), (1, ACK, 0)]
            for _ in range(rng.randrange(0, 7)):
                script += [(1, ACK, 1460), (1, PSH | ACK, 1100), (0, ACK, 0)]
            script += [(1, PSH | ACK, 600), (0, ACK, 0)]
        self.script = script + [(0, FIN | ACK, 0), (1, FIN | ACK, 0), (0, ACK, 0)]

    def packet(self, payloads, identification, choice):
        """The next packet as a frame; true beside it if it was the flow's last."""
        side, flags, size = self.script[self.step]
        self.step += 1
        data, data_sum = payloads.of[size][choice % len(payloads.of[size])]
        sequence = self.next[side] & 0xFFFFFFFF
        acknowledgement = self.next[1 - side] & 0xFFFFFFFF if flags & ACK else 0
        self.next[side] += size + (flags & 3 != 0)
        length, out = 40 + size, (side == 0) == self.client_is_host
        source, destination = (HOST_NUMBER, self.address) if out else (self.address, HOST_NUMBER)
        ttl = 64 if out else 51
        header_sum = folded(0x4500 + length + identification + (ttl << 8 | TCP) + self.constant - sum(self.ports))
        total = folded(
            self.constant + TCP + 20 + size + (sequence >> 16) + (sequence & 0xFFFF) + (acknowledgement >> 16)
            + (acknowledgement & 0xFFFF) + (0x5000 | flags) + 64240 + data_sum)
        macs = (ROUTER_MAC, HOST_MAC) if out else (HOST_MAC, ROUTER_MAC)
        frame = FORM.pack(
            *macs, 0x0800, 0x45, 0, length, identification, 0, ttl, TCP, ~header_sum & 0xFFFF, source, destination,
            self.ports[side], self.ports[1 - side], sequence, acknowledgement, 0x50, flags, 64240,
            ~total & 0xFFFF, 0) + data
        return frame, self.step == len(self.script)


def records(frames):
    """The file's contents piece by piece: its header, then each frame with its record header."""
    yield struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    time = DAY
    for frame in frames:
        yield RECORD.pack(time // SECOND, time % SECOND, len(frame), len(frame))
        yield frame
        time += GAP


def large(count):
    """`count` frames: connections from the handshake to the close, LARGE_FLOWS of them open, taking turns at random."""
    rng = random.Random(f"{SEED} large")
    payloads = Payloads(rng, (600, 1100, 1460))
    started = 0

    def begin():
        nonlocal started
        started += 1
        return LargeFlow(rng, BENCHMARK_NET + 1 + started % 100_000, 1024 + started % 60_000)

    flows = [begin() for _ in range(LARGE_FLOWS)]
    for flow in flows:  # the first ones are somewhere on their way, so that they do not all begin and end together
        flow.step = rng.randrange(len(flow.script))
    for number in range(count):
        turn = rng.getrandbits(20)
        index = turn % LARGE_FLOWS
        frame, is_last = flows[index].packet(payloads, number & 0xFFFF, turn >> 13)
        if is_last:
            flows[index] = begin()
        yield frame


def large_flows(count):
    """`count` connection requests, every one a new flow: LARGE_FLOWS sources, each moving on to another port every time."""
    for number in range(count):
        turn, source = divmod(number, LARGE_FLOWS)
        address, port = BENCHMARK_NET + 1 + source, 1024 + turn % 64_000
        flow_sum = sum(part & 0xFFFF for part in (HOST_NUMBER, HOST_NUMBER >> 16, address, address >> 16))
        destination_port = 8000 + turn // 64_000 % 1000
        header_sum = folded(0x4500 + 40 + (number & 0xFFFF) + (51 << 8 | TCP) + flow_sum)
        sequence = number * 2_654_435_761 & 0xFFFFFFFF
        total = folded(
            flow_sum + TCP + 20 + port + destination_port + (sequence >> 16) + (sequence & 0xFFFF) + (0x5000 | SYN) + 1024)
        yield FORM.pack(
            HOST_MAC, ROUTER_MAC, 0x0800, 0x45, 0, 40, number & 0xFFFF, 0, 51, TCP, ~header_sum & 0xFFFF,
            address, HOST_NUMBER, port, destination_port, sequence, 0, 0x50, SYN, 1024, ~total & 0xFFFF, 0) + b"\0" * 6


def write_large(frames, path):
    with open(path, "wb", buffering=1 << 20) as file:
        file.writelines(records(frames))


# MARK: Commands


def check(folder):
    """Names the samples in `folder` that are not what this script writes."""
    wrong = [
        name for name, contents in samples()
        if not (folder / name).is_file() or (folder / name).read_bytes() != contents
    ]
    for name in wrong:
        print(f"{folder / name}: not what make-captures.py writes", file=sys.stderr)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, metavar="DIR")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--large", nargs=2, metavar=("N", "FILE"))
    parser.add_argument("--large-flows", nargs=2, metavar=("N", "FILE"))
    arguments = parser.parse_args()
    if arguments.check:
        return check(arguments.out)
    if arguments.large:
        write_large(large(int(arguments.large[0])), arguments.large[1])
    if arguments.large_flows:
        write_large(large_flows(int(arguments.large_flows[0])), arguments.large_flows[1])
    if not arguments.large and not arguments.large_flows:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, contents in samples():
            (arguments.out / name).write_bytes(contents)
    return 0


if __name__ == "__main__":
    sys.exit(main())
