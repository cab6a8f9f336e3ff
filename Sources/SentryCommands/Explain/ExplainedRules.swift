internal import Algorithms
internal import SentryEngine
internal import SentryRules
internal import SentryService

/// The rules that a packet met, as an outline: a mark, the number, the test and the value seen, and below what the action did.
///
/// ```
/// ✓ 2.1       Direction == inbound  "suspicious activity"  inbound
/// · 2.1.2-4     Dest port == 0-5, 111                      23
/// ✓ 2.1.5.1       Dest port == 23  "telnet probe"          23
///                   Trigger: source enters table trigger; packet deleted
/// ```
///
/// Neighbours that did not match share a line where they ask the same of the packet, and where there are many of them.
struct ExplainedRules {
  /// Neighbours on lines of their own, at most; more share one.
  private static let longestRun = 5
  private static let widestSeen = 24
  /// Longer numbers have a line of their own.
  private static let widestNumber = 24
  /// Rules further down are not indented any more.
  private static let deepest = 12

  private let explained: ExplainedPacket
  private let words: ExplanationWords
  private let style: Style
  private let width: Int
  private let rows: [Row]

  /// One line, and those below it that tell more.
  struct Row {
    enum Mark: String {
      case matched = "✓"
      case notMatched = "·"
      case notAsked = "-"
    }

    let mark: Mark
    let number: String
    let depth: Int
    var test: String
    var seen = ""
    /// The rule's name, or what it stands for.
    var label = ""
    var notes: [String] = []

    var labelledTest: String { label.isEmpty ? test : "\(test)  \(label)" }
  }

  init(_ explained: ExplainedPacket, showsAllRules: Bool, _ style: Style, width: Int) {
    self.explained = explained
    self.style = style
    self.width = width
    words = ExplanationWords(explained)
    let runs = RuleRuns(explained, words)
    let visits = explained.explanation.visits
    rows = showsAllRules ? visits.map(runs.row) : runs.rows(visits, longestRun: Self.longestRun)
  }

  // MARK: Lines

  var lines: [String] {
    guard !rows.isEmpty else { return [] }
    let numberWidth = rows.map(\.number.count).filter { $0 <= Self.widestNumber }.max() ?? 0
    let seenWidth = rows.map(\.seen.count).filter { $0 <= Self.widestSeen }.max() ?? 0
    let left = 2 + numberWidth + 2
    let room = width - left - 2 - seenWidth
    let testWidth = min(room, rows.map { 2 * min($0.depth, Self.deepest) + $0.labelledTest.count }.max() ?? 0)
    return rows.flatMap { lines(of: $0, numberWidth, testWidth, seenWidth) }
  }

  private func lines(of row: Row, _ numberWidth: Int, _ testWidth: Int, _ seenWidth: Int) -> [String] {
    let indentation = String(repeating: " ", count: 2 * min(row.depth, Self.deepest))
    let isNamed = indentation.count + row.labelledTest.count <= testWidth
    let test = (indentation + (isNamed ? row.labelledTest : row.test)).shortened(to: testWidth)
    var notes = row.notes
    var seen = row.seen
    if seen.count > seenWidth {
      notes.insert(seen, at: 0)
      seen = ""
    }
    if !isNamed { notes.insert(row.label, at: 0) }
    let number = row.number.count <= numberWidth ? row.number : ""
    let line = "\(number.padded(to: numberWidth))  \(test.padded(to: testWidth))  \(seen)".withoutTrailingBlanks
    let margin = String(repeating: " ", count: 2 + numberWidth + 2) + indentation + "  "
    return (number.isEmpty ? row.number.wrapped(to: width - 2).map { style.faint("  " + $0) } : [])
      + [styled(row.mark, line)]
      + notes.flatMap { $0.wrapped(to: width - margin.count) }.map { note in
        row.mark == .matched ? margin + note : style.faint(margin + note)
      }
  }

  private func styled(_ mark: Row.Mark, _ line: String) -> String {
    switch mark {
    case .matched: style.green(mark.rawValue) + " " + style.bold(line)
    case .notMatched, .notAsked: style.faint("\(mark.rawValue) \(line)")
    }
  }
}

extension String {
  /// Cut off with `…` if it is longer.
  fileprivate func shortened(to width: Int) -> String {
    count <= width ? self : width < 1 ? "" : prefix(width - 1) + "…"
  }

  fileprivate var withoutTrailingBlanks: String {
    guard let last = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...last])
  }

  /// Lines of at most `width` characters, broken at blanks; a longer word is broken anywhere.
  func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    for word in split(separator: " ").flatMap({ $0.chunks(ofCount: Swift.max(width, 1)) }) {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
