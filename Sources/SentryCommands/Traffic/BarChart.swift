internal import Foundation
internal import SentryRules

/// Rows of a table with bars behind them: what came in, and behind it what went out. It reads without colour, and fits the width of
/// the terminal.
struct BarChart {
  /// What bars are drawn with.
  struct Ink: Equatable {
    var inbound: Character
    var outbound: Character

    static let blocks = Ink(inbound: "\u{2588}", outbound: "\u{2591}")
    static let ascii = Ink(inbound: "#", outbound: "=")

    /// Blocks where the environment says that the terminal shows UTF-8 (locale(7)).
    static func suiting(_ environment: [String: String]) -> Ink {
      let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
      let upper = locale.uppercased()
      return upper.contains("UTF-8") || upper.contains("UTF8") ? .blocks : .ascii
    }
  }

  /// Less is no bar that tells anything.
  private static let leastBar = 8
  private static let usualWidth = 80

  private var table: TextTable
  private var bars: [(inbound: UInt64, outbound: UInt64)] = []
  private let ink: Ink
  private let width: Int

  /// - Parameter width: columns of the terminal.
  init(
    _ columns: [TextTable.Column], ink: Ink = .suiting(ProcessInfo.processInfo.environment),
    width: Int = BarChart.terminalWidth
  ) {
    table = TextTable(columns)
    self.ink = ink
    self.width = width
  }

  mutating func add(_ cells: [String], inbound: UInt64, outbound: UInt64) {
    table.add(cells)
    bars.append((inbound, outbound))
  }

  /// `█ in, ░ out`
  var legend: String { "\(ink.inbound) in, \(ink.outbound) out" }

  func lines(style: Style) -> [String] {
    let lines = table.lines
    let tableWidth = lines.map(\.count).max() ?? 0
    let room = width - tableWidth - 2
    let largest = bars.map { Double($0.inbound) + Double($0.outbound) }.max() ?? 0
    return lines.enumerated().map { number, line in
      guard number > 0 else { return style.bold(line) }
      guard room >= Self.leastBar, largest > 0 else { return line }
      let bar = bar(of: bars[number - 1], room, largest)
      return bar.isEmpty ? line : line.padded(to: tableWidth + 2) + bar
    }
  }

  /// Whatever there is shows: the least bar is one character long.
  private func bar(of traffic: (inbound: UInt64, outbound: UInt64), _ room: Int, _ largest: Double) -> String {
    let all = Double(traffic.inbound) + Double(traffic.outbound)
    guard all > 0 else { return "" }
    let length = min(room, max(1, Int((all / largest * Double(room)).rounded())))
    let inbound = min(length, Int((Double(traffic.inbound) / all * Double(length)).rounded()))
    return String(repeating: ink.inbound, count: inbound) + String(repeating: ink.outbound, count: length - inbound)
  }

  /// Of the terminal that standard output is; else what `COLUMNS` says, else 80.
  static var terminalWidth: Int {
    if let size = DrawnTerminal.told { return size.width }
    let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? usualWidth
    return (1...10_000).contains(columns) ? columns : usualWidth
  }
}
