import SentryRules
import Testing

@Test(arguments: [
  ConditionCase("Any", .equal, "", "any packet", .udp(), true),
  ConditionCase("Any", .notEqual, "", "no packet ever", .udp(), false),
  ConditionCase("Any", .equal, "en0 (left over)", "any packet, whatever its value", .udp(), true),
  ConditionCase("None", .equal, "", "no packet ever", .udp(), false),
  ConditionCase("None", .notEqual, "", "any packet", .udp(), true),
  // Without an order, these are read as ==.
  ConditionCase("Any", .atLeast, "", "any packet", .udp(), true),
  ConditionCase("None", .atMost, "", "no packet ever", .udp(), false),
])
func anyAndNone(_ row: ConditionCase) throws { try row.expect() }
