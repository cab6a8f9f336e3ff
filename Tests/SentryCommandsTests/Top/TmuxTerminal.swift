import Foundation
import SentryTestSupport

/// A real terminal, in tmux: what a program draws there can be looked at, keys can be pressed, its size changed.
struct TmuxTerminal {
  static let isPossible = Program("tmux").isThere && Program("pgrep").isThere && Program("stty").isThere

  private let socket: String
  private let folder: TemporaryFolder

  /// A terminal for `body` in which a script of sh runs; it is gone afterwards.
  static func with(
    width: Int = 80, height: Int = 24, _ script: String, environment: [String: String] = [:],
    _ body: (TmuxTerminal) async throws -> Void
  ) async throws {
    let terminal = TmuxTerminal(folder: try TemporaryFolder())
    let path = try terminal.folder.write("script", script + "\nsleep 1000\n")
    let variables = environment.flatMap { ["-e", "\($0.key)=\($0.value)"] }
    let start = try await terminal.tmux(
      ["-u", "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)"] + variables + ["sh \(path)"])
    guard start.status == 0 else { throw Failure(description: start.errors) }
    do {
      try await body(terminal)
    } catch {
      _ = try? await terminal.tmux(["kill-server"])
      throw error
    }
    _ = try await terminal.tmux(["kill-server"])
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private init(folder: TemporaryFolder) {
    self.folder = folder
    socket = folder.path("tmux")
  }

  private func tmux(_ words: [String]) async throws -> ProgramRun {
    try await Program("tmux").run(["-S", socket] + words, environment: ["LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"])
  }

  /// What is on the screen, without blanks at the ends of lines.
  func lines() async throws -> [String] {
    try await tmux(["capture-pane", "-p"]).output.split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }

  func text() async throws -> String { try await tmux(["capture-pane", "-p"]).output }

  /// The same with the sequences that bring its look about.
  func look() async throws -> String { try await tmux(["capture-pane", "-p", "-e"]).output }

  /// Keys as tmux calls them: `q`, `Tab`, `Down`, `C-c`.
  func press(_ keys: String...) async throws { _ = try await tmux(["send-keys"] + keys) }

  func resize(width: Int, height: Int) async throws {
    _ = try await tmux(["resize-window", "-x", "\(width)", "-y", "\(height)"])
  }

  /// The screen of before is shown, with a cursor.
  func isAsBefore() async throws -> Bool {
    try await tmux(["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).output == "0 1\n"
  }

  /// Sends a signal to the program that the script has started, by its name.
  func signal(_ name: String) async throws {
    let shell = try await tmux(["display-message", "-p", "#{pane_pid}"]).output.dropLast()
    let child = try await Program("pgrep").run(["-P", String(shell), "-x", "sentry"]).output.dropLast()
    _ = try await Program("sh").run(["-c", "kill -\(name) \(child)"])
  }

  func waitUntil(_ event: String, _ condition: ([String]) -> Bool) async throws {
    do {
      try await SentryTestSupport.waitUntil(event, within: .seconds(180)) { try await condition(lines()) }
    } catch {
      throw Failure(description: "\(error); the screen shows:\n\(try await text())")
    }
  }
}
