"""Prints what Scapy makes of frames, for comparison with the decoder.

Standard input has one frame a line: its libpcap link type, a blank, its captured bytes in hexadecimal. For each line one is
printed: `-` if the frame is not IP, else, joined by blanks: version, source, destination, hop limit, traffic class, VLAN
identifier, fragment offset in 8-byte units, protocol, the ports as `SOURCE,DESTINATION`, and TCP's sequence number (`-` where
Scapy finds none). `?` is a frame Scapy fails on.
"""

import sys

from scapy.config import conf
from scapy.packet import bind_layers
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import (
    IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, IPv6ExtHdrSegmentRouting,
    MIP6MH_BA, MIP6MH_BE, MIP6MH_BRR, MIP6MH_BU, MIP6MH_CoT, MIP6MH_CoTI, MIP6MH_Generic, MIP6MH_HoT, MIP6MH_HoTI)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether, LLC, Loopback, SNAP
from scapy.layers.ppp import HDLC, PPP, PPPoE

LINK = (CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether, HDLC, LLC, Loopback, PPP, PPPoE, SNAP)
EXTENSIONS = (
    AH, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, IPv6ExtHdrSegmentRouting,
    MIP6MH_BA, MIP6MH_BE, MIP6MH_BRR, MIP6MH_BU, MIP6MH_CoT, MIP6MH_CoTI, MIP6MH_Generic, MIP6MH_HoT, MIP6MH_HoTI)

# Scapy knows the family number of IPv6 only of the system it runs on; these are NetBSD's, FreeBSD's and that of macOS.
for family in (24, 28, 30):
    bind_layers(Loopback, IPv6, type=family)

# What lies above TCP and UDP does not matter here, and guessing at it takes most of the time.
conf.layers.filter([IP, IPv6, TCP, UDP, *LINK, *EXTENSIONS])


def upper_fields(layer):
    ports = f"{layer.sport},{layer.dport}" if isinstance(layer, (TCP, UDP)) else "-"
    return f"{ports} {layer.seq if isinstance(layer, TCP) else '-'}"


def fields(packet):
    layer, vlan = packet, "-"
    while isinstance(layer, LINK):
        if isinstance(layer, (Dot1AD, Dot1Q)) and vlan == "-":
            vlan = layer.vlan
        layer = layer.payload
    if isinstance(layer, IP) and layer.version == 4:
        upper = upper_fields(layer.payload if layer.frag == 0 else None)
        return f"4 {layer.src} {layer.dst} {layer.ttl} {layer.tos} {vlan} {layer.frag} {layer.proto} {upper}"
    if isinstance(layer, IPv6) and layer.version == 6:
        offset, protocol, upper = 0, layer.nh, layer.payload
        while isinstance(upper, EXTENSIONS) and offset == 0:
            if isinstance(upper, IPv6ExtHdrFragment):
                offset = upper.offset
            protocol, upper = upper.nh, upper.payload
        fixed = f"6 {layer.src} {layer.dst} {layer.hlim} {layer.tc} {vlan}"
        return f"{fixed} {offset} {protocol} {upper_fields(upper if offset == 0 else None)}"
    return "-"


def answer(link_type, frame):
    layer_class = conf.l2types.num2layer.get(link_type)
    if layer_class is None or not frame:
        return "-"
    try:
        return fields(layer_class(frame))
    except Exception:  # Scapy raises whatever comes to hand on cut and malformed headers.
        return "?"


for line in sys.stdin:
    number, _, text = line.rstrip("\n").partition(" ")
    print(answer(int(number), bytes.fromhex(text)))
