public import Foundation

/// A program that tests run for real: the one we built, or a tool of the system.
///
/// ```swift
/// try await Program.sentry.run(["check", path]).status
/// try await Program("tcpdump").run(["-nn", "-r", path]).output
/// ```
public struct Program: Sendable {
  private let name: String
  private let folders: [String]

  /// The `sentry` that was built beside the tests.
  public static let sentry = Program(
    "sentry", in: [URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path])

  /// A tool that is installed.
  ///
  /// The system's folders come before those of `PATH`: what packages bring along (Scapy for Python) is there.
  public init(_ name: String) {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    self.init(
      name, in: ["/usr/sbin", "/usr/bin", "/sbin", "/bin"] + path.split(separator: ":").map { String($0) })
  }

  private init(_ name: String, in folders: [String]) {
    self.name = name
    self.folders = folders
  }

  /// Whether it is there and may be run.
  public var isThere: Bool { (try? path) != nil }

  /// Where it is: looked up each time.
  public var path: String {
    get throws(MissingProgram) {
      let paths = folders.map { "\($0)/\(name)" }
      guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
        throw MissingProgram(name: name, folders: folders)
      }
      return path
    }
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - input: What it reads from standard input: nothing unless given.
  ///   - environment: Variables it gets besides our own, or in their stead.
  ///   - limit: How long it may take.
  /// - Throws: `MissingProgram`; `OverdueProgram` if it did not end in time and was killed.
  @discardableResult
  public func run(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
    within limit: Duration = .seconds(120)
  ) async throws -> ProgramRun {
    try await start(arguments, input: input, environment: environment).waitForEnd(within: limit)
  }

  /// Starts it; it goes on until it is told to stop or nobody holds the result any more.
  ///
  /// - Throws: `MissingProgram`.
  public func start(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try RunningProgram(
      [try path] + arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, input: input
    )
  }
}

/// A program that a test needs is not there.
public struct MissingProgram: Error, CustomStringConvertible {
  public var name: String
  /// Where it was looked for.
  public var folders: [String]

  public var description: String { "there is no program '\(name)' in \(folders.joined(separator: ", "))" }
}
