internal import SentryDiagnostics

/// How a place on the screen looks. Colour never says anything that the text does not.
struct CellStyle: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let bold = CellStyle(rawValue: 1 << 0)
  static let faint = CellStyle(rawValue: 1 << 1)
  static let reverse = CellStyle(rawValue: 1 << 2)
  static let red = CellStyle(rawValue: 1 << 3)
  static let green = CellStyle(rawValue: 1 << 4)
  static let yellow = CellStyle(rawValue: 1 << 5)

  static let colours: CellStyle = [.red, .green, .yellow]

  /// "Select graphic rendition" (ECMA-48 §8.3.117), from whatever was before.
  var sequence: String {
    let codes: [(CellStyle, Int)] = [
      (.bold, 1), (.faint, 2), (.reverse, 7), (.red, 31), (.green, 32), (.yellow, 33),
    ]
    return "\u{1B}[0" + codes.filter { contains($0.0) }.map { ";\($0.1)" }.joined() + "m"
  }
}

/// What a full-screen view shows: a place for every character of the terminal.
///
/// Whatever is written to it is safe to show: what a terminal would obey has a stand-in (`DisplayText`), and nothing is longer than its
/// line.
struct Screen: Equatable, Sendable {
  struct Cell: Equatable, Sendable {
    /// `nil`: the right half of the wide character before.
    var character: Character? = " "
    var style: CellStyle = []
  }

  let width: Int
  let height: Int
  /// Other characters than those of ASCII are shown as `?`.
  let isPlain: Bool
  private var cells: [Cell]

  /// - Parameters:
  ///   - width: columns, as all sizes the nearest of 1...1000.
  ///   - isPlain: the terminal does not show UTF-8.
  init(width: Int, height: Int, isPlain: Bool = false) {
    self.width = max(1, min(1_000, width))
    self.height = max(1, min(1_000, height))
    self.isPlain = isPlain
    cells = Array(repeating: Cell(), count: self.width * self.height)
  }

  /// A place; a blank outside the screen.
  subscript(row: Int, column: Int) -> Cell {
    guard (0..<height).contains(row), (0..<width).contains(column) else { return Cell() }
    return cells[row * width + column]
  }

  /// Writes a text from a place on; what does not fit into the line, or into so many columns, is left out.
  ///
  /// - Returns: the column after it.
  @discardableResult
  mutating func put(
    _ text: some StringProtocol, row: Int, column: Int, style: CellStyle = [], columns: Int = .max
  ) -> Int {
    guard (0..<height).contains(row), column >= 0 else { return column }
    let end = min(width, columns < width - column ? column + max(0, columns) : width)
    var place = column
    for shown in DisplayText.characters(of: text) where shown.columns > 0 {
      let isTooMuch = isPlain && !shown.character.isASCII
      let (character, columns) = isTooMuch ? ("?", 1) : (shown.character, shown.columns)
      guard place + columns <= end else { break }
      set(row, place, Cell(character: character, style: style))
      if columns > 1 { set(row, place + 1, Cell(character: nil, style: style)) }
      place += columns
    }
    return place
  }

  /// The same, ending before a column.
  mutating func put(_ text: some StringProtocol, row: Int, endingAt end: Int, style: CellStyle = []) {
    let columns = DisplayText.characters(of: text).reduce(0) { $0 + $1.columns }
    put(text, row: row, column: max(0, end - columns), style: style)
  }

  /// Adds to the look of a whole line.
  mutating func emphasize(row: Int, _ style: CellStyle) {
    guard (0..<height).contains(row) else { return }
    for column in 0..<width { cells[row * width + column].style.formUnion(style) }
  }

  /// Blanks a line.
  mutating func clear(row: Int) {
    for column in 0..<width { set(row, column, Cell()) }
  }

  private mutating func set(_ row: Int, _ column: Int, _ cell: Cell) {
    guard (0..<height).contains(row), (0..<width).contains(column) else { return }
    // Half a wide character is none.
    let place = row * width + column
    if cells[place].character == nil, cell.character != nil, column > 0 { cells[place - 1].character = " " }
    if column + 1 < width, cells[place + 1].character == nil, cell.character != nil { cells[place + 1].character = " " }
    cells[place] = cell
  }

  // MARK: As text

  /// The lines without what is blank at their ends, the last empty ones left out.
  func lines(_ style: Style) -> [String] {
    var lines = (0..<height).map { line($0, style) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private func line(_ row: Int, _ style: Style) -> String {
    let end = (0..<width).last { self[row, $0] != Cell() && self[row, $0].character != " " }.map { $0 + 1 } ?? 0
    var text = ""
    var current: CellStyle = []
    for column in 0..<end {
      let cell = self[row, column]
      if style.isOn, cell.style != current {
        text += cell.style.sequence
        current = cell.style
      }
      if let character = cell.character { text.append(character) }
    }
    return current.isEmpty ? text : text + CellStyle().sequence
  }

  /// What makes a terminal that shows `old` show this: only what differs is written (ECMA-48 §8.3.21, cursor position).
  ///
  /// - Parameters:
  ///   - old: `nil` for a terminal that shows anything.
  ///   - hasColour: false leaves colours out; bold and reverse stay.
  func update(from old: Screen?, hasColour: Bool) -> String {
    var text = ""
    var known = old
    if old?.width != width || old?.height != height {
      known = Screen(width: width, height: height, isPlain: isPlain)
      text = CellStyle().sequence + "\u{1B}[2J"
    }
    var current: CellStyle?
    for row in 0..<height {
      var column = 0
      var cursor: Int?
      while column < width {
        let start = column
        let cell = self[row, start]
        column += column + 1 < width && self[row, column + 1].character == nil ? 2 : 1
        guard (start..<column).contains(where: { known?[row, $0] != self[row, $0] }) else { continue }
        if cursor != start { text += "\u{1B}[\(row + 1);\(start + 1)H" }
        let style = hasColour ? cell.style : cell.style.subtracting(.colours)
        if style != current { text += style.sequence }
        text.append(cell.character ?? " ")
        (current, cursor) = (style, column)
      }
    }
    return current == nil || current == [] ? text : text + CellStyle().sequence
  }
}
