internal import Foundation
internal import SentryDiagnostics
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What a list says: its addresses, and what of it is of no use.
///
/// Reads any bytes, in time with their number. A line that cannot be read is left out.
struct ListContent: Sendable, Equatable {
  /// In order, each once.
  var ranges: [AddressRange] = []
  /// Lines that say something, and can be read.
  var lines = 0
  var unreadableLines = 0
  /// Of lines in the form of tables: those for another table.
  var linesForOtherTables = 0
  /// Nets wider than a list may name.
  var tooWide = 0
  /// The first line that cannot be read, for people.
  var firstUnreadable: String?

  /// No list should name more at once: a slip in it would cut off a part of the Internet.
  private static let shortestPrefix = (ipv4: 8, ipv6: 16)
  private static let longestLine = 1_024
  private static let mostUnreadable = 100_000

  init() {}

  /// - Parameter isPublic: whoever applies a document may see what cannot be read. Of a file he only learns where it stands: the
  ///   daemon may read more than he.
  init(
    reading bytes: [UInt8], as format: ListSubscription.Format, for table: AddressTableKind, isPublic: Bool = true
  ) {
    switch format {
    case .plain: readLines(bytes) { ListContent.range(inPlain: $0) }
    case .drop: readLines(bytes) { $0.first == UInt8(ascii: "{") ? Self.range(inJSON: $0) : Self.range(inPlain: $0) }
    case .tsv: readTable(bytes, table)
    }
    if !isPublic {
      // "line 5 says …", "line 5: …"
      firstUnreadable = firstUnreadable?.split(whereSeparator: { $0 == " " || $0 == ":" }).dropFirst().first
        .map { "line \($0) names no address" }
    }
    tidy()
  }

  /// Most of what is there is no list: a page that tells of an error, for example.
  var isMostlyUnreadable: Bool { unreadableLines > lines }

  // MARK: Lines

  private enum Reading {
    case nothing
    case range(AddressRange)
    case unreadable(String)
  }

  private mutating func readLines(_ bytes: [UInt8], _ read: (ArraySlice<UInt8>) -> Reading) {
    var number = 0
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    var start = text.startIndex
    while start < text.endIndex, isWorthReadingOn {
      let end = text[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.endIndex
      // Between CR and LF there is no line.
      if end == text.endIndex || text[end] == 0x0A || end + 1 == text.endIndex || text[end + 1] != 0x0A { number += 1 }
      let line = text[start..<end].trimmed
      if !line.isEmpty { take(line.count > Self.longestLine ? .unreadable("is too long") : read(line), number) }
      start = end + 1
    }
  }

  /// Beyond that the list is refused whatever follows, and reading it would only take time.
  private var isWorthReadingOn: Bool {
    ranges.count <= ListSubscription.entryLimits.upperBound && unreadableLines <= lines + Self.mostUnreadable
  }

  private mutating func take(_ reading: Reading, _ number: Int) {
    switch reading {
    case .nothing: break
    case .range(let range):
      lines += 1
      add(range)
    case .unreadable(let reason):
      unreadableLines += 1
      if firstUnreadable == nil { firstUnreadable = "line \(number) \(reason)" }
    }
  }

  private mutating func add(_ range: AddressRange) {
    if Self.isTooWide(range) { tooWide += 1 } else { ranges.append(range) }
  }

  private static func isTooWide(_ range: AddressRange) -> Bool {
    let length = range.first.isIPv4 ? 96 + shortestPrefix.ipv4 : shortestPrefix.ipv6
    // Wider than the net of that length around its beginning, wherever it begins.
    let (high, low) = (range.last.high &- range.first.high, range.last.low)
    if range.first.isIPv4 { return low &- range.first.low >= 1 << UInt64(128 - length) }
    return high >= 1 << UInt64(64 - length)
  }

  private static func range(inPlain line: ArraySlice<UInt8>) -> Reading {
    let text = line.prefix { $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: ";") }.trimmed
    guard !text.isEmpty else { return .nothing }
    do throws(AddressRangeTextError) {
      return .range(try AddressRange(utf8: text))
    } catch {
      return .unreadable("says '\(shown(text))'")
    }
  }

  /// A line of Spamhaus' newer form: `{"cidr":"192.0.2.0/24",…}`; the last one tells of the list itself.
  private struct JSONEntry: Decodable {
    var cidr: String?
    var type: String?
  }

  private static func range(inJSON line: ArraySlice<UInt8>) -> Reading {
    guard let entry = try? JSONDecoder().decode(JSONEntry.self, from: Data(line)) else {
      return .unreadable("says '\(shown(line))'")
    }
    guard let cidr = entry.cidr else { return entry.type == nil ? .unreadable("names no net") : .nothing }
    return range(inPlain: Array(cidr.utf8)[...])
  }

  /// As much as a message should quote, without what could steer a terminal.
  private static func shown(_ text: ArraySlice<UInt8>) -> String {
    String(decoding: text.prefix(60), as: UTF8.self).withoutControlCharacters + (text.count > 60 ? "…" : "")
  }

  // MARK: Tables

  /// Only lines for the list's own table count: whoever writes the list does not choose the table.
  private mutating func readTable(_ bytes: [UInt8], _ table: AddressTableKind) {
    let list = AddressList(reading: bytes, defaults: AddressList.Defaults(table: table, duration: .unlimited))
    for entry in list.entries where entry.table == table { add(entry.range) }
    lines = list.entries.count
    linesForOtherTables = list.entries.count { $0.table != table }
    unreadableLines = list.rejectedLines
    firstUnreadable = list.findings.first.map { finding in
      let source = SourceText(fileName: "", bytes: bytes)
      return "line \(source.location(of: finding.range.lowerBound).line): \(finding.message.withoutControlCharacters)"
    }
  }

  private mutating func tidy() {
    ranges.sort { $0.first != $1.first ? $0.first < $1.first : $0.last < $1.last }
    var kept: [AddressRange] = []
    kept.reserveCapacity(ranges.count)
    for range in ranges where kept.last != range { kept.append(range) }
    ranges = kept
  }
}

extension ArraySlice<UInt8> {
  fileprivate var trimmed: ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    let start = firstIndex { !isBlank($0) } ?? endIndex
    let end = lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
    return self[start..<Swift.max(start, end)]
  }
}

extension [AddressRange] {
  /// What is in this, but not in the other; both in order, each once.
  func missing(in other: [AddressRange]) -> [AddressRange] {
    var missing: [AddressRange] = []
    var index = 0
    for range in self {
      while index < other.count, other[index].isBefore(range) { index += 1 }
      if index == other.count || other[index] != range { missing.append(range) }
    }
    return missing
  }

  /// What is in both.
  func shared(with other: [AddressRange]) -> [AddressRange] { missing(in: missing(in: other)) }
}

extension AddressRange {
  fileprivate func isBefore(_ other: AddressRange) -> Bool {
    first != other.first ? first < other.first : last < other.last
  }
}
