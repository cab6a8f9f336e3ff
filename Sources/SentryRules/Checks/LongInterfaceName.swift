internal import SentryDiagnostics

/// An interface whose name Linux would not allow.
enum LongInterfaceNameCheck: Check {
  /// Bytes (`IFNAMSIZ` of linux/if.h, less one for the end).
  static let limit = 15

  static let page = FindingPage(
    .longInterfaceName, .warning, "an interface name that is too long to exist",
    meaning: """
      Linux allows 15 bytes for the name of an interface. A longer one is a slip or a title; the rule or entry matches \
      no interface of this system.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = Interface; propertyValue = "eth0-external-uplink"; filterActionName = Log; } )
      """),
    remedy: """
      Use the name as "ip link" shows it. A title may stand beside it: "Uplink (eth0)". Names of another system can be \
      mapped: settings.interfaceNames.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    for (index, rule) in document.rules.enumerated() where rule.property == InterfaceProperty.self {
      guard !findings.isFull(for: .warning) else { return }
      guard let name = document.interfaceName(in: rule.value), name.utf8.count > limit else { continue }
      findings.add(.longInterfaceName(name, at: document.place(of: index)))
    }
  }
}

extension CheckedDocument {
  /// The name, or the start of names, that an Interface rule asks for.
  fileprivate func interfaceName(in value: String) -> String? {
    switch try? InterfaceProperty.parse(Substring(value)) {
    case .named(let name): ruleSet.settings.systemName(of: name)
    case .prefixed(let start): start
    case nil, .external, .internal: nil
    }
  }
}
