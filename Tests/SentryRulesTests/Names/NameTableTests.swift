import Testing

@testable import SentryRules

/// Newest (and middle) number, number of 2003, name: the classic program's table of properties.
@Test(
  arguments: [
    (0, 0, "Any"), (1, 1, "None"), (2, 2, "Direction"), (3, 3, "Interface"), (4, 4, "Include"),
    (5, nil, "Source MAC Address"),
    (6, nil, "Dest MAC Address"), (7, 5, "__1"), (8, 6, "Source net"), (9, 7, "Dest net"), (10, 8, "Protocol"),
    (11, 9, "IPFragmentOffset"), (12, 10, "IPOptions"), (13, 11, "ICMP type"), (14, 12, "ICMP code"), (15, 13, "__2"),
    (16, 14, "TCP header flags"), (17, 15, "TCPOptions"), (18, 16, "Source port"), (19, 17, "Dest port"),
    (20, 18, "Data content"), (21, 19, "URL keyword"), (22, 20, "__3"), (23, 21, "Time of day"),
    (24, 22, "Day of week"),
    (25, 23, "Date and time"), (26, 24, "Idle seconds"), (27, 25, "Parent idle seconds"),
    (28, 26, "Parent match count"),
    (29, nil, "Parent match rate"), (30, nil, "Parent byte count"),
  ] as [(Int, Int?, String)])
func propertyNumbers(_ newest: Int, _ year2003: Int?, _ name: String) {
  let table = NameTable.properties
  #expect(table.entry(named: name)?.name == name)
  #expect(table.entry(numbered: newest, in: .newest)?.name == name)
  #expect(table.entry(numbered: newest, in: .middle)?.name == name)
  if let year2003 { #expect(table.entry(numbered: year2003, in: .year2003)?.name == name) }
}

/// Newest, middle, 2003: the classic program's table of actions.
@Test(
  arguments: [
    (0, 0, 0, "->"), (1, 1, nil, "++"), (2, 2, nil, "Group"), (3, 3, nil, "Exit group"), (4, 4, nil, "Pass"),
    (5, 5, nil, "Delete"), (6, 6, nil, "Reject"), (7, 7, nil, "Drop connection"), (8, 8, nil, "Keep address"),
    (9, nil, nil, "Keep invalid"), (10, 9, nil, "Authorize"), (11, 10, nil, "Trigger"), (12, 11, 7, "Delay"),
    (13, 12, nil, "Rate limit in"), (14, 13, nil, "Rate limit out"), (15, 14, nil, "Route to"), (16, 15, nil, "Log"),
    (17, 16, nil, "Dont log"), (18, 17, nil, "Alert"), (19, 18, nil, "Email"), (20, 19, nil, "URL"),
    (21, 20, nil, "Reset parent"), (22, 21, nil, "Script"), (nil, nil, nil, "Delete no log"),
  ] as [(Int?, Int?, Int?, String)])
func actionNumbers(_ newest: Int?, _ middle: Int?, _ year2003: Int?, _ name: String) {
  let table = NameTable.actions
  #expect(table.entry(named: name)?.name == name)
  for (generation, number) in [(Generation.newest, newest), (.middle, middle), (.year2003, year2003)] {
    if let number { #expect(table.entry(numbered: number, in: generation)?.name == name) }
  }
}

@Test(arguments: [
  ("Source Net", "Source net"), ("Destination Net", "Dest net"), ("IP fragment offset", "IPFragmentOffset"),
  ("Fragment Offset", "IPFragmentOffset"), ("IP options", "IPOptions"), ("IP Options", "IPOptions"),
  ("ICMP Type", "ICMP type"),
  ("ICMP Code", "ICMP code"), ("TCP flags", "TCP header flags"), ("TCP Header Flags", "TCP header flags"),
  ("TCP options", "TCPOptions"), ("Source Port", "Source port"), ("Destination Port", "Dest port"),
  ("Data Content", "Data content"), ("URL Keyword", "URL keyword"), ("Time of Day", "Time of day"),
  ("Day of Week", "Day of week"),
  ("Date and Time", "Date and time"), ("Idle Seconds", "Idle seconds"), ("Idle time", "Idle seconds"),
  ("Parent idle time", "Parent idle seconds"), ("Source MAC addr", "Source MAC Address"),
  ("Dest MAC addr", "Dest MAC Address"), ("Destination MAC Address", "Dest MAC Address"), (" dest PORT ", "Dest port"),
])
func propertyAliases(_ alias: String, _ name: String) {
  #expect(NameTable.properties.entry(named: alias)?.name == name)
}

@Test(arguments: [
  ("next level", "->"), ("skip", "++"), ("Break", "Exit group"), ("Keep Address", "Keep address"),
  ("Route To", "Route to"),
  ("Don't log", "Dont log"), ("Don’t log", "Dont log"), ("E-mail", "Email"), ("Reset Parent", "Reset parent"),
  ("AppleScript", "Script"), ("Delete, no log", "Delete no log"), ("Rate limit", "Rate limit"), ("DELETE", "Delete"),
])
func actionAliases(_ alias: String, _ name: String) {
  #expect(NameTable.actions.entry(named: alias)?.name == name)
}

@Test func everyNameAndNumberIsTakenOnce() {
  for generation in Generation.allCases {
    let properties = allProperties.compactMap { $0.codes[generation] }
    let actions = allActions.compactMap { $0.codes[generation] }
    #expect(Set(properties).count == properties.count)
    #expect(Set(actions).count == actions.count)
  }
  let names = allProperties.flatMap { [$0.name] + $0.aliases }
  #expect(Set(names.map { $0.lowercased() }).count == names.count)
}

@Test func everyOperationHasItsAction() {
  #expect(Set(allActions.map { $0.operation }) == Set(Operation.allCases))
}

@Test func everyExampleIsAValue() throws {
  for property in allProperties where property.needsValue {
    _ = try Condition(property, .equal, value: property.example)
  }
}
