internal import Foundation
internal import SentryPropertyList
internal import SystemPackage

/// The terminal's two ways out, and what may be written to them.
enum Console {
  /// Writes to standard output. Nobody reads on (`sentry show … | head`): ends the program as a broken pipe ends others, with
  /// status 141 and no word. Cannot be written (a full disk): ends it with a message and status 74.
  static func write(_ text: String) { write(Array(text.utf8)) }

  /// The same for bytes.
  static func write(_ bytes: [UInt8]) {
    guard !closedStreams.contains(STDOUT_FILENO) else {
      writeError("sentry: standard output is closed")
      exit(ExitStatus.inputOutput.rawValue)
    }
    do {
      try FileDescriptor.standardOutput.writeAll(bytes)
    } catch Errno.brokenPipe {
      exit(ExitStatus.brokenPipe.rawValue)
    } catch {
      writeError("sentry: standard output: \(error)")
      exit(ExitStatus.inputOutput.rawValue)
    }
  }

  /// Writes to standard output piece by piece.
  static func write<Failure: Error>(_ body: (ByteOutput) throws(Failure) -> Void) throws(Failure) {
    let output = ByteOutput { write($0) }
    try body(output)
    output.finish()
  }

  /// The standard streams that somebody started us without (`>&-`); the first to ask must be the beginning of the program.
  ///
  /// In the place of every standard stream that is closed the null device is opened: a document opened there would be
  /// taken for standard output, and written to.
  static let closedStreams: Set<Int32> = {
    let streams = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    let closed = streams.filter { !isStream($0) }
    // The lowest free number is taken, so that each comes to stand where one is missing.
    for _ in streams where streams.contains(where: { fcntl($0, F_GETFD) == -1 }) {
      _ = try? FileDescriptor.open(FilePath("/dev/null"), .readWrite)
    }
    return Set(closed)
  }()

  /// `false` for a number that is free, or was until the runtime below us took it for a queue of its own.
  private static func isStream(_ descriptor: Int32) -> Bool {
    guard fcntl(descriptor, F_GETFD) != -1 else { return false }
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    return target?.hasPrefix("anon_inode:") != true
  }

  static func writeLine(_ text: String = "") { write(text + "\n") }

  /// Writes to standard error; where that fails there is nobody left to tell.
  static func writeError(_ text: String, terminator: String = "\n") {
    _ = try? FileDescriptor.standardError.writeAll(Array((text + terminator).utf8))
  }

  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Colour only on a terminal, and never against `NO_COLOR` (https://no-color.org).
  static var outputHasColour: Bool { outputIsTerminal && allowsColour }
  static var errorHasColour: Bool { errorIsTerminal && allowsColour }

  private static var allowsColour: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }
}

/// Text styles for a terminal (ECMA-48 "select graphic rendition"); plain text where colour is not wanted.
struct Style {
  let isOn: Bool

  func bold(_ text: String) -> String { styled(text, 1) }
  func faint(_ text: String) -> String { styled(text, 2) }
  func red(_ text: String) -> String { styled(text, 31) }
  func green(_ text: String) -> String { styled(text, 32) }
  func yellow(_ text: String) -> String { styled(text, 33) }

  private func styled(_ text: String, _ code: Int) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  /// Filled with blanks on the right up to `width` characters.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// Filled with blanks on the left up to `width` characters.
  func aligned(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
