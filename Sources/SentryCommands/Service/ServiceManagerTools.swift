internal import Foundation

/// The programs of systemd, where it runs.
enum ServiceManagerTools {
  /// Whether systemd is what has started this system (sd_booted(3)).
  static var isRunning: Bool { FileManager.default.fileExists(atPath: "/run/systemd/system") }

  struct Outcome {
    var status: Int32
    var output: String
    /// What it has to say, in a line.
    var complaint: String
  }

  /// - Throws: `inputOutput` with what it says, if it fails.
  static func require(_ program: String, _ arguments: [String]) throws(CommandFailure) {
    let outcome = try run(program, arguments)
    guard outcome.status != 0 else { return }
    throw CommandFailure(.inputOutput, "\(program) \(arguments.joined(separator: " ")): \(outcome.complaint)")
  }

  static func run(_ program: String, _ arguments: [String]) throws(CommandFailure) -> Outcome {
    guard let path = path(of: program) else {
      throw CommandFailure(.inputOutput, "there is no program '\(program)'")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { throw CommandFailure(.inputOutput, "\(path) cannot be started: \(error)") }
    let words = ProgramWords(output: output.fileHandleForReading, errors: errors.fileHandleForReading)
    if words.isCut { process.terminate() }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: words.output, as: UTF8.self),
      complaint: String(decoding: words.errors, as: UTF8.self).split(separator: "\n").joined(separator: "; "))
  }

  static func path(of program: String) -> String? {
    ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
