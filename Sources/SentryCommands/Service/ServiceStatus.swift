internal import ArgumentParser
internal import Foundation

extension ServiceCommand {
  /// `sentry service status`
  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether the service is installed, starts with the system, and runs.",
      discussion: """
        Status 69 if it does not run, or with --root if none is installed there. `sentry status` tells what the running daemon does.

          sentry service status
        """)

    @Option(help: ArgumentHelp("How to report: text or json.", valueName: "format"))
    var format = ReportFormat.text

    @Option(help: ArgumentHelp("Look below this folder.", valueName: "directory"))
    var root = "/"

    func run() async throws {
      let report = try ServiceReport.current(root: root)
      switch format {
      case .text: Console.write(report.text)
      case .json: Console.writeLine(try jsonText(report))
      }
      let isWell = ServiceFiles(root: root).isThisSystem ? report.active == "active" : report.unit != nil
      if !isWell { throw CommandFailure(.noDaemon) }
    }
  }
}

/// How the service is doing.
struct ServiceReport: Codable, Equatable {
  /// The daemon's unit; `nil` if there is none.
  var unit: String?
  /// The unit is not what this version of the program would write.
  var differs = false
  /// Of `sentry run`, as in `/etc/default/sentry`.
  var options: String?
  /// As systemctl(1) calls it: `enabled`, `disabled`, …; `nil` where systemd does not run.
  var startsWithSystem: String?
  /// `active`, `activating`, `failed`, …
  var active: String?
  var mainProcess: Int?
  /// What the daemon says of itself.
  var status: String?
  var restarts: Int?
  /// What is below a folder is no running system.
  var isElsewhere: Bool?

  static func current(root: String) throws(CommandFailure) -> ServiceReport {
    let places = [ServiceFiles(root: root), ServiceFiles(root: root, isVendor: true)]
    var report = ServiceReport()
    if let files = places.first(where: { FileManager.default.fileExists(atPath: $0.main) }) {
      report.unit = files.main
      report.differs = !isOurText(files.main)
    }
    report.options = options(at: places[0].options)
    if !places[0].isThisSystem { report.isElsewhere = true }
    guard places[0].isThisSystem, ServiceManagerTools.isRunning else { return report }
    let names = "UnitFileState,ActiveState,MainPID,StatusText,NRestarts"
    report.read(try ServiceManagerTools.run("systemctl", ["show", "sentry.service", "--property=\(names)"]).output)
    return report
  }

  /// Whichever program it starts, with either of the sets of rights.
  private static func isOurText(_ path: String) -> Bool {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let program = text.firstMatch(of: #/\nExecStart=([^ \n]+) run /#)?.1
    else { return false }
    return [false, true].contains { text == ServiceUnits(program: String(program), seesProcesses: $0).main }
  }

  private static func options(at path: String) -> String? {
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return text?.split(separator: "\n").last { $0.hasPrefix("SENTRY_OPTIONS=") }
      .map { $0.dropFirst("SENTRY_OPTIONS=".count).trimmingCharacters(in: CharacterSet(charactersIn: "\"' ")) }
  }

  /// Reads what `systemctl show` prints: `NAME=value`, a line each.
  mutating func read(_ text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].isEmpty else { continue }
      let value = String(parts[1])
      switch parts[0] {
      case "UnitFileState": startsWithSystem = value
      case "ActiveState": active = value
      case "MainPID": mainProcess = Int(value).flatMap { $0 > 0 ? $0 : nil }
      case "StatusText": status = value
      case "NRestarts": restarts = Int(value)
      default: break
      }
    }
  }

  var text: String {
    var lines = ["unit       \(unit ?? "none: 'sentry service install' writes one")"]
    if differs { lines.append("           is not what this version writes: 'sentry service install' renews it") }
    if let options { lines.append("options    \(options.isEmpty ? "none" : options)") }
    if isElsewhere != true { lines.append("at start   \(startsWithSystem ?? "systemd does not run here")") }
    if let active {
      let process = mainProcess.map { ", process \($0)" } ?? ""
      lines.append(
        "now        \(active)\(process)\(restarts.map { $0 > 0 ? ", started again \($0) times" : "" } ?? "")")
    }
    if let status { lines.append("says       \(status)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
