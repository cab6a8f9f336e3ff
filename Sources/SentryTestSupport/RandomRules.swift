internal import SentryRules

/// Documents with random rules: all properties, relations and actions, nested, some switched off.
///
/// Values are chosen so that the packets of `RandomTraffic` meet them now and then. The same seed gives the same text.
public struct RandomRules {
  private var random: SplitMix64
  private var rulesLeft: Int
  private var properties = allProperties
  private var actions = allActions

  /// A document that loads without an error.
  ///
  /// - Parameter ruleLimit: rules there may be at most.
  public static func text(seed: UInt64, ruleLimit: Int = 40) -> String {
    var rules = RandomRules(seed: seed, ruleLimit: ruleLimit)
    return rules.text()
  }

  /// The list of rules of such a document, with these properties and actions only.
  public static func list(seed: UInt64, ruleLimit: Int = 40, properties: Set<String>, actions: Set<String>) -> String {
    var rules = RandomRules(seed: seed, ruleLimit: ruleLimit)
    rules.properties = allProperties.filter { properties.contains($0.name) }
    rules.actions = allActions.filter { actions.contains($0.name) }
    return rules.list(depth: 0)
  }

  private init(seed: UInt64, ruleLimit: Int) {
    random = SplitMix64(state: seed)
    rulesLeft = Int.random(in: 1...ruleLimit, using: &random)
  }

  private mutating func text() -> String {
    let settings = settings()
    return "{ rules = \(list(depth: 0));\n  settings = { \(settings) }; interfaces = ( \(interface()) ); }"
  }

  private mutating func settings() -> String {
    """
    triggerDuration = \(pick(["5", "60", "3600", "unlimited"])); triggerIPv6Prefix = \(pick(["48", "64", "128"]));
    addressCapacity = \(pick(["2", "5", "1000"])); connectionCapacity = \(pick(["4", "1000"]));
    fragmentCapacity = \(pick(["1", "1000"]));
    delayCapacity = \(pick(["0", "1", "3"])); delaySeconds = \(pick(["0", "0.75", "5"]));
    malformed = \(pick(["delete", "pass"])); blockIPv6 = \(chance(10) ? "1" : "0");
    """
  }

  private mutating func interface() -> String {
    "{ name = eth0; filters = \(chance(95) ? "1" : "0"); external = \(chance(50) ? "1" : "0"); }"
  }

  // MARK: Rules

  private mutating func list(depth: Int) -> String {
    var rules: [String] = []
    let length = Int.random(in: 1...(depth == 0 ? 8 : 4), using: &random)
    while rules.count < length, rulesLeft > 0 {
      rulesLeft -= 1
      rules.append(rule(depth: depth))
    }
    let indentation = String(repeating: "  ", count: depth + 2)
    return "(\n" + rules.map { indentation + $0 }.joined(separator: ",\n") + ")"
  }

  private mutating func rule(depth: Int) -> String {
    let property = pick(properties)
    let action = pick(actions)
    // Half of all rules only steer: otherwise few packets get far.
    let actionName = chance(50) ? pick(["->", "->", "->", "Group", "++", "Exit group"]) : action.name
    let relation = pick([Relation.equal, .equal, .equal, .notEqual, .atLeast, .atMost, .equalIgnoringCase])
    let value = property.needsValue ? pick(Self.values[property.name] ?? [property.example]) : ""
    let children = depth < 5 && chance(40) ? " children = \(list(depth: depth + 1));" : ""
    return "{ enabled = \(chance(92) ? "1" : "0"); propertyName = \"\(property.name)\"; "
      + "relationName = \"\(relation.name)\"; propertyValue = \"\(value)\"; filterActionName = \"\(actionName)\"; "
      + "parameter = \"\(Self.parameters[actionName] ?? "")\";\(children) }"
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
    "Day of week": ["1-5", "0", "6-1"],
    "Idle seconds": ["0", "10", "60", "600"],
    "Parent idle seconds": ["0", "10", "60", "600"],
    "Parent match count": ["0", "1", "2", "3-5", "10"],
    "Parent match rate": ["0", "1", "1-3"],
    "Parent byte count": ["0", "100", "1000"],
    "IP version": ["4", "6"],
    "ICMPv6 type": ["128", "129", "1", "128-135"],
    "ICMPv6 code": ["0", "1"],
    "TTL": ["64", "1-63", "1"],
    "Packet length": ["60", "20-80", "100"],
    "DSCP": ["0", "46"],
    "VLAN": ["7", "0-10", "100"],
    "TLS server name": ["example.org", "*.example.org", "www.example.org"],
    "DNS name": ["example.org", "*.example.org", "www.example.org"],
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
