// Every message of this module, in one place: lower case, naming and quoting what was found, and saying what would do.

internal import SentryDiagnostics
internal import SentryPacket
internal import SentryPropertyList

extension Diagnostic {
  // MARK: The document

  /// In the place of the first of the findings that are too many to tell.
  static func moreFindings(than limit: Int, after first: Diagnostic) -> Diagnostic {
    var note = first
    note.id = .tooManyFindings
    note.message = "more than \(limit) findings; from here on they are not told"
    note.hint = nil
    return note
  }

  static func notARuleDocument(at place: Place) -> Diagnostic {
    Diagnostic(
      .notARuleDocument, at: place, "a rule document is a dictionary { … } or an array of rules ( … )")
  }

  static func noRules(at place: Place) -> Diagnostic {
    Diagnostic(.noRules, .warning, at: place, "the document has no rules: every packet passes")
  }

  static func tooManyRules(limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(
      .documentTooLarge, at: place, "this is rule \(limit + 1) of the document, which may have at most \(limit)",
      hint: "long lists of addresses belong in a table")
  }

  /// - Parameter owner: what has too many of them.
  static func tooMany(_ what: String, _ owner: String, limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(
      .documentTooLarge, at: place, "this is \(what) \(limit + 1) of \(owner), which may have at most \(limit)")
  }

  static func wrongType(of what: String, expected: String, at place: Place) -> Diagnostic {
    Diagnostic(.wrongType, at: place, "\(what) must be \(expected)")
  }

  /// For what the rules can do without.
  static func ignoredType(of what: String, at place: Place) -> Diagnostic {
    Diagnostic(.wrongType, .warning, at: place, "\(what) must be text; it is ignored")
  }

  static func notASwitch(_ key: String, _ node: PropertyListNode) -> Diagnostic {
    Diagnostic(
      .badValue, at: node.place, "\(key) must be 0 or 1, found \(node.shown)",
      hint: node.text.flatMap { didYouMean($0, in: ["true", "false", "yes", "no", "on", "off"]) })
  }

  static func oddSwitch(_ key: String, _ node: PropertyListNode) -> Diagnostic {
    Diagnostic(
      .oddSwitch, .warning, at: node.place, "\(key) should be 0 or 1, found \(node.shown): it is read as 1")
  }

  static func unknownKey(_ key: String, at place: Place, meant: String?) -> Diagnostic {
    Diagnostic(
      .unknownKey, .warning, at: place, "unknown key '\(key.shown)' is ignored",
      hint: meant.map { "did you mean '\($0)'?" })
  }

  static func keptKeys(first key: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .keptKeys, .note, at: place,
      "'\(key.shown)' means nothing here; such keys are kept when the document is written anew")
  }

  // MARK: Rules

  static func unknownRuleKey(_ key: String, at place: Place) -> Diagnostic {
    guard let meant = nearestName(to: key, in: RuleKey.allCases.map(\.rawValue)) else {
      return Diagnostic(.unknownKey, .note, at: place, "rules have no key '\(key.shown)'; it is ignored")
    }
    return .unknownKey(key, at: place, meant: meant)
  }

  static func disabledByDefault(_ number: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .disabledByDefault, .note, at: place,
      "rule \(number) does not say whether it is enabled: such rules are disabled",
      hint: "add 'enabled = 1;' to switch it on")
  }

  static func badValue(_ error: ValueError, isMissing: Bool, at place: Place) -> Diagnostic {
    Diagnostic(isMissing ? .missingValue : .badValue, at: place, error.message, hint: error.hint)
  }

  static func oddValue(_ advice: ValueAdvice, at place: Place) -> Diagnostic {
    Diagnostic(.oddValue, advice.isDoubtful ? .warning : .note, at: place, advice.message, hint: advice.hint)
  }

  static func badParameter(_ error: ValueError, of action: String, at place: Place) -> Diagnostic {
    Diagnostic(.badParameter, at: place, "\(action): \(error.message)", hint: error.hint)
  }

  static func exitGroupOutsideGroup(at place: Place) -> Diagnostic {
    Diagnostic(
      .exitGroupOutsideGroup, .warning, at: place, "there is no Group above this rule to exit from: it acts as '->'")
  }

  static func relationReadAsEqual(_ condition: Condition, at place: Place) -> Diagnostic {
    Diagnostic(
      .relationReadAsEqual, .warning, at: place,
      "'\(condition.relation.name)' means nothing for '\(condition.property.name)': it is read as '=='")
  }

  static func negationMatchesOthers(_ property: String, _ needed: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .negationMatchesOthers, .warning, at: place,
      "'!=' matches packets other than \(needed), too: they have no \(property)",
      hint: "a rule above that asks for the protocol leaves them out")
  }

  // MARK: Names and numbers

  static func unknownName<Item>(_ name: String, _ table: NameTable<Item>, at place: Place) -> Diagnostic {
    Diagnostic(
      table.unknownID, at: place, "no \(table.noun) is called '\(name.shown)'",
      hint: table.hint(for: name))
  }

  static func numberCounts<Item>(_ name: String, _ meant: String, _ table: NameTable<Item>, at place: Place)
    -> Diagnostic
  {
    Diagnostic(
      table.unknownID, .warning, at: place,
      "no \(table.noun) is called '\(name.shown)'; by its number it is read as '\(meant)'")
  }

  static func unknownNumber<Item>(
    _ number: Int, _ table: NameTable<Item>, _ generation: Generation, at place: Place
  ) -> Diagnostic {
    guard generation == .year2003 else {
      return Diagnostic(table.unknownID, at: place, "no \(table.noun) has the number \(number)")
    }
    return Diagnostic(
      .ambiguousNumber, at: place, "\(table.noun) number \(number) is of 2003, and its meaning then is not known",
      hint: "give the \(table.noun) by name")
  }

  static func assumedGeneration(_ number: Int, _ name: String, orElse other: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .assumedGeneration, .note, at: place,
      "action number \(number) is read as '\(name)', as of 2008; in documents of 2005 it was '\(other)'",
      hint: "give actions by name")
  }

  static func nameNumberMismatch(_ name: String, _ number: Int, _ meaning: String?, at place: Place) -> Diagnostic {
    let other = meaning.map { "'\($0)'" } ?? "nothing known"
    return Diagnostic(
      .nameNumberMismatch, .note, at: place,
      "'\(name.shown)' comes with number \(number), which is \(other): the name counts")
  }

  // MARK: Settings and interfaces

  static func unknownSetting(_ name: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .unknownSetting, .warning, at: place, "there is no setting '\(name.shown)'; it is ignored",
      hint: didYouMean(name, in: SettingKey.allCases.map(\.rawValue)))
  }

  static func badSetting(
    _ key: SettingKey, _ node: PropertyListNode, expected: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(.badSetting, at: node.place, "\(key.rawValue) must be \(expected), found \(node.shown)", hint: hint)
  }

  static func badSetting(_ key: SettingKey, _ error: ValueError, at place: Place) -> Diagnostic {
    Diagnostic(.badSetting, at: place, "\(key.rawValue): \(error.message)", hint: error.hint)
  }

  static func badClassicDuration(_ node: PropertyListNode) -> Diagnostic {
    Diagnostic(
      .badSetting, .warning, at: node.place,
      "\(RootKey.classicTriggerDuration) must be an index from 0 to 6, found \(node.shown): one hour is used")
  }

  static func duplicateInterface(_ name: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .duplicateInterface, .warning, at: place, "interface '\(name.shown)' is listed twice: the first entry counts")
  }

  static func interfaceWithoutName(key: String, at place: Place) -> Diagnostic {
    Diagnostic(.badInterface, at: place, "an interface needs a name, as in { \(key) = eth0; }")
  }
}

extension PropertyListNode {
  /// For the "found" of a message.
  var shown: String {
    switch kind {
    case .array: "an array"
    case .dictionary: "a dictionary"
    case .data: "data"
    case .date: "a date"
    case .string, .number, .boolean: "'\((text ?? "").shown)'"
    }
  }
}

extension ValueError {
  static func missing(property: String, example: String) -> ValueError {
    ValueError("'\(property)' needs a value", hint: "such as '\(example)'")
  }

  // MARK: Remarks

  static func unclosedRemark(_ text: Substring, open: Int) -> ValueError {
    ValueError(
      "the parenthesis in '\(text.shown)' is not closed",
      hint: "did you mean '\(text.trimmed.shown)\(String(repeating: ")", count: min(open, 3)))'?")
  }

  static func textAfterRemark(_ text: Substring, value: Substring) -> ValueError {
    ValueError(
      "'\(text.trimmed.shown)' goes on after a remark, which ends a value: only '\(value.shown)' would count",
      hint: "for two values write two rules")
  }

  // MARK: Numbers

  /// - Parameter list: what `text` is an element of.
  static func notANumber(_ text: Substring, _ limits: ClosedRange<UInt64>, in list: Substring? = nil) -> ValueError {
    let upTo =
      limits.upperBound == .max
      ? ", \(limits.lowerBound) or more" : " from \(limits.lowerBound) to \(limits.upperBound)"
    return ValueError(
      "expected a number\(upTo), found \(found(text, in: list))", hint: remarkHint(for: text) ?? listHint(for: text))
  }

  private static func found(_ text: Substring, in list: Substring?) -> String {
    let whole = list.map { $0 == text ? "" : " in '\($0.shown)'" } ?? ""
    return (text.isEmpty ? "nothing" : "'\(text.shown)'") + whole
  }

  /// For `80,443` where one number is asked for.
  private static func listHint(for text: Substring) -> String? {
    guard text.contains(","), text.listElements.allSatisfy(isNumberOrRange) else { return nil }
    return "one number or one range a rule: for several write several rules, one after the other"
  }

  private static func isNumberOrRange(_ text: Substring) -> Bool {
    guard let (first, last) = text.halves(around: "-") else { return NumberText.isDecimal(text) }
    return NumberText.isDecimal(first) && NumberText.isDecimal(last)
  }

  static func outOfRange(_ text: Substring, _ limits: ClosedRange<UInt64>) -> ValueError {
    ValueError("\(text.shown) is out of range: expected \(limits.lowerBound) to \(limits.upperBound)")
  }

  static func reversedRange(_ text: Substring, hint: String? = nil) -> ValueError {
    ValueError("the range '\(text.shown)' ends before it starts", hint: hint.map { "did you mean '\($0)'?" })
  }

  /// For `80 http`.
  private static func remarkHint(for text: Substring) -> String? {
    guard let (number, remark) = text.halves(around: " "), NumberText.isDecimal(number), !remark.isEmpty else {
      return nil
    }
    return "remarks stand in parentheses: '\(number) (\(remark.shown))'"
  }

  // MARK: Words

  /// - Parameter list: what `text` is an element of.
  static func unknownWord(_ text: Substring, expected: [String], in list: Substring? = nil) -> ValueError {
    ValueError(
      "expected \(expected.alternatives), found \(found(text, in: list))",
      hint: didYouMean(String(text), in: expected))
  }

  static func unknownProtocol(_ text: Substring) -> ValueError {
    ValueError(
      "no protocol is called '\(text.shown)': expected a number from 0 to 255 or a name such as TCP",
      hint: protocolListHint(for: text)
        ?? didYouMean(String(text), in: ProtocolProperty.names.keys))
  }

  /// For `TCP,UDP`.
  private static func protocolListHint(for text: Substring) -> String? {
    let parts = text.split { $0 == "," || $0 == "/" || $0 == "|" }.map(\.trimmed)
    guard parts.count > 1, parts.allSatisfy({ (try? ProtocolProperty.parse($0)) != nil }) else { return nil }
    return "one protocol a rule: for several write several rules, one after the other"
  }

  static func unknownCodePoint(_ text: Substring, among names: [String]) -> ValueError {
    ValueError(
      "expected a number from 0 to 63, or a name such as ef, cs1 or af21, found '\(text.shown)'",
      hint: didYouMean(String(text), in: names))
  }

  static func hostNameNotASCII(_ text: Substring) -> ValueError {
    ValueError("'\(text.shown)' is not ASCII", hint: "packets carry such names in their ASCII form, xn--…: give that")
  }

  static func notAHostName(_ text: Substring) -> ValueError {
    ValueError(
      "expected a host name or *.name, found '\(text.shown)'", hint: "such as 'www.example.org' or '*.example.org'")
  }

  static func notAnExecutable(_ text: Substring) -> ValueError {
    ValueError(
      "expected the path of an executable from the root, or its file name, found '\(text.shown)'",
      hint: "such as '/usr/bin/curl' or 'curl'; symbolic links are not followed")
  }

  static func unknownUser(_ text: Substring) -> ValueError {
    ValueError(
      "this host has no user called '\(text.shown)'", hint: "a user that comes later can be given by number")
  }

  // MARK: Times

  static func notATimeOfDay(_ text: Substring) -> ValueError {
    ValueError(
      "expected h:mm from 0:00 to 23:59, or a range h:mm-h:mm that may end at 24:00, found '\(text.shown)'",
      hint: text.hasPrefix("24:") ? "midnight is '0:00', the last hour '23:00-24:00'" : "such as '8:30-17:30'")
  }

  static func notADay(_ text: Substring) -> ValueError {
    ValueError("expected 0 (Sunday) to 6 (Saturday) or a day's name, found '\(text.shown)'", hint: "such as '1-5'")
  }

  static func notADate(_ text: Substring) -> ValueError {
    ValueError(
      "expected YYYY-MM-DD HH:MM:SS ±HHMM or seconds since 1970, found '\(text.shown)'",
      hint: "such as '2026-05-06 08:30:00 +0200'")
  }

  // MARK: Parameters

  static let missingRate = ValueError(
    "needs a rate in bits per second", hint: "give it as the parameter: '64k' or '1.25M'")

  static func notARate(_ text: Substring) -> ValueError {
    ValueError(
      "expected bits per second from 1 to 1000G, found '\(text.shown)'", hint: "such as '56000', '64k' or '1.25M'")
  }

  static func notANextHop(_ text: Substring) -> ValueError {
    let found = text.isEmpty ? "nothing" : "'\(text.shown)'"
    return ValueError("expected the address of the next hop, found \(found)", hint: "such as '192.0.2.254'")
  }

  static func notAMailAddress(_ text: Substring) -> ValueError {
    ValueError(
      "expected one mail address, found '\(text.shown)'",
      hint: "such as 'admin@example.org'; with an @ it is the recipient, a comment has none")
  }

  static func noProbe(_ text: Substring) -> ValueError {
    guard !text.isEmpty else {
      return ValueError("needs what to probe or to fetch", hint: "such as 'ping://192.0.2.2'")
    }
    let isBareHost = !text.contains(":") && text.contains(".") && !text.contains(where: \.isWhitespace)
    return ValueError(
      "expected ping://host, lookup://host, tcp://host:port, http://… or https://…, found '\(text.shown)'",
      hint: isBareHost ? "did you mean 'http://\(text.shown)'?" : "such as 'ping://192.0.2.2'")
  }

  static func probeWithBlank(_ text: Substring) -> ValueError {
    ValueError("'\(text.shown)' has a blank in it", hint: "in an address a blank is written %20")
  }

  static func noHost(in text: Substring) -> ValueError {
    ValueError(
      "expected the name or address of a host after '://', found '\(text.shown)'",
      hint: "such as '192.0.2.2', 'www.example.org' or '[2001:db8::1]'")
  }

  static func noPort(in text: Substring) -> ValueError {
    ValueError(
      "expected a port from 1 to 65535 after the host, found '\(text.shown)'", hint: "such as 'tcp://192.0.2.2:80'")
  }

  static func notAScriptName(_ text: String) -> ValueError {
    ValueError(
      "expected the name of a file in the folder of scripts, found '\(text.shown)'",
      hint: "a name without '/' that does not begin with '.'")
  }

  static func contradictoryFlag(_ flag: Substring) -> ValueError {
    ValueError("'\(flag.shown)' is asked to be both on and off")
  }

  static func notAnInterface(_ text: Substring) -> ValueError {
    ValueError("expected the name of an interface, 'external' or 'internal', found '\(text.shown)'")
  }

  // MARK: Addresses

  static func notANet(_ text: Substring) -> ValueError {
    ValueError(
      "expected an address, a net such as 192.0.2.0/24 or a range such as 192.0.2.10-20, found '\(text.shown)'")
  }

  static func notAPrefixLength(_ limits: ClosedRange<Int>, in net: Substring) -> ValueError {
    ValueError(
      "expected a number from \(limits.lowerBound) to \(limits.upperBound) after the '/', found '\(net.shown)'")
  }

  static func prefixLength(_ length: Substring, notIn limits: ClosedRange<Int>, of net: Substring) -> ValueError {
    ValueError(
      "the prefix length \(length.shown) of '\(net.shown)' is out of range: "
        + "expected \(limits.lowerBound) to \(limits.upperBound)")
  }

  static func brokenMask(_ text: Substring) -> ValueError {
    ValueError("the mask '\(text.shown)' has a 0 bit before a 1 bit", hint: "such as '255.255.255.0'")
  }

  static func mixedFamilies(_ text: Substring) -> ValueError {
    ValueError("the range '\(text.shown)' mixes IPv4 and IPv6")
  }

  static func notAMACAddress(_ text: Substring) -> ValueError {
    ValueError("expected six hexadecimal pairs such as 00:1b:63:84:45:e6, found '\(text.shown)'")
  }

  // MARK: Content

  static func brokenWindow(_ text: Substring) -> ValueError {
    ValueError(
      "expected [start], [start:length] or [start:length:stop] before the text, found '\(text.shown)'",
      hint: "to search for a bracket write '\\['")
  }

  static func noContent(_ text: Substring) -> ValueError {
    ValueError("'\(text.shown)' has no text to search for")
  }

  static func contentTooLong(byteCount: Int, windowLength: Int) -> ValueError {
    ValueError(
      "the text has \(byteCount) bytes and can never lie within a window of \(windowLength)",
      hint: "a window of its own stands before the text, as in '[0:\(byteCount)]'")
  }

  static func lonelyBackslash(_ text: Substring) -> ValueError {
    ValueError("'\(text.shown)' ends in a backslash with nothing after it", hint: "three backslashes make one")
  }

  static func brokenHexEscape(_ text: Substring) -> ValueError {
    ValueError("expected two hexadecimal digits after '\\x' in '\(text.shown)'")
  }
}

extension ValueAdvice {
  static func delayTakesNoTime(_ parameter: String) -> ValueAdvice {
    ValueAdvice(
      isDoubtful: true, "Delay: '\(parameter.shown)' is only a comment, not how long to hold packets",
      hint: "settings = { delaySeconds = …; } says how long")
  }

  static func hostBits(_ text: Substring, _ range: AddressRange, address: IPAddress) -> ValueAdvice {
    ValueAdvice(
      isDoubtful: true, "'\(text.shown)' is not the start of its net: it matches \(range.first) to \(range.last)",
      hint: "write '\(NetText.text(of: range))' for the net, '\(address)' for the address alone")
  }

  static func netUpToLastBit(_ text: Substring, _ range: AddressRange) -> ValueAdvice {
    let net = NetText.text(of: range)
    return ValueAdvice(
      isDoubtful: false, "'\(text.shown)' is read as \(net), a net up to the last 1 bit", hint: "write '\(net)'")
  }

  static func mappedNet(_ text: Substring, _ range: AddressRange) -> ValueAdvice {
    let net = NetText.text(of: range)
    return ValueAdvice(
      isDoubtful: false,
      "'\(text.shown)' is read as \(net): it matches IPv4 packets, and IPv6 packets only where they carry such an address",
      hint: "write '\(net)'")
  }

  static func hopIsThisHost(_ address: IPAddress) -> ValueAdvice {
    ValueAdvice(
      isDoubtful: true, "\(address) is this host itself: nothing can be sent on through it",
      hint: "give the address of a router on a network that this machine is attached to")
  }

  static func shortRange(_ text: Substring, _ range: AddressRange) -> ValueAdvice {
    ValueAdvice(
      isDoubtful: false, "'\(text.shown)' is read as \(range.first) to \(range.last)",
      hint: "write '\(range.first)-\(range.last)'")
  }

  static func shortAddress(_ text: Substring, _ address: IPAddress, partCount: Int) -> ValueAdvice {
    let isWholeNumber = partCount == 1 && UInt8(text) == nil
    let net = isWholeNumber ? "" : ", '\(address)/\(8 * partCount)' for the net"
    return ValueAdvice(
      isDoubtful: false, "'\(text.shown)' is read as the one address \(address)",
      hint: "write '\(address)' for the address\(net)")
  }
}

extension [String] {
  /// `a, b or c`.
  var alternatives: String { joined(lastWith: "or") }

  /// `a, b and c`.
  var enumeration: String { joined(lastWith: "and") }

  private func joined(lastWith word: String) -> String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " \(word) " + last
  }
}

extension StringProtocol {
  /// For quoting in a message: harmless to a terminal, and not endless.
  var shown: String {
    let limit = 60
    return String(prefix(limit)).visible + (dropFirst(limit).isEmpty ? "" : "…")
  }
}
