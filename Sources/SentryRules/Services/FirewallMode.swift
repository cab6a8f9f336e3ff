/// What a firewall does for people who do not write rules: one shipped document each.
///
/// Their documents have groups at the top level that are known by name: `Services`, `Stealth`, and unless everything passes
/// `Everything else`.
public enum FirewallMode: String, Sendable, CaseIterable {
  case allowAll = "allow-all"
  case blockAll = "block-all"
  case services

  /// The group that keeps this host from being seen.
  public static let stealthName = "Stealth"
  private static let restName = "Everything else"

  /// Of its document.
  public var fileName: String {
    switch self {
    case .allowAll: "AllowAll.plist"
    case .blockAll: "BlockAll.plist"
    case .services: "Services.plist"
    }
  }

  /// What rules make of a host; `nil` for those that come of no mode's document.
  public init?(of rules: [OutlinedRule]) {
    let top = rules.filter { $0.depth == 0 }
    guard let services = top.first(where: { $0.name == ServiceGroup.name }), Self.stealth(of: rules) != nil
    else { return nil }
    guard let rest = top.first(where: { $0.name == Self.restName }) else {
      self = .allowAll
      return
    }
    guard rest.isEnabled else { return nil }
    self = services.isEnabled ? .services : .blockAll
  }

  /// Whether the group for that is on; `nil` if there is none.
  public static func stealth(of rules: [OutlinedRule]) -> Bool? {
    rules.first { $0.depth == 0 && $0.name == stealthName }?.isEnabled
  }
}

extension EditableDocument {
  /// The mode that its rules are those of.
  public var mode: FirewallMode? { FirewallMode(of: outlined) }

  /// This document of a mode, with what was chosen in another: whether it goes by what was decided about programs, and if that is one
  /// of a mode, the services and their switches, and whether this host hides.
  public func taking(choicesOf other: EditableDocument) throws(EditError) -> EditableDocument {
    let chosen = other.outlined
    guard mode != nil else { return self }
    var document = try taking(applicationsOf: other)
    guard FirewallMode(of: chosen) != nil else { return document }
    if let isHidden = FirewallMode.stealth(of: chosen) {
      document = try document.switching(FirewallMode.stealthName, isHidden)
    }
    guard let own = ServiceGroup(in: document.outlined), let theirs = ServiceGroup(in: chosen), !theirs.services.isEmpty
    else {
      return document
    }
    let copied = try CopiedRules(
      of: [theirs.number.description], from: try other.unchanged(), fileName: other.name)
    let snippet = try Snippet(reading: Array(copied.text.utf8), fileName: other.name)
    document = try document.after(document.paste(snippet, .after(own.number)))
    document = try document.after(document.delete([own.number]))
    return try document.switching(ServiceGroup.name, own.isEnabled)
  }

  private func switching(_ name: String, _ isOn: Bool) throws(EditError) -> EditableDocument {
    guard let rule = outlined.first(where: { $0.depth == 0 && $0.name == name }), let number = RuleNumber(rule.number)
    else { return self }
    return try after(setEnabled(isOn, [number]))
  }

  /// What an edit makes of this document.
  func after(_ edit: EditedDocument) throws(EditError) -> EditableDocument {
    try EditableDocument(reading: edit.bytes, fileName: name)
  }
}
