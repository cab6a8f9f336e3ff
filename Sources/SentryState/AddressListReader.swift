internal import SentryDiagnostics
internal import SentryPacket

/// Goes through the lines of an address list.
struct AddressListReader {
  private static let findingLimit = 200
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let bytes: [UInt8]
  private let defaults: AddressList.Defaults
  private let objection: (AddressRange, AddressTableKind) -> String?
  private(set) var list = AddressList([])

  /// What entries without a text of their own say; settled by the first entry.
  private var defaultText: String?
  private var lastComment = ""
  /// The text of the line before, in bytes and as read: lists say the same for thousands of lines.
  private var lastText: (field: Range<Int>, text: String)?
  /// Those of the line being read, without blanks around them.
  private var fields: [Range<Int>] = []

  init(
    bytes: [UInt8], defaults: AddressList.Defaults,
    objection: @escaping (AddressRange, AddressTableKind) -> String? = { _, _ in nil }
  ) {
    self.bytes = bytes
    self.defaults = defaults
    self.objection = objection
  }

  // MARK: Lines

  mutating func readLines() {
    var start = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != .carriageReturn, bytes[end] != .lineFeed { end += 1 }
      read(start..<end)
      // Between CR and LF there is an empty line, which says nothing.
      start = end + 1
    }
  }

  private mutating func read(_ line: Range<Int>) {
    let line = withoutBlanks(line)
    guard !line.isEmpty else { return }
    if isComment(line) { return readComment(line) }
    splitFields(line)
    do throws(Rejection) {
      list.entries.append(try entry())
    } catch {
      list.rejectedLines += 1
      report(error.finding)
    }
  }

  /// `#` begins a comment anywhere, `;` before the first entry.
  private func isComment(_ line: Range<Int>) -> Bool {
    switch bytes[line.lowerBound] {
    case UInt8(ascii: "#"): true
    case UInt8(ascii: ";"): list.entries.isEmpty && list.rejectedLines == 0
    default: false
    }
  }

  private mutating func readComment(_ line: Range<Int>) {
    guard list.entries.isEmpty else { return }
    let marks: [UInt8] = [UInt8(ascii: "#"), UInt8(ascii: ";"), .blank, .tab]
    let text = bytes[line].drop { marks.contains($0) }
    lastComment = String(decoding: text, as: UTF8.self)
  }

  private mutating func splitFields(_ line: Range<Int>) {
    fields.removeAll(keepingCapacity: true)
    var start = line.lowerBound
    for position in line where bytes[position] == .tab {
      fields.append(withoutBlanks(start..<position))
      start = position + 1
    }
    fields.append(withoutBlanks(start..<line.upperBound))
  }

  private func withoutBlanks(_ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, bytes[low] == .blank { low += 1 }
    while low < high, bytes[high - 1] == .blank { high -= 1 }
    return low..<high
  }

  // MARK: Fields

  private mutating func entry() throws(Rejection) -> AddressList.Entry {
    if let fifth = fields.dropFirst(4).first(where: { !$0.isEmpty }) {
      throw Rejection(.tooManyFields(at: fifth))
    }
    let (range, table) = (try range(), try table())
    if let reason = objection(range, table) { throw Rejection(.refusedListAddress(reason, at: fields[0])) }
    return AddressList.Entry(
      range: range, table: table, triggeredBy: try triggeredBy(), duration: try duration())
  }

  /// A field that is there and says something.
  private func field(_ index: Int) -> Range<Int>? {
    fields.indices.contains(index) && !fields[index].isEmpty ? fields[index] : nil
  }

  private func text(_ field: Range<Int>) -> String { String(decoding: bytes[field], as: UTF8.self) }

  private func range() throws(Rejection) -> AddressRange {
    let field = fields[0]
    do throws(AddressRangeTextError) {
      return try AddressRange(utf8: bytes[field])
    } catch {
      throw Rejection(.badListAddress(error, text(field), at: field))
    }
  }

  private func table() throws(Rejection) -> AddressTableKind {
    guard let field = field(1) else { return defaults.table }
    for table in AddressTableKind.allCases where bytes[field].elementsEqual(table.name.utf8) { return table }
    throw Rejection(.unknownTable(text(field), at: field))
  }

  private mutating func triggeredBy() throws(Rejection) -> String {
    guard let field = field(2) else { return textForAll() }
    if bytes[field].elementsEqual(AddressList.emptyText.utf8) { return "" }
    if let lastText, bytes[lastText.field] == bytes[field] { return lastText.text }
    guard let text = String(validating: bytes[field], as: UTF8.self) else { throw Rejection(.badListText(at: field)) }
    lastText = (field, text)
    return text
  }

  private mutating func textForAll() -> String {
    if let defaultText { return defaultText }
    let text = defaults.triggeredBy ?? (lastComment.isEmpty ? "imported" : lastComment)
    defaultText = text
    return text
  }

  private func duration() throws(Rejection) -> AddressDuration {
    guard let field = field(3) else { return defaults.duration }
    let text = text(field)
    guard let duration = AddressDuration(listText: text) else { throw Rejection(.badListDuration(text, at: field)) }
    return duration
  }

  // MARK: Findings

  private mutating func report(_ finding: Diagnostic) {
    if list.findings.count < Self.findingLimit {
      list.findings.append(finding)
    } else if list.findings.count == Self.findingLimit {
      list.findings.append(.moreListFindings(than: Self.findingLimit, at: finding.range))
    }
  }
}

/// Why a line does not count.
private struct Rejection: Error {
  let finding: Diagnostic

  init(_ finding: Diagnostic) { self.finding = finding }
}

extension UInt8 {
  fileprivate static let tab = UInt8(ascii: "\t")
  fileprivate static let blank = UInt8(ascii: " ")
  fileprivate static let lineFeed = UInt8(ascii: "\n")
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
}
