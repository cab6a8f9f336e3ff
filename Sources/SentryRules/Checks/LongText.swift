internal import SentryDiagnostics

/// A rule's name or parameter that no log has room for.
enum LongTextCheck: Check {
  /// Characters (Unicode scalars).
  static let longestName = 256
  static let longestParameter = 4_096

  static let page = FindingPage(
    .longText, .warning, "a name or a parameter that is too long for the log",
    meaning: """
      Names are for lists and tables, parameters for what an action needs and for a comment; both stand in every entry \
      of the log. Names of more than 256 characters, or parameters of more than 4,096, fill it soon. There, and in mails, \
      they are cut; what a rule does with its parameter stays as it is.
      """,
    example: .made("( { nodeName = \"telnet telnet telnet …\"; enabled = 1; }, … )   with a name of 300 characters") {
      let name = String(repeating: "t", count: 300)
      return Array("( { nodeName = \(name); enabled = 1; propertyName = Any; filterActionName = Log; } )".utf8)
    },
    remedy: "Say it shorter; a comment in the document may have any length.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    for (index, rule) in document.rules.enumerated() {
      guard !findings.isFull(for: .warning) else { return }
      for (what, text, limit) in [
        ("name", rule.name, longestName), ("parameter", rule.parameter, longestParameter),
      ] {
        guard text.utf8.count > limit else { continue }
        let count = text.unicodeScalars.count
        guard count > limit else { continue }
        findings.add(.longText(what, count: count, limit: limit, at: document.place(of: index)))
      }
    }
  }
}
