internal import SentryPropertyList

/// A key of a dictionary and its value, which is a scalar.
typealias ScalarEntry = (key: String, value: PropertyListValue)

/// How a rule is written as a dictionary: its entries but the children.
protocol RuleForm {
  /// Those that stand before the children, where there are some.
  static func entriesBeforeChildren(of rule: Rule) -> [ScalarEntry]
  static func entriesAfterChildren(of rule: Rule) -> [ScalarEntry]
}

/// Rules that lie flat, as an array of nested dictionaries.
struct RuleTreeContent<Form: RuleForm>: PropertyListContent {
  let rules: [Rule]

  func write(to writer: inout some PropertyListWriter) {
    guard !rules.isEmpty else { return writer.scalar([]) }
    var open: [Int] = []
    writer.begin(.array)
    for index in rules.indices {
      close(&open, before: index, in: &writer)
      writer.begin(.dictionary)
      write(Form.entriesBeforeChildren(of: rules[index]), to: &writer)
      if rules[index].subtreeEnd > index + 1 {
        writer.key(RuleKey.children.rawValue)
        writer.begin(.array)
        open.append(index)
      } else {
        write(Form.entriesAfterChildren(of: rules[index]), to: &writer)
        writer.end()
      }
    }
    close(&open, before: rules.count, in: &writer)
    writer.end()
  }

  private func close(_ open: inout [Int], before index: Int, in writer: inout some PropertyListWriter) {
    while let innermost = open.last, rules[innermost].subtreeEnd <= index {
      open.removeLast()
      writer.end()
      write(Form.entriesAfterChildren(of: rules[innermost]), to: &writer)
      writer.end()
    }
  }

  private func write(_ entries: [ScalarEntry], to writer: inout some PropertyListWriter) {
    for entry in entries {
      writer.key(entry.key)
      writer.scalar(entry.value)
    }
  }
}

/// With our keys; names only, switches as numbers.
enum CurrentRuleForm: RuleForm {
  static func entriesBeforeChildren(of rule: Rule) -> [ScalarEntry] {
    rule.writtenGroups.joined().map { entry in
      let value: PropertyListValue =
        switch entry.key {
        case .enabled: rule.isEnabled ? 1 : 0
        case .observe: rule.isObserved ? 1 : 0
        default: .string(entry.value)
        }
      return (entry.key.rawValue, value)
    }
  }

  static func entriesAfterChildren(of rule: Rule) -> [ScalarEntry] { [] }
}
