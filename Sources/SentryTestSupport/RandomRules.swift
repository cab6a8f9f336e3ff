internal import SentryRules

/// Documents with random rules: all properties, relations and actions, nested, some switched off.
///
/// Each document begins with some rules that every packet meets: those ask all questions in turn; the others are drawn. Values
/// are chosen so that the packets of `RandomTraffic`, played from 2026-01-15 09:00 UTC on, meet them now and then. The same
/// seed gives the same text.
public struct RandomRules {
  private let seed: UInt64
  private var random: SplitMix64
  /// Rules still to be drawn at most.
  private var rulesLeft: Int
  /// What was decided about a program is asked as `User` is; so it has its turn among the questions that each seed asks, and leaves
  /// the room here to what can only be met by chance.
  private var properties = allProperties.filter { $0.name != "Application permission" }
  private var actions = allActions
  /// By depth, what most rules ask; empty where each asks what it likes.
  private var commonQuestions: [[Question]] = []

  /// Rules among a hundred that are only observed.
  private var observedPercent = 0
  private var observing = SplitMix64(state: 0)

  private typealias Question = (property: any Property.Type, relation: Relation, value: String)

  /// A document that loads without an error.
  public static func text(seed: UInt64) -> String {
    var rules = RandomRules(seed: seed)
    return rules.text()
  }

  /// The list of rules of such a document, with these properties and actions only: all drawn.
  public static func list(seed: UInt64, properties: Set<String>, actions: Set<String>) -> String {
    var rules = RandomRules(seed: seed)
    rules.properties = allProperties.filter { properties.contains($0.name) }
    rules.actions = allActions.filter { actions.contains($0.name) }
    return "( \(rules.list(depth: 0, below: nil).joined(separator: ",\n")) )"
  }

  /// A document in which most rules of a level ask the same few questions, so that many siblings ask the same and are refined
  /// below.
  public static func textOfAlike(seed: UInt64) -> String {
    var rules = RandomRules(seed: seed)
    rules.rulesLeft = Int.random(in: 20...120, using: &rules.random)
    rules.commonQuestions = (0..<5).map { _ in rules.someQuestions() }
    return rules.text()
  }

  private init(seed: UInt64) {
    self.seed = seed
    random = SplitMix64(state: seed)
    rulesLeft = Int.random(in: 1...40, using: &random)
  }

  private mutating func text() -> String {
    let settings = settings()
    let matchAll = allProperties.filter { $0.name == "Any" }
    drawObserving()
    let last = chance(30) ? matchAll.map { Self.rule($0, .equal, "", then: "Pass") } : []
    let rules = (questionsInTurn() + list(depth: 0) + last).joined(separator: ",\n    ")
    return "{ rules = (\n    \(rules));\n  settings = { \(settings) }; interfaces = ( \(interface()) ); }"
  }

  /// Observes some rules, in a quarter of all documents, and asks for proofs, without changing what else is drawn.
  private mutating func drawObserving() {
    var other = SplitMix64(state: ~seed)
    observedPercent = seed % 4 == 1 ? Int.random(in: 5...40, using: &other) : 0
    observing = other
  }

  private func settingsOfTriggers() -> String {
    var other = SplitMix64(state: seed &* 0x9E37)
    let limit = ["", "", "triggersPerMinute = 1;", "triggersPerMinute = 2;", "triggersPerMinute = unlimited;"]
    let proof = ["", "", "", "triggerProof = handshake;", "triggerProof = repeated;"]
    return "\(limit[Int.random(in: 0..<limit.count, using: &other)]) "
      + "\(proof[Int.random(in: 0..<proof.count, using: &other)]) \(seed % 23 == 7 ? "observe = 1;" : "")"
  }

  private mutating func settings() -> String {
    """
    \(settingsOfTriggers())
    triggerDuration = \(pick(["5", "60", "3600", "unlimited"])); triggerIPv6Prefix = \(pick(["48", "64", "128"]));
    addressCapacity = \(pick(["1", "2", "5", "1000"])); connectionCapacity = \(pick(["4", "1000"]));
    fragmentCapacity = \(pick(["1", "1000"]));
    delayCapacity = \(pick(["0", "1", "3"])); delaySeconds = \(pick(["0", "0.75", "5"]));
    malformed = \(pick(["delete", "pass"])); blockIPv6 = \(chance(10) ? "1" : "0");
    helpers = \(seed % 5 == 3 ? "(ftp, tftp, \"ftp 80\")" : "()");
    protected = ( \(Self.protectedNets[Int(seed % UInt64(Self.protectedNets.count))]) );
    """
  }

  /// In most documents nobody, else some strangers of `RandomTraffic`, alone or with others.
  private static let protectedNets = [
    "", "", "\"203.0.113.1\"", "", "", "\"203.0.113.2-203.0.113.9\", \"2001:db8:1::1\"", "", "", "\"203.0.113.0/24\"",
    "", "",
    "\"2001:db8:1::/48\"", "", "", "\"::/0\"",
  ]

  private mutating func interface() -> String {
    "{ name = eth0; filters = \(chance(95) ? "1" : "0"); external = \(chance(50) ? "1" : "0"); }"
  }

  // MARK: Rules

  private static let questionsPerDocument: UInt64 = 4

  /// Every relation of every property with every value, a few for each seed.
  private func questionsInTurn() -> [String] {
    let questions = allProperties.flatMap { property in
      Relation.allCases.filter { property.relations.contains($0) }.flatMap { relation in
        Self.values(of: property).map { (property, relation, $0) }
      }
    }
    return (0..<Self.questionsPerDocument).map { number in
      let turn = seed &* Self.questionsPerDocument &+ number
      let (property, relation, value) = questions[Int(turn % UInt64(questions.count))]
      let question = Self.rule(property, relation, value, then: "->")
      // At the top level, a parent's counts are always 0.
      return property.name.hasPrefix("Parent") ? "{ enabled = 1; children = ( \(question) ); }" : question
    }
  }

  private static func values(of property: any Property.Type) -> [String] {
    property.needsValue ? values[property.name] ?? [property.example] : [""]
  }

  private static func rule(
    _ property: any Property.Type, _ relation: Relation, _ value: String, then action: String, isOn: Bool = true,
    _ children: String = ""
  ) -> String {
    "{ enabled = \(isOn ? "1" : "0"); propertyName = \"\(property.name)\"; relationName = \"\(relation.name)\"; "
      + "propertyValue = \"\(value)\"; filterActionName = \"\(action)\"; "
      + "parameter = \"\(parameters[action] ?? "")\";\(children) }"
  }

  private mutating func observe(_ rule: String) -> String {
    guard observedPercent > 0, Int.random(in: 0..<100, using: &observing) < observedPercent else { return rule }
    return "{ observe = 1;" + rule.dropFirst()
  }

  private mutating func list(depth: Int, below parent: (any Property.Type)? = nil) -> [String] {
    var rules: [String] = []
    let most = commonQuestions.isEmpty ? 8 : 40
    let length = Int.random(in: 1...(depth == 0 ? most : 4), using: &random)
    while rules.count < length, rulesLeft > 0 {
      rulesLeft -= 1
      let rule = rule(depth: depth, below: parent)
      rules.append(observe(rule))
    }
    return rules
  }

  private mutating func rule(depth: Int, below parent: (any Property.Type)?) -> String {
    if commonQuestions.indices.contains(depth), chance(80) { return commonRule(depth) }
    let property = pick(properties)
    // Half of all rules only steer: otherwise few packets get far.
    var action = chance(50) ? pick(["->", "->", "->", "Group", "++", "Exit group"]) : pick(actions).name
    // What has a meaning of its own there, and is seldom met by chance.
    let mayReset = parent?.name == "Include" && actions.contains { $0.name == "Reset parent" }
    if mayReset, chance(25) { action = "Reset parent" }
    if property.name == "URL keyword", chance(25) { action = "Drop connection" }
    let relation = relation(of: property)
    let value = pick(Self.values(of: property))
    return Self.rule(
      property, relation, value, then: action, isOn: chance(92),
      depth < 5 && chance(40) ? children(depth, property) : "")
  }

  /// Mostly one that only counts.
  private mutating func commonRule(_ depth: Int) -> String {
    let (property, relation, value) = pick(commonQuestions[depth])
    let action = chance(85) ? pick(["->", "->", "->", "Group"]) : pick(["++", "Exit group", "Pass", "Delete", "Log"])
    return Self.rule(
      property, relation, value, then: action, isOn: chance(95),
      depth < 5 && chance(60) ? children(depth, property) : "")
  }

  private mutating func someQuestions() -> [Question] {
    let properties = allProperties.filter { Self.commonProperties.contains($0.name) }
    return (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let property = pick(properties)
      return (property, relation(of: property), pick(Self.values(of: property)))
    }
  }

  private static let commonProperties: Set<String> = [
    "Any", "Direction", "Interface", "Source net", "Dest net", "Protocol", "Source port", "Dest port",
    "TCP header flags", "Connection state", "IP version", "TTL",
  ]

  private mutating func children(_ depth: Int, _ parent: any Property.Type) -> String {
    let separator = ",\n" + String(repeating: "  ", count: depth + 3)
    return " children = (\(list(depth: depth + 1, below: parent).joined(separator: separator)));"
  }

  /// Mostly one that the property has; others are read as `==`.
  private mutating func relation(of property: any Property.Type) -> Relation {
    pick(chance(90) ? Relation.allCases.filter { property.relations.contains($0) } : Relation.allCases)
  }

  // MARK: Choices

  /// Where a property's own example would hardly ever match, or is not all there is to try.
  private static let values: [String: [String]] = [
    "Direction": ["inbound", "inbound", "outbound"],
    "Interface": ["eth0", "external", "internal", "eth*", "wlan0"],
    "Include": ["trigger", "address", "authorize", "invalid", "state"],
    "Source MAC Address": ["02:00:00:00:00:02", "02:00:00:00:00:01"],
    "Dest MAC Address": ["02:00:00:00:00:02", "02:00:00:00:00:01"],
    "Source net": ["203.0.113.0/30", "203.0.113.1", "192.0.2.10", "2001:db8::/32", "0.0.0.0/0", "203.0.113.1-3"],
    "Dest net": ["192.0.2.0/24", "203.0.113.0/24", "2001:db8::10", "::/0"],
    "Protocol": ["6", "17", "1", "58", "1-17", "47"],
    "IPFragmentOffset": ["0", "1-63", "64"],
    "IPOptions": ["3", "9", "131", "3,9", "7"],
    "ICMP type": ["8", "0", "3", "0-8"],
    "ICMP code": ["0", "1", "0-3"],
    "TCP header flags": ["syn,-ack", "ack", "rst", "fin", "-syn"],
    "TCPOptions": ["2", "4", "2,4", "8"],
    "Source port": ["53", "1024-65535", "40000", "443"],
    "Dest port": ["23", "80", "22-80", "443", "0-1023", "53"],
    "Data content": [
      "GET", "[0:4]get", "[4,10]scripts", "[0:64:13]Host:", "[0,200]Host:", "[+6,40,13]example", "[-3,10]T",
      "\\\\r\\\\n",
      "[2:30]exam",
    ],
    "URL keyword": ["scripts", "example", "ROOT.exe", "nowhere"],
    "Time of day": ["8:00-17:30", "22:00-6:00", "9:00"],
    "Date and time": [
      "2026-01-15 09:00:00 +0000", "2026-01-15 09:00:00 +0000", "2026-01-15 09:02:00 +0000",
      "2026-01-15 11:00:00 +0000",
    ],
    "Day of week": ["1-5", "0", "6-1"],
    "Idle seconds": ["0", "9-10", "10-60", "600"],
    "Parent idle seconds": ["0", "9-10", "10-60", "600"],
    "Parent match count": ["0", "1", "2", "3-5", "10"],
    "Parent match rate": ["0", "1", "1-3"],
    "Parent byte count": ["0", "40-100", "1000"],
    "IP version": ["4", "6"],
    "ICMPv6 type": ["128", "129", "1", "128-135"],
    "ICMPv6 code": ["0", "1"],
    "TTL": ["64", "1-63", "1"],
    "Packet length": ["40", "20-80", "100"],
    "DSCP": ["0", "46", "10-40"],
    "VLAN": ["7", "0-10", "100"],
    "TLS server name": ["example.org", "*.example.org", "www.example.org"],
    "DNS name": ["example.org", "*.example.org", "www.example.org"],
    "Application": ["/usr/bin/curl", "/OPT/CURL", "curl", "Curl", "/usr/bin/wget"],
    "Application permission": ["allowed", "denied", "unknown", "changed"],
    "User": ["root", "1000-59999", "0-33", "4000000000"],
    "Connection state": ["new", "established", "closing", "none"],
    "Source match rate": ["0", "1", "1-3"],
  ]

  private static let parameters: [String: String] = [
    "Rate limit": "1M", "Rate limit in": "100K", "Rate limit out": "1.5M", "Route to": "192.0.2.1", "Log": "seen",
    "URL": "ping://192.0.2.99", "Script": "notify.sh",
  ]

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}
