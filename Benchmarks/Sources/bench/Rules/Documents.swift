import Foundation
import SentryEngine
import SentryPacket
import SentryRules

/// The rules of a document that is to run.
func ruleSet(of text: String) -> RuleSet {
  let document = RuleDocument(reading: text)
  guard let ruleSet = document.ruleSet else {
    fail("a document of a benchmark has errors: \(document.diagnostics.prefix(3).map(\.message))")
  }
  return ruleSet
}

func ruleSet(ofFile path: String) throws -> RuleSet {
  let bytes = try Data(contentsOf: URL(filePath: path))
  guard let ruleSet = RuleDocument(reading: [UInt8](bytes)).ruleSet else {
    fail("\(path): not a document that can run")
  }
  return ruleSet
}

/// A document of these rules.
func documentText(_ rules: some Sequence<String>) -> String { "{ rules = (\n\(rules.joined(separator: ",\n"))\n); }" }

/// A rule as text. Without rules below it, it lets packets pass and ends the walk.
func rule(_ property: String, _ value: String, _ children: [String] = []) -> String {
  let test = "enabled = 1; propertyName = \"\(property)\"; propertyValue = \"\(value)\";"
  return children.isEmpty
    ? "{ \(test) filterActionName = Pass; }" : "{ \(test) children = (\n\(children.joined(separator: ",\n"))\n); }"
}

/// A rule that lets every packet pass.
let anyPacket = "{ enabled = 1; propertyName = Any; filterActionName = Pass; }"

/// A document of `count` rules, a multiple of 100: groups by source net, with 99 rules by port in each.
///
/// - Parameter extra: the first port of the first group is that much higher, so that documents differ in one rule.
func groupedRules(count: Int, extra: Int = 0) -> String {
  documentText(
    (0..<count / 100).map { group in
      let first = group == 0 ? 2_000 + extra : 2_000
      let ports = [first] + (1_001..<1_099)
      return rule("Source net", "10.\(group >> 8).\(group & 255).0/24", ports.map { rule("Dest port", "\($0)") })
    })
}

/// A document of `count` rules, an even number: each for TCP, with one rule by port below.
///
/// - Parameter extra: the first port is that much higher, so that documents differ in one rule.
func refinedRules(count: Int, extra: Int = 0) -> String {
  let ports = [10_000 + extra] + (1_001..<1_000 + count / 2)
  return documentText(ports.map { rule("Protocol", "6", [rule("Dest port", "\($0)")]) })
}

extension Engine {
  /// Where the hosts of the captures are; what these benchmarks make is all inbound.
  static let home = AddressSpans([AddressRange(prefix: IPAddress(v4: 0xC000_0200), length: 120)])

  /// An engine that judges what comes from one interface, whose packets its rules are asked about or not.
  init(_ ruleSet: RuleSet, isFiltered: Bool = true) {
    self.init(
      rules: LoadedRules(ruleSet, labels: RuleLabels()),
      interfaces: [EngineInterface(name: "eth0", isFiltered: isFiltered)], local: Self.home, eventCapacity: 0)
  }
}
