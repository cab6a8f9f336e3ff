/// Lines of cells in columns, for reading on a terminal.
package struct TextTable {
  package enum Alignment: Sendable {
    case left, right
  }

  package struct Column {
    let title: String
    let alignment: Alignment
    /// A longer cell pushes the rest of its line to the right, rather than widen the column for all.
    let longest: Int
    /// Left out, title and all, where no row has a cell for it.
    let isOptional: Bool

    package init(
      title: String, alignment: Alignment = .left, longest: Int = .max, isOptional: Bool = false
    ) {
      self.title = title
      self.alignment = alignment
      self.longest = longest
      self.isOptional = isOptional
    }
  }

  private let columns: [Column]
  private var rows: [[String]]

  package init(_ columns: [Column]) {
    self.columns = columns
    rows = [columns.map(\.title)]
  }

  /// A cell for each column.
  package mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The titles, then the rows: two blanks between columns, none at the end of a line, and no line ends. Columns without
  /// any text are left out, optional ones also where only the title has some.
  package var lines: [String] {
    let widths = columns.enumerated().map { index, column in
      if column.isOptional, rows.dropFirst().allSatisfy({ $0[index].isEmpty }) { return 0 }
      return rows.lazy.map { $0[index].count }.filter { $0 <= column.longest }.max() ?? 0
    }
    return rows.map { line($0, widths) }
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in row.enumerated() where widths[index] > 0 {
      let blanks = String(repeating: " ", count: max(0, widths[index] - cell.count))
      line += columns[index].alignment == .left ? cell + blanks + "  " : blanks + cell + "  "
    }
    return String(line.prefix(upTo: line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex))
  }

  /// The lines, each with its end.
  var text: String { lines.map { $0 + "\n" }.joined() }
}
