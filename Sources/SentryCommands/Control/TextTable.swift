/// Rows under headings, in columns as wide as their widest text.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  private let headings: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  init(_ columns: (String, Alignment)...) {
    headings = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The lines without line ends, headings first; no blanks at the end of a line.
  func lines(style: Style) -> [String] {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return [style.bold(line(headings, widths))] + rows.map { line($0, widths) }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = zip(cells, zip(alignments, widths)).map { cell, layout in
      layout.0 == .left ? cell.padded(to: layout.1) : cell.aligned(to: layout.1)
    }
    var line = padded.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}
