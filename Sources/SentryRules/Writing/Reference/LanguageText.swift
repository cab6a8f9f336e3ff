/// The rule language for a terminal.
public enum LanguageText {
  private static let lineWidth = 80

  /// A line for each entry: name, summary. Ends in a newline.
  public static func list(_ entries: [LanguageEntry]) -> String {
    var table = TextTable([.init(title: ""), .init(title: "")])
    for entry in entries { table.add([entry.name, entry.summary]) }
    return String(table.text.drop { $0 == "\n" })
  }

  /// Everything about one entry. Ends in a newline.
  public static func text(of entry: LanguageEntry) -> String {
    let width = entry.facts.map(\.title.count).max() ?? 0
    let facts = entry.facts.flatMap { fact in
      let title = fact.title + String(repeating: " ", count: width - fact.title.count)
      return lines(fact.text, first: "  \(title)  ")
    }
    let details = entry.details.isEmpty ? [] : [""] + lines(entry.details, first: "  ")
    let example = ["", "  In a document:", ""] + entry.example.split(separator: "\n").map { "  \($0)" }
    let all = ["\(entry.name): \(entry.summary)", ""] + facts + details + example
    return all.joined(separator: "\n") + "\n"
  }

  /// Lines that begin under each other.
  private static func lines(_ text: String, first: String) -> [String] {
    let indentation = String(repeating: " ", count: first.count)
    return text.wrapped(to: max(20, lineWidth - first.count)).enumerated().map { index, line in
      (index == 0 ? first : indentation) + line
    }
  }
}

extension StringProtocol {
  /// Lines of at most `width` columns, broken at blanks; a longer word has a line of its own. At least one line.
  func wrapped(to width: Int) -> [String] {
    var lines = [""]
    var column = 0
    for word in split(separator: " ") {
      if column > 0, column + 1 + word.count > width {
        lines.append("")
        column = 0
      }
      lines[lines.count - 1] += column == 0 ? String(word) : " \(word)"
      column += column == 0 ? word.count : word.count + 1
    }
    return lines
  }
}
