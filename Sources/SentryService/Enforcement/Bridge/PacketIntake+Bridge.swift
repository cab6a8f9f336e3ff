internal import SentryEngine

extension PacketIntake {
  /// The interfaces as this mode uses them: of the two sides of a bridge exactly one is the outside. Where the document does not decide
  /// which, it is the first.
  func settled(_ interfaces: [EngineInterface]) -> [EngineInterface] {
    guard case .bridge = self, interfaces.count(where: \.isExternal) != 1 else { return interfaces }
    return interfaces.enumerated().map { index, interface in
      var interface = interface
      interface.isExternal = index == 0
      return interface
    }
  }

  /// What of a document this mode does not carry out.
  func warning(about rules: LoadedRules) -> String? {
    guard case .bridge = self else { return nil }
    var warnings: [String] = []
    if !rules.nextHops.isEmpty {
      warnings.append("a bridge has no other way out: packets of 'Route to' rules pass like all others")
    }
    if rules.asksForOwners {
      warnings.append("packets between others have no process here: of 'Application' and 'User' only != matches")
    }
    return warnings.isEmpty ? nil : warnings.joined(separator: "; ")
  }
}
