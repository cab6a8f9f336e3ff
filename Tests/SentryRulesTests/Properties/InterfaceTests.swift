import Testing

@testable import SentryRules

private func on(_ interface: String, isExternal: Bool = true) -> TestPacket {
  TestPacket(interface: interface, isExternal: isExternal)
}

@Test(arguments: [
  ConditionCase("Interface", .equal, "external", "an external interface", on("eth0"), true),
  ConditionCase("Interface", .equal, "external", "an internal one", on("eth0", isExternal: false), false),
  ConditionCase("Interface", .equal, "internal", "an internal one", on("eth1", isExternal: false), true),
  ConditionCase("Interface", .equal, "external (the internet side)", "an external interface", on("eth0"), true),
  ConditionCase("Interface", .equal, "ppp0", "that interface", on("ppp0"), true),
  // Title first, then name first.
  ConditionCase("Interface", .equal, "Built-in Ethernet (en0)", "en0", on("en0"), true),
  ConditionCase("Interface", .equal, "Built-in Ethernet (en0)", "en1", on("en1"), false),
  ConditionCase("Interface", .equal, "en0 (Built-in Ethernet)", "en0", on("en0"), true),
  ConditionCase("Interface", .equal, "enp3s0 (LAN)", "enp3s0", on("enp3s0"), true),
  ConditionCase("Interface", .equal, "br-lan (the bridge)", "br-lan", on("br-lan"), true),
  ConditionCase("Interface", .equal, "Wi-Fi (AirPort) (en1)", "en1", on("en1"), true),
  // Names are compared whole.
  ConditionCase("Interface", .equal, "en1", "en10", on("en10"), false),
  ConditionCase("Interface", .equal, "en*", "en10", on("en10"), true),
  ConditionCase("Interface", .equal, "en*", "eth0", on("eth0"), false),
  ConditionCase("Interface", .notEqual, "en0", "en1", on("en1"), true),
  // The loopback's name is another here.
  ConditionCase("Interface", .equal, "lo0", "lo", on("lo"), true),
  ConditionCase("Interface", .equal, "lo0 (Loopback)", "lo", on("lo"), true),
  ConditionCase("Interface", .equal, "Loopback (lo0)", "lo", on("lo"), true),
  ConditionCase("Interface", .equal, "lo (Loopback)", "lo", on("lo"), true),
])
func interface(_ row: ConditionCase) throws { try row.expect() }

@Test func interfaceNamesOfTheDocumentAreTranslated() throws {
  var settings = Settings()
  settings.interfaceNames = ["en0": "eth0"]
  let program = try program("Interface", .equal, "Built-in Ethernet (en0)", settings: settings)
  #expect(program.interfaces == [.named("eth0")])
}

@Test(arguments: [
  RefusedValue("Interface", "Built-in Ethernet", "expected the name of an interface"),
  RefusedValue("Interface", "", "'Interface' needs a value"),
  RefusedValue("Interface", "the one (and only)", "expected the name of an interface"),
])
func refusedInterface(_ row: RefusedValue) { row.expect() }
