internal import SentryDiagnostics
internal import SentryPropertyList

/// Has a document go by what was decided about programs, or no more.
public struct ApplicationEditing {
  /// What `settings.applications` is to say; `nil` leaves what it says.
  public struct Choice: Sendable, Equatable {
    public var unknown: ApplicationSettings.Unknown?
    public var timeoutSeconds: Int?
    public var otherwise: ApplicationSettings.Otherwise?

    public init(
      unknown: ApplicationSettings.Unknown? = nil, timeoutSeconds: Int? = nil,
      otherwise: ApplicationSettings.Otherwise? = nil
    ) {
      self.unknown = unknown
      self.timeoutSeconds = timeoutSeconds
      self.otherwise = otherwise
    }

    public var isEmpty: Bool { self == Choice() }
  }

  public private(set) var document: EditableDocument
  /// What has been done, for people.
  public private(set) var changes: [String] = []
  private var last: EditedDocument?

  public init(_ document: EditableDocument) { self.document = document }

  /// The result, with the numbers that rules have got.
  public var edited: EditedDocument {
    get throws(EditError) {
      var result = last ?? EditedDocument(bytes: [])
      result.bytes = try document.unchanged()
      return result
    }
  }

  /// Switches the group on, and writes the settings. If there is none it comes in before the first rule at the top level that may let
  /// a program's packet pass: so it holds for connections that are known, too, and what is deleted before is deleted as ever.
  public mutating func switchOn(_ choice: Choice) throws(EditError) {
    if let rule = ApplicationGroup.rule(in: document.outlined), let number = RuleNumber(rule.number) {
      if !rule.isEnabled { try adopt(document.setEnabled(true, [number])) }
      changes.append("rule \(rule.number), \(ApplicationGroup.name), \(rule.isEnabled ? "was on already" : "is on")")
    } else {
      let snippet = try Snippet(reading: Array(ApplicationGroup.text.utf8), fileName: "the group's rules")
      let target = document.targetOfApplications
      try adopt(document.paste(snippet, target))
      changes.append("the rules of \(ApplicationGroup.name) have come in \(target.place)")
    }
    try write(choice)
  }

  /// Switches the group off; the settings stay for the next time.
  public mutating func switchOff() throws(EditError) {
    guard let rule = ApplicationGroup.rule(in: document.outlined), let number = RuleNumber(rule.number) else {
      return changes.append("there is no group '\(ApplicationGroup.name)'")
    }
    if rule.isEnabled { try adopt(document.setEnabled(false, [number])) }
    changes.append("rule \(rule.number), \(ApplicationGroup.name), \(rule.isEnabled ? "is off" : "was off already")")
  }

  // MARK: Settings

  private mutating func write(_ choice: Choice) throws(EditError) {
    let root = document.reading.root
    let node = root[RootKey.settings]?[SettingKey.applications.rawValue]
    if node != nil, choice.isEmpty { return }
    var findings = Findings()
    var settings = node.flatMap { ApplicationsReader.read($0, into: &findings) } ?? ApplicationSettings()
    settings.unknown = choice.unknown ?? settings.unknown
    settings.timeoutSeconds = choice.timeoutSeconds ?? settings.timeoutSeconds
    settings.otherwise = choice.otherwise ?? settings.otherwise
    try replace(node, with: settings.line)
    changes.append(settings.sentence)
  }

  private mutating func replace(_ node: PropertyListNode?, with text: String) throws(EditError) {
    let root = document.reading.root
    guard document.form == .text, root.kind == .dictionary else {
      throw EditError(
        """
        settings cannot be written into \(document.name): it is no text document with a dictionary at its root
          write settings = { applications = \(text); }; into it by hand
        """)
    }
    var edits = SourceEdits()
    let key = SettingKey.applications.rawValue
    if let range = node?.range {
      edits.replace(range, with: text)
    } else if let settings = root[RootKey.settings], settings.kind == .dictionary, let opening = settings.opening {
      edits.insert(" \(key) = \(text);", at: opening.upperBound)
    } else if let opening = root.opening {
      edits.insert("\n  \(RootKey.settings) = { \(key) = \(text); };", at: opening.upperBound)
    } else {
      throw EditError("\(document.name) has no place for settings")
    }
    let bytes: [UInt8]
    do { bytes = try edits.applied(to: document.reading.source.bytes) } catch {
      throw EditError("the settings cannot be written: \(error)")
    }
    document = try EditableDocument(reading: bytes, fileName: document.name)
  }

  private mutating func adopt(_ result: EditedDocument) throws(EditError) {
    last = result
    document = try EditableDocument(reading: result.bytes, fileName: document.name)
  }
}

extension ApplicationSettings {
  /// As it stands in a document.
  fileprivate var line: String {
    "{ unknown = \(unknown.rawValue); timeout = \(timeoutSeconds); otherwise = \(otherwise.rawValue); }"
  }

  fileprivate var sentence: String {
    switch unknown {
    case .allow: "other programs may do what they like"
    case .deny: "other programs may do nothing"
    case .ask:
      "people are asked about other programs; after \(timeoutSeconds) seconds without an answer they \(otherwise == .allow ? "may" : "may not")"
    }
  }
}

extension EditableDocument {
  /// This document with the rules and settings of another about programs; the same if the other has none.
  func taking(applicationsOf other: EditableDocument) throws(EditError) -> EditableDocument {
    guard let rule = ApplicationGroup.rule(in: other.outlined), ApplicationGroup.rule(in: outlined) == nil else {
      return self
    }
    let copied = try CopiedRules(of: [rule.number], from: try other.unchanged(), fileName: other.name)
    let snippet = try Snippet(reading: Array(copied.text.utf8), fileName: other.name)
    let pasted = try paste(snippet, targetOfApplications)
    let document = try EditableDocument(reading: pasted.bytes, fileName: name)
    var findings = Findings()
    guard let node = other.reading.root[RootKey.settings]?[SettingKey.applications.rawValue],
      let settings = ApplicationsReader.read(node, into: &findings)
    else { return document }
    var editing = ApplicationEditing(document)
    try editing.keep(settings, isOn: rule.isEnabled)
    return editing.document
  }
}

extension ApplicationEditing {
  fileprivate mutating func keep(_ settings: ApplicationSettings, isOn: Bool) throws(EditError) {
    try switchOn(
      Choice(
        unknown: settings.unknown, timeoutSeconds: settings.timeoutSeconds, otherwise: settings.otherwise))
    if !isOn { try switchOff() }
  }
}
