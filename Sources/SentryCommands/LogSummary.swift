internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryProcesses
internal import SentryRules

extension Log {
  /// `sentry log summary`
  struct Summary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Who has talked to whom, added up over the log.",
      discussion: """
        Reads what the running sentry has logged, or files in any form that sentry writes, and ipfw's lines in a system log. A \
        line of the summary is a pair of ends, inside and outside, with the service that was asked for; the arrow says which \
        way packets went. Lines that cannot be read are counted on standard error.

          sentry log summary --since 1d
          sentry log summary --address 203.0.113.0/24 old.log
          sentry log summary --format json system.log.0 system.log
          zcat system.log.1.gz | sentry log summary -
        """)

    @Argument(help: "Log files; - is standard input.", completion: .file())
    var files: [String] = []

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var log: LogOptions

    func run() async throws {
      var tally = LogTally(log.filter.filter)
      for file in files {
        try FileLines.read(file) { tally.add($0) }
        tally.report(file)
      }
      if files.isEmpty {
        try await log.forEach(nil, remarks: false) { tally.summary.add($0) }
      }
      let lines = tally.summary.lines(serviceName: ServiceNames.name(port:protocol:))
      switch format {
      case .json: Console.writeLine(try jsonText(lines))
      case .text:
        Console.writeLine(Self.text(of: lines, style: Style(isOn: Console.outputHasColour)).joined(separator: "\n"))
      }
    }

    static func text(of lines: [LogSummary.Line], style: Style) -> [String] {
      guard !lines.isEmpty else { return ["no packets logged"] }
      var table = TextTable(
        ("packets", .left), ("inside", .left), ("", .left), ("outside", .left), ("service", .left), ("in", .right),
        ("out", .right))
      for line in lines {
        table.add(
          line.verdict.rawValue, line.inside, line.arrow, line.outside, line.serviceText, grouped(line.packetsIn),
          grouped(line.packetsOut))
      }
      return table.lines(style: style)
    }
  }
}

extension LogSummary.Line {
  /// `TCP ssh`, `UDP 4500`, `ICMP echo request`, `GRE`, `protocol 132`.
  fileprivate var serviceText: String {
    let name = UInt8(`protocol`).map { ServiceNames.name(ofProtocol: $0) } ?? `protocol`
    guard let what = service ?? port.map({ String($0) }) else { return name }
    return "\(name) \(what)"
  }
}

/// Adds up the lines of files, and counts those that cannot be read.
private struct LogTally {
  var summary = LogSummary()
  private var log = LogLines()
  private let filter: EventFilter
  private var (lines, entries, damaged): (UInt64, UInt64, UInt64) = (0, 0, 0)
  private var firstDamaged: UInt64 = 0

  init(_ filter: EventFilter) { self.filter = filter }

  mutating func add(_ line: Substring) {
    lines += 1
    let (reading, times) = log.read(line)
    switch reading {
    case .entry(let entry):
      entries += 1
      if filter.admits(entry) { summary.add(entry, times: times) }
    case .damaged:
      damaged += 1
      if firstDamaged == 0 { firstDamaged = lines }
    case .other: break
    }
  }

  /// Says on standard error what of a file was not read, and counts on from zero.
  mutating func report(_ path: String) {
    let name = FileInput.displayName(path)
    if damaged > 0 {
      let many = damaged == 1 ? "1 line is" : "\(grouped(damaged)) lines are"
      Console.writeError("\(name):\(firstDamaged): \(many) damaged, or in no form that is known; the first is this one")
    } else if entries == 0 {
      Console.writeError("\(name): no log entries")
    }
    (lines, entries, damaged, firstDamaged) = (0, 0, 0, 0)
    log = LogLines()
  }
}
