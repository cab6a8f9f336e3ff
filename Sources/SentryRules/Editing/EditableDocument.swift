internal import SentryDiagnostics
internal import SentryPropertyList

/// A document opened for editing.
///
/// Of a text only what an edit means to change is changed: comments, order, layout and line ends of everything else stay
/// byte for byte, comments of a rule go where it goes, and numbers that the text repeats follow. XML and binary documents
/// are changed as values and written anew in the same form. Rules are not judged, except those that come in, so that a
/// mistake elsewhere keeps nobody from mending it; but the text must be one that reads without errors.
public struct EditableDocument: Sendable {
  /// As findings name it.
  public let name: String
  /// It is a text in UTF-16, and becomes one in UTF-8.
  public let isReencoded: Bool
  let reading: PropertyListDocument
  let outline: RuleOutline

  /// - Throws: the findings, if the text cannot be read without errors, or has too many rules.
  public init(reading bytes: [UInt8], fileName: String) throws(EditError) {
    let reading = PropertyList.read(bytes, fileName: fileName)
    guard !reading.diagnostics.hasErrors, let document = reading.document else {
      throw .unreadable(reading.diagnostics.filter { $0.severity == .error }, in: reading.source)
    }
    guard let outline = RuleOutline(document.root) else {
      throw .unreadable([.notARuleDocument(at: document.root.place)], in: reading.source)
    }
    if let error = outline.oneRuleTooMany(within: DocumentLimits().rules(inBytes: bytes.count)) {
      throw .unreadable([error], in: reading.source)
    }
    name = fileName
    isReencoded = document.format == .text && document.source.bytes.count != bytes.count
    self.reading = document
    self.outline = outline
  }

  public var form: RuleDocument.Form { RuleDocument.Form(reading.format) }

  /// The rules that people's words name: numbers, ranges of siblings, names that only one rule has. In document order,
  /// each once.
  public func rules(named texts: [String]) throws(EditError) -> [RuleNumber] {
    try RuleAddress.numbers(texts, in: outline)
  }

  public func rule(named text: String) throws(EditError) -> RuleNumber {
    try RuleAddress.number(text, in: outline)
  }

  /// Carries out a plan.
  func edited(by plan: EditPlan) throws(EditError) -> EditedDocument {
    guard form == .text else {
      let (value, outcome) = try ValueRewriter.rewrite(outline, by: plan)
      return EditedDocument(bytes: try written(value), outcome)
    }
    let (text, outcome) = try TextRewriter.rewrite(reading.source.bytes, outline, by: plan)
    // A switch is a digit in the place of another.
    guard !plan.touched.isEmpty || !plan.fields.isEmpty else { return EditedDocument(bytes: text) }
    try checkReads(text)
    return EditedDocument(bytes: text, outcome)
  }

  /// What an edit gives that changes nothing.
  public func unchanged() throws(EditError) -> [UInt8] {
    form == .text ? reading.source.bytes : try edited(by: EditPlan()).bytes
  }

  /// An edit cannot break a text that read before, short of its nesting limit: this is what makes sure.
  private func checkReads(_ text: [UInt8]) throws(EditError) {
    if PropertyList.isWellFormed(text: text) { return }
    let result = PropertyList.read(text, fileName: name)
    let errors = result.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw EditError("the result would not read; nothing was changed", findings: errors, in: result.source)
    }
  }

  private func written(_ value: EditedValue) throws(EditError) -> [UInt8] {
    let output = ByteOutput()
    if form == .binary {
      value.writeBinary(to: output)
    } else {
      do { try value.writeXML(to: output) } catch { throw EditError("the document cannot be written: \(error)") }
    }
    return output.bytes
  }
}

/// What came of an edit.
public struct EditedDocument: Sendable {
  /// The document after it.
  public var bytes: [UInt8]
  /// The numbers of the rules that came in, those below them left out.
  public var inserted: [RuleNumber] = []
  /// The rules that have other numbers now without having been asked for, in the order of the old ones.
  public var shifts: [RuleShift] = []
  /// The tests that named rules which are gone, and do not any more.
  public var orphans: [OrphanedTest] = []
  /// The rules that were not yet as they were to be, or where: for switches and moves.
  public var changed: [RuleNumber] = []

  public init(bytes: [UInt8], inserted: [RuleNumber] = []) {
    self.bytes = bytes
    self.inserted = inserted
  }
}

extension EditedDocument {
  init(bytes: [UInt8], _ outcome: EditOutcome) {
    self.init(bytes: bytes)
    (inserted, shifts, orphans) = (outcome.inserted, outcome.shifts, outcome.orphans)
  }
}

/// Where rules come to stand.
public enum EditTarget: Sendable, Equatable {
  /// At the end of the top level.
  case end
  case after(RuleNumber)
  case before(RuleNumber)
  /// As the first children.
  case into(RuleNumber)
}

extension EditableDocument {
  func slot(_ target: EditTarget) throws(EditError) -> EditPlan.Slot {
    switch target {
    case .end: return EditPlan.Slot(parent: .root, index: try outline.count(below: .root))
    case .after(let number): return EditPlan.Slot(parent: number.parent, index: number.position)
    case .before(let number): return EditPlan.Slot(parent: number.parent, index: number.position - 1)
    case .into(let number): return EditPlan.Slot(parent: number, index: 0)
    }
  }
}
