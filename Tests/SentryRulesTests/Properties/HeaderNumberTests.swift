import SentryRules
import Testing

@Test(arguments: [
  ConditionCase("IP version", .equal, "6", "an IPv6 packet", .number(.ipVersion, 6), true),
  ConditionCase("IP version", .notEqual, "6", "an IPv4 packet", .number(.ipVersion, 4), true),
  ConditionCase("ICMPv6 type", .equal, "128 (echo request)", "an echo request", .number(.icmpv6Type, 128), true),
  ConditionCase("ICMPv6 type", .equal, "1-4", "packet too big", .number(.icmpv6Type, 2), true),
  ConditionCase("ICMPv6 type", .equal, "8", "an ICMP echo request", .icmp(type: 8), false),
  ConditionCase("ICMPv6 type", .notEqual, "128", "an ICMP echo request", .icmp(type: 8), true),
  ConditionCase("ICMPv6 code", .equal, "4", "port unreachable", .number(.icmpv6Code, 4), true),
  ConditionCase("ICMP type", .equal, "128", "an ICMPv6 echo request", .number(.icmpv6Type, 128), false),
  ConditionCase("TTL", .atMost, "1", "a packet about to die", .number(.timeToLive, 1), true),
  ConditionCase("TTL", .atMost, "1", "another", .number(.timeToLive, 2), false),
  ConditionCase("Packet length", .equal, "1500-65535", "a full frame", .number(.packetLength, 1500), true),
  ConditionCase("Packet length", .atLeast, "1501", "a full frame", .number(.packetLength, 1500), false),
  ConditionCase("DSCP", .equal, "46", "voice", .number(.dscp, 46), true),
  ConditionCase("DSCP", .equal, "ef", "voice", .number(.dscp, 46), true),
  ConditionCase("DSCP", .equal, "AF41 (video)", "video", .number(.dscp, 34), true),
  ConditionCase("DSCP", .equal, "cs6", "routing", .number(.dscp, 48), true),
  ConditionCase("DSCP", .equal, "af13", "a high drop precedence", .number(.dscp, 14), true),
  ConditionCase("DSCP", .atLeast, "10-20", "the last", .number(.dscp, 63), true),
  ConditionCase("VLAN", .equal, "100", "a frame tagged so", .number(.vlan, 100), true),
  ConditionCase("VLAN", .equal, "100", "a frame without tag", .tcp(), false),
  ConditionCase("VLAN", .notEqual, "100", "a frame without tag", .tcp(), true),
  ConditionCase("VLAN", .atLeast, "0", "a frame without tag", .tcp(), false),
  ConditionCase("Parent match rate", .atLeast, "100", "the hundredth a second", TestPacket(parentMatchRate: 100), true),
  ConditionCase("Parent match rate", .equal, "0", "a quiet second", TestPacket(parentMatchRate: 0), true),
  ConditionCase("Parent byte count", .atLeast, "1000000", "a megabyte", TestPacket(parentByteCount: 1_000_000), true),
  ConditionCase("Parent byte count", .atMost, "999999", "a megabyte", TestPacket(parentByteCount: 1_000_000), false),
  ConditionCase("Source match rate", .atLeast, "50", "a flood", TestPacket(sourceRate: 51), true),
  ConditionCase("Source match rate", .atLeast, "50", "a trickle", TestPacket(sourceRate: 49), false),
])
func headerNumbers(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("IP version", "5-7", "expected 4 or 6"),
  RefusedValue("TTL", "256", "expected 0 to 255"),
  RefusedValue("DSCP", "64", "expected 0 to 63"),
  RefusedValue("DSCP", "af44", "found 'af44'"),
  RefusedValue("DSCP", "fe", "did you mean"),
  RefusedValue("VLAN", "4096", "expected 0 to 4095"),
  RefusedValue("Packet length", "-1", "found '-1'"),
  RefusedValue("Source match rate", "many", "expected a number"),
])
func refusedHeaderNumbers(_ row: RefusedValue) { row.expect() }
