internal import SentryRules

/// Tables as the commands about a running sentry print them.
extension TextTable {
  init(_ columns: (String, Alignment)...) {
    self.init(columns.map { Column(title: $0.0, alignment: $0.1) })
  }

  mutating func add(_ cells: String...) { add(cells) }

  /// The lines without line ends, the titles first and bold.
  func lines(style: Style) -> [String] {
    let lines = lines
    return lines.prefix(1).map(style.bold) + lines.dropFirst()
  }
}
