import SentryRules
import Testing

@Test(arguments: [
  ConditionCase("Direction", .equal, "inbound", "an inbound packet", .number(.direction, 0), true),
  ConditionCase("Direction", .equal, "inbound", "an outbound packet", .number(.direction, 1), false),
  ConditionCase("Direction", .equal, "in", "an inbound packet", .number(.direction, 0), true),
  ConditionCase("Direction", .equal, "out", "an outbound packet", .number(.direction, 1), true),
  ConditionCase("Direction", .equal, " outbound (to the network)", "an outbound packet", .number(.direction, 1), true),
  ConditionCase("Direction", .notEqual, "inbound", "an outbound packet", .number(.direction, 1), true),
  ConditionCase("Direction", .atLeast, "inbound", "an outbound packet: read as ==", .number(.direction, 1), false),
])
func direction(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("Direction", "inb", "expected inbound or outbound, found 'inb'"),
  RefusedValue("Direction", "Inbound", "did you mean 'inbound'?"),
  RefusedValue("Direction", "", "'Direction' needs a value"),
  RefusedValue("Direction", " (inbound)", "'Direction' needs a value"),
])
func refusedDirection(_ row: RefusedValue) { row.expect() }
