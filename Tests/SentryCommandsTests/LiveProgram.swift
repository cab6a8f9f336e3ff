import Foundation

/// Runs the program itself, and the system's tools, as a person would.
enum LiveProgram {
  /// The built `sentry`, which lies beside the test bundle; `nil` if it was not built.
  static let path: String? = {
    guard let bundle = Bundle.main.executableURL else { return nil }
    let program = bundle.deletingLastPathComponent().appendingPathComponent("sentry").path
    return FileManager.default.isExecutableFile(atPath: program) ? program : nil
  }()

  struct Result: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  enum Failure: Error {
    case notBuilt
    case noTool(String)
    case timeout(String)
  }

  /// Where `name` is, in the folders administrators' tools are in.
  static func tool(_ name: String) -> String? {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func sentry(_ arguments: String..., environment: [String: String] = [:]) async throws -> Result {
    guard let path else { throw Failure.notBuilt }
    return try await run(path, arguments, environment: environment)
  }

  /// Runs a tool to its end.
  @discardableResult
  static func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> Result {
    let process = try prepare(name, arguments, environment: environment)
    // Files, not pipes: a program started meanwhile would inherit a pipe's end and keep it open.
    let (output, errors) = (temporaryFile(), temporaryFile())
    defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Result(status: status, output: contents(of: output), errors: contents(of: errors))
  }

  fileprivate static func contents(of file: URL) -> String {
    String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
  }

  /// Starts a program that goes on until it is told to stop.
  static func start(_ name: String, _ arguments: [String]) throws -> RunningProgram {
    let process = try prepare(name, arguments, environment: [:])
    let errors = temporaryFile()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    return RunningProgram(process: process, errorFile: errors)
  }

  private static func prepare(_ name: String, _ arguments: [String], environment: [String: String]) throws -> Process {
    guard let path = name.hasPrefix("/") ? name : tool(name) else { throw Failure.noTool(name) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  private static func temporaryFile() -> URL {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("sentry-test-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    return file
  }
}

/// A program under way.
struct RunningProgram {
  fileprivate let process: Process
  fileprivate let errorFile: URL

  /// What it has written to standard error so far.
  var errors: String { LiveProgram.contents(of: errorFile) }

  var isRunning: Bool { process.isRunning }

  /// Asks it to end, waits, and says its exit status.
  ///
  /// - Throws: `LiveProgram.Failure.timeout` if it does not end; then it is killed.
  @discardableResult
  func stop() async throws -> Int32 {
    defer { try? FileManager.default.removeItem(at: errorFile) }
    process.terminate()
    do {
      try await waitUntil("the program ends") { !process.isRunning }
    } catch {
      try await end()
      throw error
    }
    return process.terminationStatus
  }

  /// Ends it without asking: programs that take no notice of signals, because those are blocked where we start them.
  func end() async throws {
    defer { try? FileManager.default.removeItem(at: errorFile) }
    kill(process.processIdentifier, SIGKILL)
    try await waitUntil("the program is gone") { !process.isRunning }
  }
}

/// Asks `condition` again and again until it holds.
///
/// - Throws: `LiveProgram.Failure.timeout` with `what` when it has not held for `seconds`.
func waitUntil(_ what: String, seconds: Double = 20, _ condition: () async throws -> Bool) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(seconds)
  while try await !condition() {
    guard clock.now < deadline else { throw LiveProgram.Failure.timeout(what) }
    try await Task.sleep(for: .milliseconds(50))
  }
}
