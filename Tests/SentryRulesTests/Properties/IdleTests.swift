import SentryRules
import Testing

private func idle(_ seconds: UInt64) -> TestPacket { TestPacket(idleSeconds: [.rule: seconds]) }
private func parentIdle(_ seconds: UInt64) -> TestPacket { TestPacket(idleSeconds: [.parent: seconds]) }

@Test(arguments: [
  ConditionCase("Idle seconds", .atLeast, "60", "a minute's silence", idle(60), true),
  ConditionCase("Idle seconds", .atLeast, "60", "a second less", idle(59), false),
  ConditionCase("Idle seconds", .atMost, "60", "a minute's silence", idle(60), true),
  ConditionCase("Idle seconds", .atMost, "60", "a second more", idle(61), false),
  ConditionCase("Idle seconds", .equal, "60", "five seconds less", idle(55), true),
  ConditionCase("Idle seconds", .equal, "60", "five seconds more", idle(65), true),
  ConditionCase("Idle seconds", .equal, "60", "six seconds more", idle(66), false),
  ConditionCase("Idle seconds", .equal, "60", "six seconds less", idle(54), false),
  ConditionCase("Idle seconds", .equal, "3", "no silence at all", idle(0), true),
  ConditionCase("Idle seconds", .notEqual, "60", "five seconds more", idle(65), false),
  ConditionCase("Idle seconds", .notEqual, "60", "six seconds more", idle(66), true),
  ConditionCase("Idle seconds", .atLeast, "60", "a packet", .udp(), false),
  ConditionCase("Idle seconds", .atLeast, "60", "the parent's silence", parentIdle(100), false),
  ConditionCase(
    "Parent idle seconds", .atLeast, "200 (about 3 minutes)", "the parent's silence", parentIdle(200), true),
  ConditionCase("Parent idle seconds", .atLeast, "200", "its own silence", idle(200), false),
])
func idleSeconds(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("Idle seconds", "a minute", "found 'a minute'"),
  RefusedValue("Parent idle seconds", "4294967296", "out of range"),
])
func refusedIdle(_ row: RefusedValue) { row.expect() }
