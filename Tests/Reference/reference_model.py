#!/usr/bin/env python3
"""A second opinion: judges a capture by a document, slowly and plainly, for tests to compare `sentry replay` with.

    reference_model.py DOC PCAP [--local NET]... [--interface NAME] [--internal] [--verdicts FILE]

Prints the object of `sentry replay --format json`. Written from the description of the rule language (docs/Classic.md), not
from the program, and with another method: it walks the tree of rules as it stands in the document and keeps everything in
dictionaries. It reads pcap and pcapng files and documents of any form, and it believes its document: findings with a place
and a hint are the program's business. Exit 65 if one of its files cannot be used.

Choices made where the description leaves one:

 1. `packets` counts every frame of the file, `notIP` those without IP; `bytes` adds up the IP packets. So the verdicts sum
    up to packets - notIP. Frames that end within their link header are not IP. IP is found behind Ethernet, IEEE 802.3 with
    SNAP, VLAN tags, PPPoE, PPP, Linux cooked headers, BSD loopback headers, and bare.
 2. A frame said to be IP is read by its version field, whatever the link header said (4 or 6); by what the link header said if
    not even that field was captured. Any other version: rule 0, "not IP"; its bytes are the wire length behind the link header.
 3. Short IP header: IPv4 header length below 20, above the total length or above what was sent; IPv6 less than 40 bytes sent;
    a chain of IPv6 extension headers that runs past the end of the packet. Extension headers walked: 0, 43, 44, 51, 60, 135,
    139, 140. In a later fragment the chain ends at the fragment header. IPv6 payload length 0 before a hop-by-hop header means
    a jumbogram (RFC 2675): the wire length holds, as for an IPv4 total length of 0.
 4. Short TCP header: fewer than 20 bytes, or a data offset below 5 or past the end of the packet, also in a first fragment.
    Short header: fewer than 8 bytes of UDP, ICMP (version 4 only) or ICMPv6 (version 6 only). A first fragment with a short
    header leaves its ports in the fragment table, too, if it has them.
 5. With `malformed = pass` a malformed packet passes and is logged; rules are not asked either way.
 6. Local networks: those of --local; without it `settings.local`; without both the guess, for each family. Private are
    RFC 1918, fc00::/7 and the link-local nets. No candidates are 0.0.0.0, ::, multicast and 240.0.0.0/4; loopback is one.
 7. `Source net >= 192.0.2.1` holds for IPv4 only; for an IPv6 packet it is a missing field (no match; `!=` matches).
 8. "Next rule" of `++` is the next one in the document, enabled or not.
 9. Include with `!=`: a rule that does not match changes nothing, so what is found is neither counted nor refreshed. `state` neither sets nor clears the remembered entry.
10. URL writes no log entry. Alert and Email do, and then the deciding rule they stand under writes none.
11. The verdict of Reject and Drop connection is the same for every protocol.
12. Idle seconds are whole seconds: the time passed, rounded down. `==` allows five seconds either way, both ends included.
13. Address entries expire when now - last >= duration; connections when now - last > limit; fragments when now - first >= 120 s.
    Times are kept in full, not in whole seconds.
14. Both directions make one connection, also where both ends are local. A FIN counts as acknowledged by the next segment of
    the other end with ACK. A later fragment leaves the state of its connection alone.
15. No capacity limits but that of the delay queue. A held packet leaves the queue `delaySeconds` after its arrival.
16. `action` in the lines of --verdicts is null where no rule decided. Rules' `lastTime` have six decimals.
17. An interface the document does not list filters and is external (unless --internal, or it is loopback).
18. Pcap files are read as libpcap does: a fraction of a second is a signed number (the nearest one within a second is taken),
    and no more bytes of a packet are read than the file's snap length.
19. `blockIPv6` is asked before the header checks, and not on the loopback interface.
20. Rates are those of the last full second as the ticks count it; sources are told apart as the trigger table does, and
    every packet that reaches the rules counts. Times of day are local, as the environment's TZ says.
21. A ClientHello is read from its flow's segments in order, in one direction, however many there are. The segment that completes
    the name is not kept with those before, so it has the name also when it is sent again; a first segment sent again changes
    nothing.
22. An ICMP error whose destination is not the quoted source belongs to no other flow; one that quotes a later fragment neither.
23. A connection request on a closed connection that is not yet expired starts a new one in its place.
24. A dropped connection: only one that is known is marked, by any TCP packet of it; marking starts its 120 seconds, refused
    packets do not. A connection request is no packet of it. An ICMP error about it is one, and counts. A refused packet is
    not held by Delay. Whether a FIN is acknowledged (and then not logged) needs the page: it is only ever sent to a local program.
25. Messages of ICMP that ask something may start a flow; all others may not.
"""

import argparse
import datetime
import ipaddress
import json
import plistlib
import re
import struct
import sys
from dataclasses import dataclass, field
from time import localtime

NANO = 1_000_000_000
DAY = 86_400
V4 = 0xFFFF << 32  # IPv4 addresses are numbers in ::ffff:0:0/96
ICMP, TCP, UDP, GRE, ESP, ICMP6 = 1, 6, 17, 47, 50, 58
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32


class Unusable(Exception):
    """A file that cannot be used."""


# MARK: Text property lists


class PropertyList:
    """Reads the text form: dictionaries, arrays, words, quoted texts, data, comments."""

    TOKEN = re.compile(
        r"""(?P<space>\s+|//[^\n\r]*|/\*.*?\*/)|(?P<mark>[{}()=;,])|(?P<word>(?:(?!//|/\*)[A-Za-z0-9_.:/$+-])+)"""
        r"""|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|<(?P<data>[0-9A-Fa-f\s]*)>""", re.S)
    ESCAPE = re.compile(r"\\(U[0-9A-Fa-f]{4}|[0-7]{1,3}|.)", re.S)
    NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

    def __init__(self, text):
        self.tokens = list(self.scan(text))
        self.position = 0

    def scan(self, text):
        place = 0
        while place < len(text):
            match = self.TOKEN.match(text, place)
            if not match:
                raise Unusable(f"text property list: unexpected {text[place]!r} at character {place}")
            place, kind = match.end(), match.lastgroup
            if kind in ("double", "single"):
                yield "text", self.ESCAPE.sub(self.unescaped, match[kind])
            elif kind == "word":
                yield "text", match[kind]
            elif kind == "data":
                yield "text", bytes.fromhex(match[kind])
            elif kind == "mark":
                yield match[kind], None
        yield "end", None

    def unescaped(self, match):
        code = match[1]
        if code[0] == "U" and len(code) == 5:
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code[0] in "01234567" else self.NAMED.get(code, code)

    def take(self, *kinds):
        kind, value = self.tokens[self.position]
        if kind not in kinds:
            raise Unusable(f"text property list: found {kind}, expected {' or '.join(kinds)}")
        self.position += 1
        return kind, value

    def next_is(self, kind):
        return self.tokens[self.position][0] == kind

    def value(self):
        kind, text = self.take("text", "{", "(")
        if kind == "text":
            return text
        return self.dictionary() if kind == "{" else self.array()

    def dictionary(self):
        result = {}
        while not self.next_is("}"):
            key = self.take("text")[1]
            self.take("=")
            result[key] = self.value()
            if not self.next_is("}"):
                self.take(";")
        self.take("}")
        return result

    def array(self):
        result = []
        while not self.next_is(")"):
            result.append(self.value())
            if not self.next_is(")"):
                self.take(",")
        self.take(")")
        return result


def read_document(path):
    with open(path, "rb") as file:
        contents = file.read()
    if contents.startswith(b"bplist") or contents.lstrip().startswith((b"<?xml", b"<!DOCTYPE", b"<plist")):
        return plistlib.loads(contents)
    return PropertyList(contents.decode("utf-8")).value()


# MARK: Rules

PROPERTIES = {
    0: "Any", 1: "None", 2: "Direction", 3: "Interface", 4: "Include", 5: "Source MAC Address", 6: "Dest MAC Address",
    8: "Source net", 9: "Dest net", 10: "Protocol", 11: "IPFragmentOffset", 12: "IPOptions", 13: "ICMP type", 14: "ICMP code",
    16: "TCP header flags", 17: "TCPOptions", 18: "Source port", 19: "Dest port", 20: "Data content", 21: "URL keyword",
    23: "Time of day", 24: "Day of week", 25: "Date and time", 26: "Idle seconds", 27: "Parent idle seconds",
    28: "Parent match count", 29: "Parent match rate", 30: "Parent byte count",
}
# Known by name only.
NEW_PROPERTIES = [
    "IP version", "ICMPv6 type", "ICMPv6 code", "TTL", "Packet length", "DSCP", "VLAN", "TLS server name", "DNS name",
    "Connection state", "Source match rate",
]
PROPERTIES |= {-1 - place: name for place, name in enumerate(NEW_PROPERTIES)}
PROPERTY_ALIASES = {
    "source mac addr": "Source MAC Address", "dest mac addr": "Dest MAC Address",
    "destination mac address": "Dest MAC Address", "destination net": "Dest net", "ip fragment offset": "IPFragmentOffset",
    "fragment offset": "IPFragmentOffset", "ip options": "IPOptions", "tcp flags": "TCP header flags",
    "tcp options": "TCPOptions", "destination port": "Dest port", "idle time": "Idle seconds",
    "parent idle time": "Parent idle seconds",
}
RELATIONS = {0: "==", 1: "!=", 2: "a=A", 3: ">=", 4: "<="}
ACTIONS_NEWEST = {
    0: "->", 1: "++", 2: "Group", 3: "Exit group", 4: "Pass", 5: "Delete", 6: "Reject", 7: "Drop connection",
    8: "Keep address", 9: "Keep invalid", 10: "Authorize", 11: "Trigger", 12: "Delay", 13: "Rate limit in",
    14: "Rate limit out", 15: "Route to", 16: "Log", 17: "Dont log", 18: "Alert", 19: "Email", 20: "URL", 21: "Reset parent",
    22: "Script",
}
ACTIONS_MIDDLE = {code: name for code, name in ACTIONS_NEWEST.items() if code < 9} | {
    code - 1: name for code, name in ACTIONS_NEWEST.items() if code > 9}
ACTION_ALIASES = {
    "next level": "->", "skip": "++", "break": "Exit group", "don't log": "Dont log", "don’t log": "Dont log",
    "e-mail": "Email", "delete, no log": "Delete no log", "applescript": "Script",
}
# Without a number of their own.
NAMED_ACTIONS = {"delete no log": "Delete no log", "delete, no log": "Delete no log", "rate limit": "Rate limit"}
TERMINATING = {
    "Pass": "pass", "Delete": "delete", "Delete no log": "delete", "Reject": "reject", "Drop connection": "dropConnection",
    "Delay": "delay", "Route to": "routeTo", "Trigger": "delete",
}
KEEPERS = {"Keep address": "address", "Keep invalid": "invalid", "Authorize": "authorize"}
LOGGED_LEAVES = {"Delete", "Reject", "Drop connection", "Trigger"}
UNORDERED = {
    "Any", "None", "Direction", "Interface", "Include", "Source MAC Address", "Dest MAC Address", "IPOptions",
    "TCP header flags", "TCPOptions", "Data content", "URL keyword", "TLS server name", "DNS name", "Connection state",
}
# Properties with a meaning when there is no packet.
WITHOUT_PACKET = {
    "Any", "None", "Time of day", "Day of week", "Date and time", "Parent match count", "Parent match rate",
    "Parent byte count", "Idle seconds", "Parent idle seconds",
}


@dataclass(eq=False)
class Rule:
    number: str
    name: str
    enabled: bool
    property: str
    relation: str
    operand: object
    action: str
    parent: "Rule | None"
    children: list = field(default_factory=list)
    match_count: int = 0
    byte_count: int = 0
    last_time: "int | None" = None
    matches_this_second: int = 0
    matches_last_second: int = 0

    def label(self):
        """What an address table says about who put an address there: at most 47 bytes."""
        return f"{self.number} {self.name}".strip().encode()[:47].decode("utf-8", "ignore")


def number_of(value):
    text = str(int(value)) if isinstance(value, (bool, int)) else str(value)
    return int(text) if re.fullmatch(r"\d+", text) else None


def named(names, aliases, name, code):
    """Name first, as it stands, then as an alias; the number if neither helps."""
    if isinstance(name, str) and name:
        if name in names.values():
            return name
        lower = {known.lower(): known for known in names.values()} | aliases
        if name.lower() in lower:
            return lower[name.lower()]
        if number_of(code) is None:
            raise Unusable(f"unknown name '{name}'")
    code = number_of(code) if code is not None else 0
    if code not in names:
        raise Unusable(f"unknown number {code}")
    return names[code]


def action_list(root):
    """The list a document's action numbers belong to, by the pairs of name and number in it."""
    votes = {"newest": 0, "middle": 0}
    pending = [root]
    while pending:
        node = pending.pop()
        pending += node.get("children", [])
        name, code = node.get("filterActionName"), number_of(node.get("filterAction", ""))
        for generation, names in (("newest", ACTIONS_NEWEST), ("middle", ACTIONS_MIDDLE)):
            votes[generation] += code is not None and names.get(code) == ACTION_ALIASES.get(str(name).lower(), name)
    return ACTIONS_MIDDLE if votes["middle"] > votes["newest"] else ACTIONS_NEWEST


def root_of(document):
    """The dictionary whose children are rules 1, 2, 3 ..."""
    if isinstance(document, list):
        return {"children": document}
    if "rules" in document:
        return {"children": document["rules"]}
    if "SentryDocument_filterTable" in document:
        return document["SentryDocument_filterTable"]
    is_rule = "nodeNumber" in document or "nodeName" in document
    is_rule = is_rule or document.get("propertyName", "Any") != "Any" or document.get("filterActionName", "->") != "->"
    return {"children": [document]} if is_rule else document


class Document:
    def __init__(self, contents):
        given = contents if isinstance(contents, dict) else {}
        settings = given.get("settings", {})
        self.trigger_duration = self.duration(settings.get("triggerDuration"), given.get("SentryDocument_triggerDuration"))
        self.trigger_prefix = int(settings.get("triggerIPv6Prefix", 64))
        self.delay_capacity = int(settings.get("delayCapacity", 256))
        self.delay = round(float(settings.get("delaySeconds", 0.75)) * NANO)
        self.deletes_malformed = settings.get("malformed", "delete") != "pass"
        self.blocks_ipv6 = number_of(settings.get("blockIPv6", given.get("SentryDocument_blockIPv6", 0))) == 1
        local = settings.get("local", [])
        self.local = [local] if isinstance(local, str) else local
        self.interface_names = {"lo0": "lo"} | settings.get("interfaceNames", {})
        self.interfaces = [  # a switch that is not there is on, but loopback is never external
            {"name": entry["name"], "filters": entry.get("filters", 1),
             "external": entry.get("external", int(entry["name"] not in ("lo", "lo0")))}
            for entry in given.get("interfaces", [])] or [
            {"name": entry.get("interfaceID", ""), "filters": entry.get("filterOn", 0), "external": entry.get("externalOn", 0)}
            for entry in given.get("SentryDocument_interfaceArray", [])]
        root = root_of(contents)
        self.actions = action_list(root)
        self.rules = []  # in document order
        self.top = [self.rule(node, str(count), None) for count, node in enumerate(root.get("children", []), 1)]

    @staticmethod
    def duration(seconds, index):
        """In nanoseconds, or None for ever."""
        if seconds is not None:
            return None if seconds == "unlimited" else int(seconds) * NANO
        table = [None, 60, 600, 3_600, 36_000, 86_400, 864_000]
        index = number_of(index) if index is not None else 3
        seconds = table[index] if index in range(7) else 3_600
        return seconds and seconds * NANO

    def rule(self, node, number, parent):
        prop = named(PROPERTIES, PROPERTY_ALIASES, node.get("propertyName"), node.get("property"))
        relation = named(RELATIONS, {}, node.get("relationName"), node.get("relation"))
        name = node.get("filterActionName")
        if isinstance(name, str) and name.lower() in NAMED_ACTIONS:
            action = NAMED_ACTIONS[name.lower()]
        else:
            action = named(self.actions, ACTION_ALIASES, name, node.get("filterAction"))
        if prop in UNORDERED and relation in (">=", "<="):
            relation = "=="
        operand = OPERANDS[prop](str(node.get("propertyValue", "")), self)
        enabled = str(node.get("enabled", 0)) in ("1", "True", "YES", "true")
        rule = Rule(number, str(node.get("nodeName", "")), enabled, prop, relation, operand, action, parent)
        self.rules.append(rule)
        for count, child in enumerate(node.get("children", []), 1):
            rule.children.append(self.rule(child, f"{number}.{count}", rule))
        return rule


# MARK: Values


def bare(text):
    """A value without its description in parentheses."""
    return text.partition("(")[0].strip()


def number_range(text, _):
    match = re.fullmatch(r"(\d+)\s*(?:-\s*(\d+))?", bare(text))
    if not match:
        raise Unusable(f"not a number or a range: '{text}'")
    low, high = int(match[1]), int(match[2] or match[1])
    if low > high:
        raise Unusable(f"reversed range '{text}'")
    return low, high


def protocol(text, document):
    names = {"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "icmpv6": 58}
    code = names.get(bare(text).lower())
    return (code, code) if code else number_range(text, document)


def number_list(text, _):
    text = re.sub(r"\([^()]*\)", "", text)
    return [int(part) for part in text.split(",")]


def direction(text, _):
    return {"inbound": "inbound", "in": "inbound", "outbound": "outbound", "out": "outbound"}[bare(text)]


def include(text, _):
    word = {"triggered": "trigger"}.get(bare(text), bare(text))
    if word not in ("trigger", "address", "authorize", "invalid", "state"):
        raise Unusable(f"no table '{text}'")
    return word


def interface(text, document):
    text = text.strip()
    before = text.split(" (")[0]
    if " (" in text and not re.fullmatch(r"[A-Za-z]\w*\d\w*|lo|external|internal", before):
        before = re.findall(r"\(([^()]*)\)", text)[-1]
    return document.interface_names.get(before, before)


def mac(text, _):
    parts = re.split("[:-]", bare(text))
    if len(parts) != 6:
        raise Unusable(f"not a hardware address: '{text}'")
    return bytes(int(part, 16) for part in parts)


FLAG_BITS = {"fin": FIN, "syn": SYN, "rst": RST, "psh": PSH, "ack": ACK, "urg": URG}


def tcp_flags(text, _):
    on = off = 0
    for word in filter(None, (word.strip() for word in bare(text).split(","))):
        if word.startswith("-"):
            off |= FLAG_BITS[word[1:]]
        else:
            on |= FLAG_BITS[word]
    return on, off


def v4_parts(text):
    """The number of a dotted address whose last parts may be missing."""
    parts = [int(part) for part in text.split(".")]
    if len(parts) == 1 and parts[0] > 255:
        return parts[0]
    return sum(part << 8 * (3 - place) for place, part in enumerate(parts))


def net(text, _=None):
    """First and last address, as numbers."""
    text = bare(text)
    if ":" in text:
        ends = [end.strip() for end in text.split("-")]
        if len(ends) == 2:
            return int(ipaddress.IPv6Address(ends[0])), int(ipaddress.IPv6Address(ends[1]))
        network = ipaddress.IPv6Network(text, strict=False)
        return int(network[0]), int(network[-1])
    if "-" in text:
        first, last = (end.strip() for end in text.split("-"))
        given = last.split(".")
        if len(given) < 4:  # a short end replaces as many trailing parts as it has
            last = ".".join(first.split(".")[:4 - len(given)] + given)
        return V4 | v4_parts(first), V4 | v4_parts(last)
    address, slash, length = text.partition("/")
    low = v4_parts(address)
    if not slash:
        return V4 | low, V4 | low
    if "." in length:
        bits = bin(v4_parts(length)).count("1")
    elif length:
        bits = min(int(length), 32)
    else:
        bits = next((32 - zeros for zeros in range(32) if low >> zeros & 1), 0)
    mask = 0xFFFFFFFF << (32 - bits) & 0xFFFFFFFF
    return V4 | low & mask, V4 | low & mask | ~mask & 0xFFFFFFFF


@dataclass
class Content:
    text: bytes
    start: int = 0
    is_relative: bool = False
    length: int = 64
    terminator: "int | None" = None


def content(text, _):
    match = re.match(r"\[([+-]?)(\d+)(?:[:,](\d+)(?:[:,](\d+))?)?\]", text)
    result = Content(b"")
    if match:
        result.start = -int(match[2]) if match[1] == "-" else int(match[2])
        result.is_relative = match[1] != ""
        result.length = int(match[3]) if match[3] else 64
        result.terminator = int(match[4]) if match[4] else None
        text = text[match.end():]
    named_bytes = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "f": b"\f", "b": b"\b"}

    def unescaped(found):
        if found[1]:
            return "\\"
        if found[2]:
            return chr(int(found[2][1:], 16))
        return named_bytes[found[3]].decode() if found[3] in named_bytes else found[3]

    escape = re.compile(r"(\\\\\\)|\\{1,2}(?:(x[0-9A-Fa-f]{2})|(.))", re.S)
    parts, place = [], 0
    for found in escape.finditer(text):
        parts.append(text[place:found.start()].encode())
        parts.append(unescaped(found).encode("latin-1" if found[2] else "utf-8"))
        place = found.end()
    result.text = b"".join(parts) + text[place:].encode()
    return result


def keyword(text, _):
    return text.lower().encode()


def seconds_of_day(text, _):
    """First and last second of the day; a single time is its whole minute."""
    ends = [re.fullmatch(r"(\d{1,2}):(\d\d)", end.strip()) for end in bare(text).split("-")]
    if not all(ends) or len(ends) > 2:
        raise Unusable(f"not a time of day: '{text}'")
    seconds = [(int(end[1]) * 60 + int(end[2])) * 60 for end in ends]
    return (seconds[0], seconds[1]) if len(seconds) == 2 else (seconds[0], seconds[0] + 59)


def days_of_week(text, _):
    days = [int(day) % 7 for day in bare(text).split("-")]
    return days[0], days[-1]


def moment(text, _):
    text = bare(text)
    if re.fullmatch(r"\d+", text):
        return int(text), int(text)
    seconds = int(datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp())
    return seconds, seconds


CODE_POINTS = (  # RFC 2474 §4.2.2, RFC 2597 §6, RFC 3246 §1
    {f"cs{number}": number * 8 for number in range(8)} | {"ef": 46}
    | {f"af{group}{drop}": group * 8 + drop * 2 for group in range(1, 5) for drop in range(1, 4)})


def code_point(text, document):
    code = CODE_POINTS.get(bare(text).lower())
    return number_range(text, document) if code is None else (code, code)


def host_name(text, _):
    name = bare(text).lower().rstrip(".")
    return (name[1:], True) if name.startswith("*.") else (name, False)


def connection_states(text, _):
    return {word.strip() for word in bare(text).split(",")}


OPERANDS = {
    "Any": lambda *_: None, "None": lambda *_: None, "Direction": direction, "Interface": interface, "Include": include,
    "Source MAC Address": mac, "Dest MAC Address": mac, "Source net": net, "Dest net": net, "Protocol": protocol,
    "IPFragmentOffset": number_range, "IPOptions": number_list, "ICMP type": number_range, "ICMP code": number_range,
    "TCP header flags": tcp_flags, "TCPOptions": number_list, "Source port": number_range, "Dest port": number_range,
    "Data content": content, "Idle seconds": number_range, "Parent idle seconds": number_range,
    "Parent match count": number_range, "Parent match rate": number_range, "Parent byte count": number_range,
    "URL keyword": keyword, "Time of day": seconds_of_day, "Day of week": days_of_week, "Date and time": moment,
    "IP version": number_range, "ICMPv6 type": number_range, "ICMPv6 code": number_range, "TTL": number_range,
    "Packet length": number_range, "DSCP": code_point, "VLAN": number_range, "TLS server name": host_name,
    "DNS name": host_name, "Connection state": connection_states, "Source match rate": number_range,
}


# MARK: Capture files and packets


def read_capture(path):
    """Yields (nanoseconds since 1970, wire length, bytes, link type)."""
    with open(path, "rb") as file:
        magic = file.read(4)
        file.seek(0)
        frames = read_pcapng(file) if magic == b"\x0a\x0d\x0d\x0a" else read_pcap(file)
        for time, wire, data, link_type in frames:
            yield time, max(wire, len(data)), data, link_type


def exactly(file, length, what):
    """`length` bytes; nothing at the end of the file, where `what` may begin or not."""
    data = file.read(length)
    if data and len(data) < length:
        raise Unusable(f"{file.name}: ends within {what}")
    return data


def read_pcap(file):
    head = exactly(file, 24, "its header")
    units = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
             b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}
    if head[:4] not in units:
        raise Unusable(f"{file.name}: not a capture")
    order, unit = units[head[:4]]
    major, minor = struct.unpack(order + "HH", head[4:8])
    if major != 2 or minor > 4:
        raise Unusable(f"{file.name}: pcap version {major}.{minor}")
    snap, link_type = struct.unpack(order + "II", head[16:])
    while record := exactly(file, 16, "a record header"):
        seconds, fraction, captured, wire = struct.unpack(order + "IiII", record)
        data = exactly(file, captured, "a packet")
        if len(data) < captured:
            raise Unusable(f"{file.name}: ends within a packet")
        yield seconds * NANO + max(0, min(fraction * unit, NANO - 1)), wire, data[:snap or None], link_type & 0xFFFF


def read_pcapng(file):
    """Sections with interfaces of one link type and snap length; what else a file may hold is skipped."""
    order, interfaces = "<", []
    while head := exactly(file, 8, "a block header"):
        kind = head[:4]
        if kind == b"\x0a\x0d\x0d\x0a":
            magic = exactly(file, 4, "a block")
            order, interfaces = "<" if magic == b"\x4d\x3c\x2b\x1a" else ">", []
            exactly(file, struct.unpack(order + "I", head[4:])[0] - 12, "a block")
            continue
        kind, length = struct.unpack(order + "II", head)
        body = exactly(file, length - 8, "a block")[:-4]
        if len(body) < length - 12:
            raise Unusable(f"{file.name}: ends within a block")
        if kind == 1:
            link_type, _, snap = struct.unpack(order + "HHI", body[:8])
            interfaces.append((link_type, snap, time_unit(body[8:], order)))
            if len({entry[:2] for entry in interfaces}) > 1:
                raise Unusable(f"{file.name}: interfaces of different kinds")
        elif kind in (2, 6):
            interface, high, low, captured, wire = struct.unpack(order + ("HxxIIII" if kind == 2 else "IIIII"), body[:20])
            per_second, offset = interfaces[interface][2]
            time = (high << 32 | low) * NANO // per_second + offset * NANO
            yield time, wire, body[20:20 + captured], interfaces[interface][0]
        elif kind == 3:
            wire = struct.unpack(order + "I", body[:4])[0]
            snap = interfaces[0][1]
            yield 0, wire, body[4:4 + (min(wire, snap) if snap else wire)], interfaces[0][0]


def time_unit(options, order):
    """Units per second and seconds to add, from the options of an interface."""
    per_second, offset = 1_000_000, 0
    while len(options) >= 4:
        code, length = struct.unpack(order + "HH", options[:4])
        value = options[4:4 + length]
        if code == 9:
            per_second = 1 << (value[0] & 127) if value[0] & 128 else 10 ** value[0]
        elif code == 14:
            offset = struct.unpack(order + "q", value)[0]
        elif code == 0:
            break
        options = options[4 + (length + 3) // 4 * 4:]
    return per_second, offset


@dataclass
class Packet:
    """What the rules ask about; None where the packet lacks it or the capture ended before."""
    kind: str  # ip, notIP, or the reason of a check before the rules
    bytes: int = 0
    version: int = 0
    source_mac: "bytes | None" = None
    dest_mac: "bytes | None" = None
    source: "int | None" = None
    dest: "int | None" = None
    protocol: "int | None" = None
    ttl: "int | None" = None
    traffic_class: "int | None" = None
    vlan: "int | None" = None
    offset: "int | None" = None
    more: bool = False
    identification: int = 0
    ports: "tuple | None" = None
    tcp_flags: "int | None" = None
    sequence: int = 0
    ip_options: "bytes | None" = None
    tcp_options: "bytes | None" = None
    icmp: "tuple | None" = None
    echo_identifier: "int | None" = None
    payload: "bytes | None" = None
    quoted: "Packet | None" = None  # by an ICMP error
    # Filled in as the packet is judged.
    direction: str = "inbound"
    is_known: bool = False
    state: str = "none"
    source_rate: int = 0
    server_name: "str | None" = None
    previous_find: int = 0
    found: "tuple | None" = None  # (entry, the Include rule that found it)
    is_silent: bool = False
    logged: int = 0


VLAN_TAGS = {0x8100, 0x88A8, 0x9100}
IP_TYPES = {0x0800: 4, 0x86DD: 6}


def number_at(data, place, length=2):
    """A number in network order, or None if it was not captured whole."""
    return int.from_bytes(data[place:place + length], "big") if len(data) >= place + length else None


def network_start(data, link_type):
    """(where the IP header begins, its version according to the link header, both hardware addresses); None without IP."""
    none = (None, None)
    if link_type in (12, 14, 101, 228, 229):
        return 0, {228: 4, 229: 6}.get(link_type, 0), none
    if link_type in (0, 108):
        families = {struct.unpack(order + "I", data[:4])[0] for order in "<>"} if len(data) >= 4 else set()
        return (4, 4 if 2 in families else 6, none) if families & {2, 10, 24, 28, 30} else None
    if link_type in (9, 50):
        return behind_ppp(data, 0, none)
    if link_type == 51:
        return behind_pppoe(data, 0, none)
    if link_type == 1:
        return behind_type(data, number_at(data, 12), 14, (data[6:12], data[:6]))
    if link_type == 113:
        kind = number_at(data, 14)
        return behind_type(data, 0 if kind == 4 else kind, 16, none)  # 4 means an LLC header follows
    if link_type == 276:
        kind = number_at(data, 0)
        return behind_type(data, 0 if kind == 4 else kind, 20, none)
    return None


def behind_type(data, kind, place, macs):
    """Behind an Ethernet type whose header ends at `place`."""
    while kind in VLAN_TAGS or kind is not None and kind <= 1500:
        if kind in VLAN_TAGS:
            kind, place = number_at(data, place + 2), place + 4
        elif data[place:place + 6] == b"\xaa\xaa\x03\0\0\0":  # SNAP (RFC 1042)
            kind, place = number_at(data, place + 6), place + 8
        else:
            return None
    if kind == 0x8864:
        return behind_pppoe(data, place, macs)
    return (place, IP_TYPES[kind], macs) if kind in IP_TYPES else None


def behind_pppoe(data, place, macs):
    return behind_ppp(data, place + 6, macs) if data[place:place + 2] == b"\x11\0" else None


def behind_ppp(data, place, macs):
    if data[place:place + 2] == b"\xff\x03":
        place += 2
    length = 1 if place < len(data) and data[place] & 1 else 2  # the protocol field may be compressed to one byte
    version = {0x21: 4, 0x57: 6}.get(number_at(data, place, length))
    return (place + length, version, macs) if version else None


def vlan_identifier(data, link_type):
    """Of the outermost tag of a frame, if it has one."""
    place = {1: 12, 113: 14, 276: 0}.get(link_type)
    if place is None or number_at(data, place) not in VLAN_TAGS:
        return None
    tag = number_at(data, {276: 20}.get(link_type, place + 2))
    return None if tag is None else tag & 0xFFF


def decode(data, wire, link_type):
    packet = decode_frame(data, wire, link_type)
    if packet.kind != "notIP":
        packet.vlan = vlan_identifier(data, link_type)
    return packet


def decode_frame(data, wire, link_type):
    found = network_start(data, link_type)
    if found is None:
        return Packet("notIP")
    place, announced, macs = found
    data, wire = data[place:], max(0, wire - place)
    version = data[0] >> 4 if data else announced
    packet = Packet("ip", version=version, source_mac=macs[0], dest_mac=macs[1], bytes=wire)
    if version == 4:
        decode4(packet, data, wire)
    elif version == 6:
        decode6(packet, data, wire)
    else:
        packet.kind = "not IP"
    return packet


def decode4(packet, data, wire):
    header = (data[0] & 15) * 4 if data else 20
    packet.bytes = min(number_at(data, 2) or wire, wire)
    if header < 20 or header > packet.bytes:
        packet.kind = "short IP header"
    packet.protocol = number_at(data, 9, 1)
    if len(data) < 20:
        return
    packet.traffic_class, packet.ttl = data[1], data[8]
    packet.identification = int.from_bytes(data[4:6], "big")
    fragment = int.from_bytes(data[6:8], "big")
    packet.offset, packet.more = fragment & 0x1FFF, bool(fragment & 0x2000)
    packet.source, packet.dest = (V4 | int.from_bytes(data[at:at + 4], "big") for at in (12, 16))
    if packet.kind == "ip":
        packet.ip_options = data[20:header] if len(data) >= header else None
        decode_upper(packet, data[header:packet.bytes], packet.bytes - header)


def decode6(packet, data, wire):
    length, following, place = number_at(data, 4), number_at(data, 6, 1), 40
    is_jumbo = length == 0 and following == 0
    packet.bytes = wire if is_jumbo or length is None else min(40 + length, wire)
    if packet.bytes < 40:
        packet.kind = "short IP header"
    if len(data) >= 40:
        packet.source, packet.dest = (int.from_bytes(data[at:at + 16], "big") for at in (8, 24))
        packet.offset = 0
        packet.traffic_class, packet.ttl = int.from_bytes(data[:2], "big") >> 4 & 0xFF, data[7]
    if following is None or packet.kind != "ip":
        return
    while following in (0, 43, 44, 51, 60, 135, 139, 140) and not packet.offset:
        if place + 8 > packet.bytes:
            packet.kind = "short IP header"
            return
        if len(data) < place + (1 if following == 44 else 2):
            return
        length = 8
        if following != 44:
            length = (data[place + 1] + 2) * 4 if following == 51 else (data[place + 1] + 1) * 8
        if place + length > packet.bytes:
            packet.kind = "short IP header"
            return
        if following == 44:
            if len(data) < place + 8:
                return
            fragment = number_at(data, place + 2)
            packet.offset, packet.more = fragment >> 3, bool(fragment & 1)
            packet.identification = number_at(data, place + 4, 4)
        following, place = data[place], place + length
    packet.protocol = following
    decode_upper(packet, data[place:packet.bytes], packet.bytes - place)


def decode_upper(packet, data, sent):
    """`data` is what was captured behind the IP header, of `sent` bytes."""
    is_icmp = packet.protocol == (ICMP if packet.version == 4 else ICMP6)
    if packet.offset:
        packet.payload = data
    elif packet.protocol == TCP:
        header = (data[12] >> 4) * 4 if len(data) > 12 else 20
        packet.ports = read_ports(data)
        if sent < 20 or header < 20 or header > sent:
            packet.kind = "short TCP header"
            return
        if len(data) > 13:
            packet.sequence, packet.tcp_flags = int.from_bytes(data[4:8], "big"), data[13]
        if len(data) >= header and len(data) >= 20:
            packet.tcp_options, packet.payload = data[20:header], data[header:]
    elif packet.protocol == UDP or is_icmp:
        packet.ports = read_ports(data) if packet.protocol == UDP else None
        if sent < 8:
            packet.kind = "short header"
            return
        if is_icmp and len(data) >= 2:
            packet.icmp = (data[0], data[1])
            if data[0] in ((8, 0) if packet.version == 4 else (128, 129)) and len(data) >= 6:
                packet.echo_identifier = int.from_bytes(data[4:6], "big")
        if len(data) >= 8:
            packet.payload = data[8:]
        if packet.icmp and packet.icmp[0] in ((3, 4, 5, 11, 12) if packet.version == 4 else (1, 2, 3, 4)):
            packet.quoted = decode_quoted(packet)
    else:
        packet.payload = data


def decode_quoted(error):
    """The packet that an ICMP error is about, as far as the error quotes it; None if that is not far enough."""
    data = error.payload or b""
    if not data or data[0] >> 4 != error.version:
        return None
    quoted = Packet("ip", version=error.version, bytes=1 << 32)
    if error.version == 4:
        header = (data[0] & 15) * 4
        if header < 20 or len(data) < header:
            return None
        quoted.protocol = data[9]
        quoted.source, quoted.dest = (V4 | int.from_bytes(data[at:at + 4], "big") for at in (12, 16))
        quoted.offset = int.from_bytes(data[6:8], "big") & 0x1FFF
        rest = data[header:]
    else:
        whole = data[:4] + b"\xff\xff" + data[6:]  # its length says what was sent, not what is quoted
        decode6(quoted, whole, 1 << 31)
        if quoted.source is None or quoted.protocol is None:
            return None
        return quoted if quoted.ports or quoted.echo_identifier is not None or is_portless(quoted) else None
    if quoted.offset:
        return None
    if quoted.protocol in (TCP, UDP):
        quoted.ports = read_ports(rest)
        return quoted if quoted.ports else None
    if quoted.protocol == ICMP:
        if len(rest) < 8 or rest[0] not in (0, 8):
            return None
        quoted.echo_identifier = int.from_bytes(rest[4:6], "big")
    return quoted


def is_portless(packet):
    return packet.protocol not in (TCP, UDP, ICMP6) and not packet.offset


def read_ports(data):
    return struct.unpack("!HH", data[:4]) if len(data) >= 4 else None


def option_kinds(options):
    """The kinds in a list of IP or TCP options, up to its end or to the first whose length makes no sense."""
    kinds, place = [], 0
    while place < len(options):
        kind, length = options[place], 1
        if kind > 1:
            length = options[place + 1] if place + 1 < len(options) else 0
            if length < 2 or place + length > len(options):
                break
        kinds.append(kind)
        if kind == 0:
            break
        place += length
    return kinds


# MARK: Names in payloads


class Incomplete(Exception):
    """More bytes are needed."""


class Reader:
    """Takes bytes from the front."""

    def __init__(self, data):
        self.data, self.place = data, 0

    def take(self, length):
        if self.place + length > len(self.data):
            raise Incomplete
        self.place += length
        return self.data[self.place - length:self.place]

    def number(self, length):
        return int.from_bytes(self.take(length), "big")

    def block(self, length_of_length):
        return self.take(self.number(length_of_length))


def server_name(data):
    """The name in a ClientHello (RFC 8446 §4.1.2, RFC 6066 §3); None without one. Raises Incomplete if `data` ends early."""
    if len(data) and data[0] != 22 or len(data) > 1 and data[1] != 3:
        return None
    records, hello = Reader(data), b""
    while len(hello) < 4 or len(hello) < 4 + int.from_bytes(hello[1:4], "big"):
        if len(hello) and hello[0] != 1:
            return None
        if records.place == len(data):
            raise Incomplete
        kind, version, length = records.number(1), records.number(2), records.number(2)
        if kind != 22 or version >> 8 != 3:
            return None
        piece = data[records.place:records.place + length]
        records.place = min(len(data), records.place + length)
        hello += piece
        try:
            return name_in_hello(Reader(hello))
        except Incomplete:
            if len(piece) < length:
                raise
    return None


def name_in_hello(hello):
    if hello.number(1) != 1:
        return None
    hello.number(3)
    hello.take(34)  # version and random
    for length_of_length in (1, 2, 1):  # session, cipher suites, compression methods
        hello.block(length_of_length)
    end = hello.number(2) + hello.place
    while hello.place < end:
        kind, length = hello.number(2), hello.number(2)
        if kind:
            hello.take(length)
            continue
        names = Reader(hello.take(length))
        names.number(2)
        while names.place < length:
            name_kind, name = names.number(1), names.block(2)
            if name_kind == 0:
                return name.decode("latin-1").lower().rstrip(".")
        return None
    return None


def first_question(packet):
    """The name a DNS message asks for (RFC 1035 §4.1); None without one."""
    data = packet.payload
    if packet.protocol == TCP:
        data = data[2:]
    if len(data) < 12 or not int.from_bytes(data[4:6], "big"):
        return None
    labels, place = [], 12
    while place < len(data) and 0 < data[place] < 64:
        label = data[place + 1:place + 1 + data[place]]
        if len(label) < data[place]:
            return None
        labels.append(label.decode("latin-1").lower())
        place += 1 + len(label)
    return ".".join(labels) if labels and place < len(data) and data[place] == 0 else None


METHODS = rb"[A-Z]+ "


# MARK: What is remembered


@dataclass
class Entry:
    match_count: int
    last: int
    triggered_by: str
    duration: "int | None"

    def is_live(self, now):
        return self.duration is None or now - self.last < self.duration


@dataclass
class Connection:
    limit_kind: str
    last: int
    only_syn: bool = False
    fins: set = field(default_factory=set)
    acknowledged: set = field(default_factory=set)
    is_reset: bool = False
    is_dropped: bool = False  # by a rule
    refused: int = 0

    def is_closed(self):
        return self.is_reset or self.is_dropped or len(self.acknowledged) == 2

    def limit(self):
        if self.limit_kind != "tcp":
            return {"ike": 1_800, "dns": 20, "udp": 120, "icmp": 60, "tunnel": 1_800, "other": 60}[self.limit_kind]
        if self.is_dropped:
            return 120
        if self.is_closed():
            return 1
        return 120 if self.only_syn or self.fins else 86_400

    def is_live(self, now):
        return now - self.last <= self.limit() * NANO

    def note(self, packet):
        if packet.tcp_flags is None:
            return
        sender = packet.source, packet.ports
        if not packet.tcp_flags & SYN:
            self.only_syn = False
        if packet.tcp_flags & ACK:
            self.acknowledged |= self.fins - {sender}
        if packet.tcp_flags & FIN:
            self.fins.add(sender)
        if packet.tcp_flags & RST:
            self.is_reset = True


def is_request(packet):
    """A SYN without ACK."""
    return packet.tcp_flags is not None and packet.tcp_flags & (SYN | ACK) == SYN


def can_start(packet):
    if packet.source is None or packet.protocol is None:
        return False
    if packet.protocol == TCP:
        return is_request(packet)
    if packet.protocol == UDP:
        return packet.ports is not None
    if packet.protocol == (ICMP if packet.version == 4 else ICMP6):
        requests = (8, 10, 13, 15, 17, 42) if packet.version == 4 else (128, 130, 133, 135, 139, 160)
        return packet.icmp is not None and packet.icmp[0] in requests
    return True


class Ended(Exception):
    """The walk is over."""


class Model:
    def __init__(self, document, interface_name, is_internal, local):
        self.document = document
        listed = next((entry for entry in document.interfaces if number_of(entry["filters"]) == 1), None)
        name = interface_name or (listed["name"] if listed else "eth0")
        name = document.interface_names.get(name, name)
        entry = next((entry for entry in document.interfaces
                      if document.interface_names.get(entry["name"], entry["name"]) == name), None)
        self.interface = name
        self.filters = entry is None or number_of(entry["filters"]) == 1
        self.is_external = (name != "lo" if entry is None else number_of(entry["external"]) == 1) and not is_internal
        self.local = local
        self.now = None
        self.next_tick = self.ticks_run = 0
        self.applied = 0
        self.tables = {name: {} for name in ("trigger", "address", "authorize", "invalid")}
        self.connections, self.fragments, self.held = {}, {}, []
        self.hellos = {}  # by flow and direction: bytes of an unfinished ClientHello, and the sequence number of the first
        self.sources, self.source_rates = {}, {}

    # Time

    def advance(self, time):
        """Moves the clock to `time` and runs the ticks due until then; back it never goes."""
        if self.now is None:
            self.now = time
            self.applied = time // NANO * NANO
            self.next_tick = self.applied + NANO
        if time <= self.now:
            return
        end = min(time, self.now + DAY * NANO)
        while self.next_tick <= end:
            self.tick(self.next_tick)
            self.next_tick += NANO
        if end < time:
            self.next_tick = time // NANO * NANO + NANO
        self.now = time

    def tick(self, time):
        self.now = time
        self.ticks_run += 1
        for rule in self.document.rules:
            rule.matches_last_second, rule.matches_this_second = rule.matches_this_second, 0
        self.source_rates, self.sources = self.sources, {}
        if self.ticks_run % 10 == 0:
            self.check_idle(self.document.top)

    def check_idle(self, rules):
        for rule in rules:
            if not rule.enabled:
                continue
            if rule.property in ("Idle seconds", "Parent idle seconds"):
                try:
                    self.walk_timer(rule)
                except Ended:
                    pass
            self.check_idle(rule.children)

    def walk_timer(self, rule):
        """One rule and, if it matches, its subtree, without a packet."""
        self.walk([rule], None)

    # One packet

    def judge(self, packet, time):
        """Returns (verdict, number of the deciding rule, its action, reason)."""
        self.advance(time)
        if packet.kind == "notIP":
            return None
        if self.document.blocks_ipv6 and packet.version == 6 and self.interface != "lo":
            return "delete", "0", None, "IPv6 blocked"
        self.take_ports(packet)
        if packet.kind != "ip":
            return self.judge_malformed(packet)
        self.held = [due for due in self.held if due > self.now]
        packet.direction = self.direction(packet)
        key, connection = self.find_connection(packet)
        packet.is_known = connection is not None
        packet.state = self.state(packet, connection)
        self.read_server_name(packet)
        if self.filters and packet.source is not None:
            source = self.table_key("trigger", packet.source)
            packet.source_rate = self.source_rates.get(source, 0)
            self.sources[source] = self.sources.get(source, 0) + 1
        refuses = connection is not None and connection.is_dropped and not is_request(packet)
        result = self.run_rules(packet, refuses) if self.filters else ("pass", None, None, None)
        if refuses and result[0] in ("pass", "delay", "routeTo"):
            return self.refuse(connection, packet)
        if key and result[0] in ("pass", "delay", "routeTo"):
            if connection is None or connection.is_closed() and is_request(packet):
                connection = self.connections[key] = self.new_connection(packet)
            connection.last = self.now
            connection.note(packet)
        elif result[0] == "dropConnection" and connection and packet.protocol == TCP:
            self.drop(connection, packet)
        return result

    def drop(self, connection, packet):
        connection.is_dropped, connection.last = True, self.now
        self.note_fin(connection, packet)
        if packet.direction == "outbound" and self.is_page_request(packet):
            connection.fins.add((packet.dest, packet.ports and packet.ports[::-1]))  # in the name of the server

    @staticmethod
    def note_fin(connection, packet):
        if (packet.tcp_flags or 0) & FIN:
            connection.fins.add((packet.source, packet.ports))

    def refuse(self, connection, packet):
        """A packet of a dropped connection that no rule has removed."""
        connection.refused += 1
        self.note_fin(connection, packet)
        is_ending = (connection.refused <= 3 and packet.direction == "outbound" and len(connection.fins) == 2
                     and self.can_be_answered(packet) and packet.tcp_flags & ACK)
        if connection.refused <= 10 and not is_ending and not packet.is_silent:
            packet.logged += 1
        return "delete", "0", None, "connection closed by firewall"

    def can_be_answered(self, packet):
        """TCP with a whole header, no reset, from one host to one host."""
        if packet.tcp_flags is None or packet.tcp_flags & RST or packet.tcp_options is None or packet.offset:
            return False
        if packet.dest_mac is not None and packet.dest_mac[0] & 1:
            return False
        return self.is_host(packet.source) and self.is_host(packet.dest) and (
            self.interface == "lo" or not self.is_loopback(packet.source))

    @staticmethod
    def is_host(address):
        if address >> 32 == 0xFFFF:
            return 0 < address & 0xFFFFFFFF < 0xE0000000
        return address != 0 and address >> 120 != 0xFF

    @staticmethod
    def is_loopback(address):
        return address == 1 or address >> 24 == 0xFFFF7F

    def is_page_request(self, packet):
        """The start of an HTTP/1 request in the clear."""
        if not self.can_be_answered(packet) or packet.tcp_flags & (SYN | ACK) != ACK or not packet.payload:
            return False
        line, end, _ = packet.payload.lstrip(b"\r\n").partition(b"\n")
        if end:
            return bool(re.fullmatch(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t](.*[ \t])?HTTP/1\..[ \t]*\r?", line, re.DOTALL))
        return bool(re.match(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t](/|(?i:http))", line))

    def find_connection(self, packet):
        """An ICMP error belongs to the flow it quotes, if that is known; else it is a flow of its own."""
        if packet.quoted and packet.dest == packet.quoted.source:
            packet.quoted.direction = "inbound" if packet.direction == "outbound" else "outbound"
            key = self.connection_key(packet.quoted)
            if connection := self.live_connection(key):
                return key, connection
        key = self.connection_key(packet)
        return key, self.live_connection(key)

    def live_connection(self, key):
        connection = self.connections.get(key)
        if connection and not connection.is_live(self.now):
            del self.connections[key]
            return None
        return connection

    @staticmethod
    def state(packet, connection):
        """Where the packet's flow stood before it."""
        if connection is None or connection.is_closed() and is_request(packet):
            return "new" if can_start(packet) else "none"
        if connection.is_reset or connection.is_dropped or connection.fins:
            return "closing"
        return "new" if connection.only_syn and is_request(packet) else "established"

    def read_server_name(self, packet):
        """Also from a ClientHello that goes on in the next segment."""
        if packet.protocol != TCP or packet.tcp_flags is None or not packet.payload:
            return
        flow = packet.source, packet.dest, packet.ports
        sequence = packet.sequence + bool(packet.tcp_flags & SYN) & 0xFFFFFFFF
        begun, first = self.hellos.get(flow, (b"", None))
        if first is not None and first + len(begun) & 0xFFFFFFFF == sequence:
            data = begun + packet.payload
        else:
            data, first = packet.payload, sequence
        try:
            packet.server_name = server_name(data)
        except Incomplete:
            if first != self.hellos.get(flow, (b"", None))[1] or len(data) > len(begun):
                self.hellos[flow] = data, first

    def judge_malformed(self, packet):
        packet.logged = 1
        if packet.kind == "short TCP header" and packet.source is not None:
            self.remember("invalid", packet.source, "rule 0")
        passes = packet.kind == "not IP" or not self.document.deletes_malformed
        return "pass" if passes else "delete", "0", None, packet.kind

    def take_ports(self, packet):
        """Remembers the ports of a first fragment; gives them to later ones."""
        key = (packet.version, packet.source, packet.dest, packet.protocol, packet.identification)
        if packet.offset == 0 and packet.more and packet.ports:
            self.fragments[key] = (packet.ports, self.now)
        elif packet.offset and packet.protocol in (TCP, UDP) and key in self.fragments:
            ports, first = self.fragments[key]
            if self.now - first < 120 * NANO:
                packet.ports = ports

    def direction(self, packet):
        if self.interface == "lo" or packet.source is None:
            return "inbound"
        return "outbound" if any(low <= packet.source <= high for low, high in self.local) else "inbound"

    def connection_key(self, packet):
        """The same for both directions: protocol and both ends, an address and a port each."""
        if packet.source is None or packet.protocol is None:
            return None
        source_port, dest_port = packet.ports or (0, 0)
        if packet.echo_identifier is not None:
            source_port = dest_port = packet.echo_identifier
        elif packet.icmp:  # type and code stand at the remote end
            code = packet.icmp[0] << 8 | packet.icmp[1]
            source_port, dest_port = (0, code) if packet.direction == "outbound" else (code, 0)
        return packet.protocol, *sorted([(packet.source, source_port), (packet.dest, dest_port)])

    def new_connection(self, packet):
        if packet.protocol == TCP:
            return Connection("tcp", self.now, only_syn=bool((packet.tcp_flags or 0) & SYN))
        if packet.protocol == UDP:
            ports = packet.ports or (0, 0)
            local = ports[0] if packet.direction == "outbound" else ports[1]
            return Connection("ike" if local == 500 else "dns" if 53 in ports else "udp", self.now)
        if packet.protocol == (ICMP if packet.version == 4 else ICMP6):
            return Connection("icmp", self.now)
        return Connection("tunnel" if packet.protocol in (GRE, ESP) else "other", self.now)

    # The walk

    def run_rules(self, packet, is_refused=False):
        self.leaf = None
        try:
            self.walk(self.document.top, packet)
        except Ended:
            pass
        leaf = self.leaf
        if leaf is None:
            return "pass", None, None, None
        if leaf.action == "Delay":
            if packet.direction == "outbound" or is_refused:
                return "pass", leaf.number, leaf.action, None
            if len(self.held) >= self.document.delay_capacity:
                packet.logged += 1
                return "pass", "0", None, "delay table full"
            self.held.append(self.now + self.document.delay)
        elif leaf.action != "Route to":
            self.run_leaf_children(leaf, packet)
        return TERMINATING[leaf.action], leaf.number, leaf.action, None

    def run_leaf_children(self, leaf, packet):
        self.in_leaf, self.leaf_is_logged = True, False
        try:
            self.walk(leaf.children, packet)
        except Ended:
            pass
        self.in_leaf = False
        if leaf.action in LOGGED_LEAVES and not packet.is_silent and not self.leaf_is_logged:
            packet.logged += 1

    in_leaf = leaf_is_logged = False
    leaf = None

    def walk(self, rules, packet):
        """Goes through the subtrees of `rules` in reading order. Raises Ended at a final action."""
        order = []

        def add(rule, ancestors):
            order.append(rule)
            for child in rule.children:
                add(child, ancestors + [rule])

        for rule in rules:
            add(rule, [])
        place = 0
        while place < len(order):
            rule = order[place]
            if not rule.enabled or not self.matches(rule, packet):
                place = self.after_subtree(order, place)
                continue
            rule.match_count += 1
            rule.matches_this_second += 1
            rule.byte_count += packet.bytes if packet else 0
            rule.last_time = self.now
            self.act(rule, packet)
            place = self.following(order, place)

    @staticmethod
    def after_subtree(order, place):
        prefix = order[place].number + "."
        place += 1
        while place < len(order) and order[place].number.startswith(prefix):
            place += 1
        return place

    def following(self, order, place):
        """Where the walk goes on after the rule at `place` has matched."""
        rule = order[place]
        if rule.action == "++":
            return self.after_subtree(order, place + 1) if place + 1 < len(order) else len(order)
        if rule.action == "Exit group":
            group = rule.parent
            while group and group.action != "Group":
                group = group.parent
            if group:
                return self.after_subtree(order, order.index(group)) if group in order else len(order)
        return place + 1

    def act(self, rule, packet):
        action = rule.action
        if action in TERMINATING:
            if packet and action == "Trigger":
                self.remember("trigger", packet.source, rule.label())
            if packet and not self.in_leaf:
                self.leaf = rule
            raise Ended
        if action == "Reset parent" and rule.parent:
            rule.parent.match_count = 0
            if packet and packet.found and packet.found[1] is rule.parent:
                packet.found[0].match_count = 0
        elif packet is None:
            return
        elif action in KEEPERS:
            self.remember(KEEPERS[action], packet.source, rule.label())
        elif action == "Dont log":
            packet.is_silent = True
        elif action in ("Log", "Alert", "Email", "Script") and not packet.is_silent:
            packet.logged += 1
            if action != "Log" and self.in_leaf:
                self.leaf_is_logged = True

    def table_key(self, table, address):
        """First and last address of the entry that `address` has in `table`."""
        link_local = address >> 118 == 0xFE80 >> 6
        if address >> 32 == 0xFFFF or table != "trigger" or link_local:
            return address, address
        mask = (1 << 128 - self.document.trigger_prefix) - 1
        return address & ~mask, address | mask

    def remember(self, table, address, triggered_by):
        if address is None:
            return
        key = self.table_key(table, address)
        entry = self.tables[table].get(key)
        if entry is None or not entry.is_live(self.now):
            self.tables[table][key] = Entry(1, self.now, triggered_by, self.document.trigger_duration)
        else:
            entry.last, entry.triggered_by = self.now, triggered_by

    # One rule

    def matches(self, rule, packet):
        if packet is None and rule.property not in WITHOUT_PACKET:
            return False
        if packet is not None and rule.property in ("Idle seconds", "Parent idle seconds"):
            return False
        holds = getattr(self, "test_" + re.sub(r"\W", "_", rule.property.lower()))(rule, packet)
        return not holds if rule.relation == "!=" else holds

    @staticmethod
    def compare(rule, number):
        """A number, or None for a missing one, against the rule's range; `!=` is turned round by the caller."""
        low, high = rule.operand
        if number is None:
            return False
        if rule.relation == ">=":
            return number >= low
        if rule.relation == "<=":
            return number <= high
        return low <= number <= high

    def test_any(self, rule, packet):
        return True

    def test_none(self, rule, packet):
        return False

    def test_direction(self, rule, packet):
        return packet.direction == rule.operand

    def test_interface(self, rule, packet):
        if rule.operand in ("external", "internal"):
            return self.is_external == (rule.operand == "external")
        if rule.operand.endswith("*"):
            return self.interface.startswith(rule.operand[:-1])
        return self.interface == rule.operand

    def test_include(self, rule, packet):
        if rule.operand == "state":
            return packet.is_known
        packet.found = None
        if packet.source is None:
            return False
        entry = self.tables[rule.operand].get(self.table_key(rule.operand, packet.source))
        if entry is None or not entry.is_live(self.now):
            return False
        if rule.relation != "!=":
            entry.match_count += 1
            entry.last = self.now
            packet.found = (entry, rule)
        return True

    def test_source_mac_address(self, rule, packet):
        return packet.source_mac == rule.operand

    def test_dest_mac_address(self, rule, packet):
        return packet.dest_mac == rule.operand

    def compare_address(self, rule, address):
        if address is not None and (rule.operand[0] >> 32 == 0xFFFF) != (address >> 32 == 0xFFFF):
            address = None
        return self.compare(rule, address)

    def test_source_net(self, rule, packet):
        return self.compare_address(rule, packet.source)

    def test_dest_net(self, rule, packet):
        return self.compare_address(rule, packet.dest)

    def test_protocol(self, rule, packet):
        return self.compare(rule, packet.protocol)

    def test_ipfragmentoffset(self, rule, packet):
        return self.compare(rule, packet.offset)

    def test_ipoptions(self, rule, packet):
        kinds = option_kinds(packet.ip_options or b"")
        kinds += [kind & 31 for kind in kinds]
        return self.compare_list(rule, kinds)

    def test_tcpoptions(self, rule, packet):
        return self.compare_list(rule, option_kinds(packet.tcp_options or b""))

    @staticmethod
    def compare_list(rule, kinds):
        if rule.relation == "!=":  # turned round by the caller: `!=` holds if none of them is there
            return any(kind in kinds for kind in rule.operand)
        return all(kind in kinds for kind in rule.operand)

    def test_icmp_type(self, rule, packet):
        return self.compare(rule, packet.icmp[0] if packet.icmp and packet.version == 4 else None)

    def test_icmp_code(self, rule, packet):
        return self.compare(rule, packet.icmp[1] if packet.icmp and packet.version == 4 else None)

    def test_tcp_header_flags(self, rule, packet):
        on, off = rule.operand
        return packet.tcp_flags is not None and packet.tcp_flags & on == on and packet.tcp_flags & off == 0

    def test_source_port(self, rule, packet):
        return self.compare(rule, packet.ports[0] if packet.ports else None)

    def test_dest_port(self, rule, packet):
        return self.compare(rule, packet.ports[1] if packet.ports else None)

    def test_data_content(self, rule, packet):
        wanted = rule.operand
        if packet.payload is None or not wanted.text:
            return False
        start = max(0, wanted.start + (packet.previous_find if wanted.is_relative else 0))
        window = packet.payload[start:start + wanted.length]
        if wanted.terminator is not None:
            window = window.split(bytes([wanted.terminator]), 1)[0]
        if rule.relation == "a=A":
            place = window.lower().find(wanted.text.lower())
        else:
            place = window.find(wanted.text)
        if place < 0:
            return False
        packet.previous_find = start + place
        return True

    def test_parent_match_count(self, rule, packet):
        parent = rule.parent
        if parent is None:
            return self.compare(rule, 0)
        if packet and parent.property == "Include" and packet.found and packet.found[1] is parent:
            return self.compare(rule, packet.found[0].match_count)
        return self.compare(rule, parent.match_count)

    def test_parent_match_rate(self, rule, packet):
        return self.compare(rule, rule.parent.matches_last_second if rule.parent else 0)

    def test_parent_byte_count(self, rule, packet):
        return self.compare(rule, rule.parent.byte_count if rule.parent else 0)

    def test_source_match_rate(self, rule, packet):
        return self.compare(rule, packet.source_rate)

    def test_connection_state(self, rule, packet):
        return packet.state in rule.operand

    def test_time_of_day(self, rule, packet):
        clock = localtime(self.now // NANO)
        return self.compare_around(rule, clock.tm_hour * 3600 + clock.tm_min * 60 + clock.tm_sec)

    def test_day_of_week(self, rule, packet):
        return self.compare_around(rule, (localtime(self.now // NANO).tm_wday + 1) % 7)

    def compare_around(self, rule, number):
        """A range whose end comes before its start goes round midnight, or round the end of the week."""
        low, high = rule.operand
        if rule.relation in (">=", "<=") or low <= high:
            return self.compare(rule, number)
        return number >= low or number <= high

    def test_date_and_time(self, rule, packet):
        return self.compare(rule, self.now // NANO)

    def test_ip_version(self, rule, packet):
        return self.compare(rule, packet.version)

    def test_icmpv6_type(self, rule, packet):
        return self.compare(rule, packet.icmp[0] if packet.icmp and packet.version == 6 else None)

    def test_icmpv6_code(self, rule, packet):
        return self.compare(rule, packet.icmp[1] if packet.icmp and packet.version == 6 else None)

    def test_ttl(self, rule, packet):
        return self.compare(rule, packet.ttl)

    def test_packet_length(self, rule, packet):
        return self.compare(rule, packet.bytes)

    def test_dscp(self, rule, packet):
        return self.compare(rule, None if packet.traffic_class is None else packet.traffic_class >> 2)

    def test_vlan(self, rule, packet):
        return self.compare(rule, packet.vlan)

    @staticmethod
    def is_named(rule, name):
        wanted, is_below = rule.operand
        return bool(name) and (name.endswith(wanted) and name != wanted if is_below else name == wanted)

    def test_tls_server_name(self, rule, packet):
        return self.is_named(rule, packet.server_name)

    def test_dns_name(self, rule, packet):
        is_dns = packet.ports and packet.payload is not None and not packet.offset
        return self.is_named(rule, first_question(packet)) if is_dns else False

    def test_url_keyword(self, rule, packet):
        if packet.protocol != TCP or packet.tcp_flags is None or not packet.payload or not rule.operand:
            return False
        lines = packet.payload.lower().split(b"\r\n\r\n")[0].split(b"\r\n")
        if not re.match(METHODS, packet.payload):
            return False
        place = 0
        for count, line in enumerate(lines):
            found = line.find(rule.operand) if count == 0 or line.startswith(b"host:") else -1
            if count and 0 <= found < len(b"host:"):
                found = line.find(rule.operand, len(b"host:"))
            if found >= 0:
                packet.previous_find = place + found
                return True
            place += len(line) + 2
        return False

    def idle(self, rule, subject):
        since = subject.last_time if subject is not None and subject.last_time is not None else self.applied
        seconds = (self.now - since) // NANO
        low, high = rule.operand
        if rule.relation in ("==", "!=", "a=A"):
            return low - 5 <= seconds <= high + 5
        return self.compare(rule, seconds)

    def test_idle_seconds(self, rule, packet):
        return self.idle(rule, rule)

    def test_parent_idle_seconds(self, rule, packet):
        return self.idle(rule, rule.parent)


# MARK: The report


def guess_local(packets):
    """For each family the unicast address that occurs in most packets."""
    counts = {}
    for packet in packets:
        for address in {packet.source, packet.dest} - {None}:
            counts[address] = counts.get(address, 0) + 1

    def is_unicast(address):
        if address >> 32 == 0xFFFF:
            number = address & 0xFFFFFFFF
            return number != 0 and number >> 28 < 0xE
        return address != 0 and address >> 120 != 0xFF

    def is_private(address):
        if address >> 32 == 0xFFFF:
            nets = "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"
        else:
            nets = "fc00::/7", "fe80::/10"
        return any(low <= address <= high for low, high in map(net, nets))

    result = []
    for is_v4 in (True, False):
        family = [address for address in counts if (address >> 32 == 0xFFFF) == is_v4 and is_unicast(address)]
        if family:
            best = min(family, key=lambda address: (-counts[address], not is_private(address), address))
            result.append((best, best))
    return result


def address_text(key):
    low, high = key
    if low == high:
        return str(ipaddress.IPv4Address(low & 0xFFFFFFFF) if low >> 32 == 0xFFFF else ipaddress.IPv6Address(low))
    return f"{ipaddress.IPv6Address(low)}/{128 - (high - low).bit_length()}"


def report(model, totals):
    rules = [
        {
            "number": rule.number, "name": rule.name, "enabled": rule.enabled, "matchCount": rule.match_count,
            "byteCount": rule.byte_count, "lastTime": None if rule.last_time is None else rule.last_time // 1000 / 1_000_000,
        }
        for rule in model.document.rules
    ]
    tables = {
        name: [
            {
                "address": address_text(key), "matchCount": entry.match_count, "lastTime": entry.last // NANO,
                "triggeredBy": entry.triggered_by, "duration": entry.duration and entry.duration // NANO,
            }
            for key, entry in sorted(table.items()) if entry.is_live(model.now)
        ]
        for name, table in model.tables.items()
    }
    connections = sum(connection.is_live(model.now) for connection in model.connections.values())
    return totals | {"rules": rules, "tables": tables, "connections": connections, "elapsedSeconds": 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document")
    parser.add_argument("capture")
    parser.add_argument("--local", action="append", default=[], metavar="NET")
    parser.add_argument("--interface", metavar="NAME")
    parser.add_argument("--internal", action="store_true")
    parser.add_argument("--verdicts", metavar="FILE")
    arguments = parser.parse_args()

    document = Document(read_document(arguments.document))
    frames = [(time, decode(data, wire, link)) for time, wire, data, link in read_capture(arguments.capture)]
    local = [net(text) for text in arguments.local or document.local]
    local = local or guess_local([packet for _, packet in frames])
    model = Model(document, arguments.interface, arguments.internal, local)

    totals = {"packets": 0, "bytes": 0, "notIP": 0,
              "verdicts": dict.fromkeys(("pass", "delete", "reject", "dropConnection", "delay", "routeTo"), 0)}
    lines = []
    for frame, (time, packet) in enumerate(frames, 1):
        totals["packets"] += 1
        result = model.judge(packet, time)
        if result is None:
            totals["notIP"] += 1
            continue
        verdict, number, action, reason = result
        totals["bytes"] += packet.bytes
        totals["verdicts"][verdict] += 1
        line = {"frame": frame, "time": time // 1000 / 1_000_000, "verdict": verdict, "rule": number, "action": action,
                "logged": packet.logged}
        lines.append(json.dumps(line | ({"reason": reason} if reason else {})))
    if arguments.verdicts:
        with open(arguments.verdicts, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
    model.now = model.now or 0
    json.dump(report(model, totals), sys.stdout, indent=2, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError, ValueError, KeyError) as error:
        print(f"reference_model.py: {error!r}", file=sys.stderr)
        sys.exit(65)
