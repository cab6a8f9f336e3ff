import SentryRules
import Testing

/// Loose and strict source route as they stand on the wire, with the copy bit (RFC 791 §3.1); record route and
/// timestamp have none.
private let loose: UInt8 = 131
private let strict: UInt8 = 137
private let recordRoute: UInt8 = 7
private let timestamp: UInt8 = 68

private func options(_ kinds: UInt8...) -> TestPacket { TestPacket(ipOptions: kinds) }

@Test(arguments: [
  ConditionCase("IPOptions", .equal, "3,9", "loose only", options(loose), false),
  ConditionCase("IPOptions", .equal, "3,9", "both", options(strict, loose), true),
  ConditionCase("IPOptions", .equal, "3 (loose), 9 (strict (really))", "both", options(loose, strict), true),
  ConditionCase("IPOptions", .notEqual, "3,9", "neither", options(recordRoute), true),
  ConditionCase("IPOptions", .notEqual, "3,9", "one of them", options(strict), false),
  ConditionCase("IPOptions", .notEqual, "3,9", "IPv6, which has no such options", TestPacket(), true),
  ConditionCase("IPOptions", .equal, "131", "the whole byte", options(loose), true),
  ConditionCase("IPOptions", .equal, "131", "the number without its copy bit", options(3), false),
  ConditionCase("IPOptions", .equal, "68", "a timestamp", options(timestamp), true),
  ConditionCase("IPOptions", .equal, "4", "a timestamp by its low five bits", options(timestamp), true),
  ConditionCase("IPOptions", .equal, "7", "a packet without options", options(), false),
  ConditionCase(
    "TCPOptions", .equal, "2, 4", "a SYN with MSS, SACK permitted and window scale", .tcp(options: [2, 4, 3]), true),
  ConditionCase("TCPOptions", .equal, "2,4", "one with MSS alone", .tcp(options: [2]), false),
  ConditionCase("TCPOptions", .notEqual, "8 (timestamps)", "one without timestamps", .tcp(options: [2]), true),
  ConditionCase("TCPOptions", .notEqual, "8", "UDP, which has no options", .udp(), true),
  ConditionCase("TCPOptions", .equal, "2", "UDP", .udp(), false),
])
func options(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("IPOptions", "", "'IPOptions' needs a value"),
  RefusedValue("IPOptions", "3,,9", "found nothing"),
  RefusedValue("IPOptions", "3,256", "256 is out of range"),
  RefusedValue("TCPOptions", "mss", "found 'mss'"),
  RefusedValue("TCPOptions", "(2)", "'TCPOptions' needs a value"),
])
func refusedOptions(_ row: RefusedValue) { row.expect() }
