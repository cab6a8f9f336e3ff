internal import SentryPropertyList

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
  private var rows: [[String]] = []
  private let madeRows: (count: Int, make: (Int) -> [String])

  package init(_ columns: [Column]) {
    self.init(columns, rowCount: 0) { _ in [] }
  }

  /// Rows that are made when they are gone through, twice, for a table too long to be kept.
  init(_ columns: [Column], rowCount: Int, row: @escaping (Int) -> [String]) {
    self.columns = columns
    madeRows = (rowCount, row)
  }

  /// A cell for each column.
  package mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The titles, then the rows: two blanks between columns, none at the end of a line, and no line ends. Columns without
  /// any text are left out, optional ones also where only the title has some.
  package var lines: [String] {
    var lines: [String] = []
    forEachLine { lines.append($0) }
    return lines
  }

  /// The lines, each with its end.
  var text: String { ByteOutput.text { write(to: $0) } }

  /// The same, line by line.
  func write(to output: ByteOutput) {
    forEachLine { output.write($0 + "\n") }
  }

  private func forEachLine(_ body: (String) -> Void) {
    let widths = widths
    body(line(columns.map(\.title), widths))
    forEachRow { body(line($0, widths)) }
  }

  private func forEachRow(_ body: ([String]) -> Void) {
    for row in rows { body(row) }
    for index in 0..<madeRows.count { body(madeRows.make(index)) }
  }

  /// 0 for columns that are left out.
  private var widths: [Int] {
    var widths = columns.map { $0.title.count <= $0.longest ? $0.title.count : 0 }
    var isUsed = columns.map { !$0.isOptional }
    forEachRow { row in
      for (index, cell) in row.enumerated() where !cell.isEmpty {
        isUsed[index] = true
        // Not counted in characters where it is surely too long.
        guard columns[index].longest == .max || cell.utf8.count <= 64 * columns[index].longest else { continue }
        let width = cell.count
        if width <= columns[index].longest { widths[index] = max(widths[index], width) }
      }
    }
    return zip(widths, isUsed).map { $1 ? $0 : 0 }
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in row.enumerated() where widths[index] > 0 {
      let blanks = String(repeating: " ", count: max(0, widths[index] - cell.count))
      line += columns[index].alignment == .left ? cell + blanks + "  " : blanks + cell + "  "
    }
    return String(line.prefix(upTo: line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex))
  }
}
