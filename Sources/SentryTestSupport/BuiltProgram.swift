public import Foundation

/// A program that a test runs to its end: what it wrote and how it ended.
public struct ProgramRun: Sendable {
  public var status: Int32
  public var output: String
  public var error: String
}

/// Programs that tests run for real.
public enum BuiltProgram {
  /// The `sentry` that was built beside the tests.
  public static var sentry: URL {
    get throws {
      // The test bundle, or the helper that runs it, lies in the folder the program was built into.
      var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("sentry")
        if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        folder.deleteLastPathComponent()
      }
      throw MissingProgram(name: "sentry", hint: "`swift build` makes it")
    }
  }

  /// A program found through `PATH`, or `nil`.
  public static func installed(_ name: String) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    return (path + ":/usr/sbin:/sbin").split(separator: ":")
      .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Runs `sentry` with these arguments to its end.
  public static func runSentry(_ arguments: String..., input: Data? = nil) throws -> ProgramRun {
    try run(sentry, arguments, input: input)
  }

  /// Runs a program to its end.
  public static func run(_ program: URL, _ arguments: [String], input: Data? = nil) throws -> ProgramRun {
    let folder = try TemporaryFolder()
    let output = folder.url("output")
    let error = folder.url("error")
    let source = folder.url("input")
    for file in [output, error] { try Data().write(to: file) }
    try (input ?? Data()).write(to: source)
    // Files, not pipes: nothing has to be read while the program runs.
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    try process.run()
    process.waitUntilExit()
    return ProgramRun(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
  }
}

public struct MissingProgram: Error, CustomStringConvertible {
  public var name: String
  public var hint: String
  public var description: String { "\(name) is not there: \(hint)" }
}

/// A folder of a test's own, removed when the test lets go of it.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    path = NSTemporaryDirectory() + "sentry-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func url(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }

  /// Writes a file and says where it is.
  public func write(_ name: String, _ text: String) throws -> String {
    let file = url(name)
    try Data(text.utf8).write(to: file)
    return file.path
  }
}

/// Folders that tests read.
public enum TestFiles {
  /// The checkout's top folder.
  public static var checkout: URL {
    // Sources/SentryTestSupport/BuiltProgram.swift
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  public static func url(_ path: String) -> URL { checkout.appendingPathComponent(path) }

  /// Real captures, where the environment variable `SENTRY_CORPUS` names a folder of them.
  public static var corpus: URL? {
    ProcessInfo.processInfo.environment["SENTRY_CORPUS"].map { URL(fileURLWithPath: $0) }
  }

  /// The corpus' captures, sorted; none without a corpus.
  public static var corpusCaptures: [URL] {
    guard let corpus, let walk = FileManager.default.enumerator(at: corpus, includingPropertiesForKeys: nil) else {
      return []
    }
    return walk.compactMap { $0 as? URL }
      .filter { $0.pathExtension.hasPrefix("pcap") || $0.pathExtension == "cap" }
      .sorted { $0.path < $1.path }
  }

  /// The captures we ship.
  public static var samples: [URL] {
    let folder = url("Samples")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".pcap") }.sorted().map { folder.appendingPathComponent($0) }
  }
}
