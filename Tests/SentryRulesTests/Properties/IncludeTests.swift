import SentryPacket
import SentryRules
import Testing

private let triggered = TestPacket(tables: [.trigger])

@Test(arguments: [
  ConditionCase("Include", .equal, "trigger", "a triggered address", triggered, true),
  ConditionCase("Include", .equal, "triggered", "a triggered address: the old word", triggered, true),
  ConditionCase("Include", .equal, "address", "a triggered address", triggered, false),
  ConditionCase("Include", .notEqual, "trigger", "an unknown address", .udp(), true),
  ConditionCase("Include", .equal, "address", "a kept address", TestPacket(tables: [.address]), true),
  ConditionCase("Include", .equal, "authorize", "an authorized address", TestPacket(tables: [.authorize]), true),
  ConditionCase("Include", .equal, "invalid", "an invalid address", TestPacket(tables: [.invalid]), true),
  ConditionCase("Include", .equal, "state", "a known flow", TestPacket(isKnownConnection: true), true),
  ConditionCase("Include", .equal, "state", "a new flow", .udp(), false),
])
func include(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("Include", "triger", "did you mean 'trigger'?"),
  RefusedValue("Include", "everyone", "expected trigger, address, authorize, invalid or state"),
  RefusedValue("Include", "", "'Include' needs a value"),
])
func refusedInclude(_ row: RefusedValue) { row.expect() }
