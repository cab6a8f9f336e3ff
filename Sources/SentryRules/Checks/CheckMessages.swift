// What the checks say.

internal import SentryDiagnostics

extension Rule {
  /// `rule 2.1 ('Dest port == 23')`, for messages about another rule.
  var introduced: String { "rule \(number) (\(question))" }

  /// `'Dest port == 23'`.
  var question: String {
    let value = property.needsValue ? " \(self.value.shown)" : ""
    return relation == .equal && value.isEmpty ? "'\(property.name)'" : "'\(property.name) \(relation.name)\(value)'"
  }
}

extension Diagnostic {
  // MARK: Rules that are not reached

  static func contradicts(_ rule: Rule, _ ancestor: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .neverMatches, .warning, at: place,
      "\(rule.question) never holds here: \(ancestor.introduced) above it excludes it")
  }

  static func leftNothing(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .neverMatches, .warning, at: place,
      "\(rule.question) never holds here: the rules above it and before it leave no such packet")
  }

  static func endedBefore(_ rule: Rule, by other: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .neverMatches, .warning, at: place,
      "no packet for \(rule.question) comes here: \(other.introduced) ends all of them with \(other.action.name)",
      hint: "to have a say, it must stand before rule \(other.number)")
  }

  static func neverHolds(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(.neverMatches, .warning, at: place, "\(rule.question) never holds: there is no such packet")
  }

  static func neverHoldsAtTop(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .neverMatches, .warning, at: place, "\(rule.question) never holds at the top level: there is no parent to count",
      hint: "make it a child of the rule whose matches it is about")
  }

  static func alwaysHolds(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .alwaysMatches, .warning, at: place, "\(rule.question) always holds: it takes in everything there is",
      hint: "narrow the value, or write 'Any' if everything is meant")
  }

  static func dateIsPast(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(.pastDate, .note, at: place, "\(rule.question) never holds any more: that time is over")
  }

  static func noPacket(_ rule: Rule, below clock: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .neverMatches, .warning, at: place,
      "\(rule.question) never holds here: the clock asks \(clock.introduced), and then there is no packet")
  }

  static func afterEnd(of end: Rule, rulesAfter: Int, at place: Place) -> Diagnostic {
    let others = rulesAfter == 0 ? "" : rulesAfter == 1 ? " and the one after it" : " and the \(rulesAfter) after it"
    return Diagnostic(
      .unreachableRules, .warning, at: place,
      "this rule\(others) is never asked: nothing comes past \(end.introduced)",
      hint: "rule \(end.number) belongs at the end of its list")
  }

  static func skippedChild(of parent: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .unreachableRules, .warning, at: place,
      "this rule is never asked: '++' of rule \(parent.number) skips the rule right after it, which is this one")
  }

  static func childOfExit(_ parent: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .unreachableRules, .warning, at: place,
      "this rule is never asked: 'Exit group' of rule \(parent.number) leaves the group at once")
  }

  static func childOfFinal(_ parent: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .unreachableRules, .warning, at: place,
      "this rule is never asked: '\(parent.action.name)' of rule \(parent.number) ends the walk without its children")
  }

  // MARK: Rules that do nothing

  static func duplicateRule(of other: Rule, at place: Place) -> Diagnostic {
    let consequence =
      other.action.operation.isTerminating ? "it never matches" : "everything it does is done twice"
    return Diagnostic(
      .duplicateRule, .warning, at: place, "this rule repeats rule \(other.number): \(consequence)")
  }

  static func noEffect(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .noEffect, .warning, at: place, "this rule has neither an action nor children: it only counts",
      hint: "give it a filterActionName, or a nodeName if counting is what it is for")
  }

  static func resetsNothing(at place: Place) -> Diagnostic {
    Diagnostic(.noEffect, .warning, at: place, "'Reset parent' at the top level has no parent to reset")
  }

  static func rateGivesWay(_ rate: UInt64, to others: UInt64, at place: Place) -> Diagnostic {
    Diagnostic(
      .rateGivesWay, .warning, at: place,
      "the last rate limit of a direction gets what those before it leave, and they can use all of it: "
        + "\(others) bits a second of \(rate)",
      hint: "give this rule the rate of the whole line")
  }

  static func disabledParent(_ rule: Rule, enabledBelow count: Int, at place: Place) -> Diagnostic {
    let others = count == 1 ? "the enabled rule below it never runs" : "the \(count) enabled rules below it never run"
    return Diagnostic(
      .disabledParent, .note, at: place, "rule \(rule.number) is disabled, so \(others)",
      hint: "say 'enabled = 1;' here to let \(count == 1 ? "it" : "them") run")
  }

  // MARK: Traffic that should not be caught

  static func cutsOffSSH(_ end: Rule, interface: String?, at place: Place) -> Diagnostic {
    let passage = interface.map { " on \($0.shown)" } ?? ""
    return Diagnostic(
      .cutsOffSSH, .note, at: place,
      "no new ssh connection (port 22) from outside gets through\(passage): they end here at the latest",
      hint: "to keep a way in, pass port 22 before this rule")
  }

  static func cutsOffSSH(
    _ end: Rule, connection: HostFacts.SSHConnection, at place: Place
  ) -> Diagnostic {
    Diagnostic(
      .cutsOffSSH, .warning, at: place,
      "the ssh connection you sit at could not be made any more: packets from \(connection.peer) to port "
        + "\(connection.port) end here at the latest",
      hint: "pass 'Source net == \(connection.peer)' before this rule")
  }

  static func triggerCatchesOwn(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .triggerCatchesOwnAddress, .warning, at: place,
      "this Trigger also catches packets that this host sends, and then locks out its own address",
      hint: "put it below 'Direction == inbound'")
  }

  static func triggerCatchesServer(_ rule: Rule, what: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .triggerCatchesServer, .warning, at: place, "this Trigger locks out \(what)",
      hint: "narrow it, or pass such packets before it")
  }

  static func triggerLacksProof(_ rule: Rule, at place: Place) -> Diagnostic {
    Diagnostic(
      .triggerLacksProof, .warning, at: place,
      "rule \(rule.number) triggers nobody: only packets that ask for a connection come here, which prove nothing",
      hint: "triggerProof = repeated asks for a second one instead")
  }

  // MARK: Names and values

  static func longInterfaceName(_ name: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .longInterfaceName, .warning, at: place,
      "no interface is called '\(name.shown)': names have at most \(LongInterfaceNameCheck.limit) bytes")
  }

  /// - Parameter what: `name` or `parameter`.
  static func longText(_ what: String, count: Int, limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(
      .longText, .warning, at: place,
      "the \(what) of this rule has \(grouped(count)) characters: the log may cut more than \(grouped(limit))")
  }

  static func classicDiffers(_ difference: String, at place: Place) -> Diagnostic {
    Diagnostic(.classicDiffers, .note, at: place, "the classic program read this differently: \(difference)")
  }
}
