// Documents: from any bytes to a program, and back to text.

import FuzzSupport
import SentryDiagnostics
import SentryRules

enum RuleFuzzer: FuzzTarget {
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]] {
    var seeds = try checkout.documents()
    for (index, property) in allProperties.enumerated() {
      for relation in property.relations {
        seeds["property-\(index)-\(relation.code)"] = Array(
          """
          { rules = ( { enabled = 1; propertyName = "\(property.name)"; relationName = "\(relation.name)"; \
          propertyValue = "\(property.example)"; filterActionName = Log; } ); }
          """.utf8)
      }
    }
    for (index, action) in allActions.enumerated() {
      seeds["action-\(index)"] = Array(
        """
        ( { enabled = 1; filterActionName = "\(action.name)"; parameter = "100K"; children = ( { enabled = 0; } ); } )
        """.utf8)
    }
    return seeds
  }

  static func dictionary(of checkout: Checkout) -> [String] {
    let keys = [
      "rules", "interfaces", "settings", "tests", "nodeName", "enabled", "property", "propertyName", "relation",
      "relationName", "propertyValue", "filterAction", "filterActionName", "parameter", "children", "nodeNumber",
      "name", "filters", "external", "bridge", "SentryDocument_filterTable", "SentryDocument_interfaceArray",
      "SentryDocument_triggerDuration", "SentryDocument_blockIPv6", "triggerDuration", "triggerIPv6Prefix",
      "addressCapacity", "connectionCapacity", "fragmentCapacity", "delayCapacity", "delaySeconds", "local",
      "blockedPage", "helpers", "ftp 2121",
      "protected",
      "interfaceNames", "malformed", "blockIPv6", "unlimited", "packet", "packets", "expect", "rule", "after",
    ]
    let properties = allProperties.flatMap { [$0.name, $0.example] + $0.aliases }
    let actions = allActions.flatMap { [$0.name] + $0.aliases }
    return keys + properties + actions + Relation.allCases.map(\.name) + ["{", "}", "(", ")", "=", ";", "\""]
  }

  static func check(_ input: [UInt8]) {
    let document = RuleDocument(reading: input, fileName: "input")
    for finding in document.diagnostics.prefix(10) {
      require(!finding.rendered(in: document.source).isEmpty, "a finding without words")
    }
    guard let rules = document.ruleSet else {
      return require(document.diagnostics.hasErrors, "no rules, and no error")
    }
    require(!document.diagnostics.hasErrors, "rules in spite of an error")
    checkProgram(of: rules)
    let text = CanonicalDocument.text(of: rules)
    let again = RuleDocument(reading: text)
    require(again.ruleSet == rules, "the canonical text reads back differently:\n\(text)\n\(again.diagnostics)")
  }

  /// Every jump stays inside the program.
  private static func checkProgram(of rules: RuleSet) {
    let program = rules.program()
    let places = 0...program.instructions.count
    for (index, instruction) in program.instructions.enumerated() {
      require(places.contains(Int(instruction.afterMatch)), "a jump out of the program")
      require(places.contains(Int(instruction.afterSubtree)), "a jump out of the program")
      require(Int(instruction.afterSubtree) > index, "a jump backwards")
      require(rules.rules.indices.contains(Int(instruction.rule)), "an instruction of no rule")
    }
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  RuleFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  RuleFuzzer.test(start, count)
}
