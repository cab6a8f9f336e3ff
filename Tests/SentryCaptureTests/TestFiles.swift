import Foundation

/// A folder for one test's files, removed with everything in it when the test ends, however it ends.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("sentry-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }
}

/// The real captures of the folder that `SENTRY_CORPUS` names.
enum Corpus {
  static let folder = ProcessInfo.processInfo.environment["SENTRY_CORPUS"]

  /// Paths from the folder, sorted: `ndpi/synscan.pcap`.
  static let captures: [String] = {
    guard let folder, let names = try? FileManager.default.subpathsOfDirectory(atPath: folder) else { return [] }
    return names.filter { $0.contains("/") }.sorted()
  }()

  static func path(_ capture: String) -> String { "\(folder ?? "")/\(capture)" }
}

/// Another program that tests ask.
struct Tool: Sendable {
  let path: String

  /// `nil` if none of the paths holds a program.
  init?(_ paths: String...) {
    guard let path = paths.first(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
    self.path = path
  }

  static let tcpdump = Tool("/usr/bin/tcpdump", "/usr/sbin/tcpdump")
  static let python = Tool("/usr/bin/python3")
  /// Scapy is a Python module: whether it is there only Python knows.
  static let hasScapy = (try? python?.run(["-c", "import scapy.config"]))?.status == 0

  struct Output {
    var status: Int32
    var standardOutput: String
    var standardError: String
  }

  /// Runs to the end. Its output goes through files, so that no full pipe can block it.
  func run(_ arguments: [String], input: String? = nil) throws -> Output {
    let folder = try TemporaryFolder()
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("output", [])))
    let error = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("error", [])))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput =
      try input.map { FileHandle(forReadingAtPath: try folder.file("input", Array($0.utf8))) } ?? FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = error
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String { try String(contentsOfFile: folder.path(name), encoding: .utf8) }
    return try Output(
      status: process.terminationStatus, standardOutput: text("output"), standardError: text("error"))
  }
}
