internal import Foundation

/// The browser of somebody who sits at a desktop.
///
/// Everybody may read the arguments of a process (proc(5)), and a link is a secret: so the browser is given a file, which nobody else
/// may read, that leads on to the link.
struct DesktopBrowser {
  let program: String
  /// A folder of this user alone.
  let folder: String

  /// `nil` where nobody looks at a desktop and at this program's output.
  static var current: DesktopBrowser? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    return DesktopBrowser(environment: ProcessInfo.processInfo.environment)
  }

  init?(environment: [String: String]) {
    let hasDesktop = ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
    guard hasDesktop, let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") else { return nil }
    let programs = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/xdg-open" }
    guard let program = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
    self.program = program
    self.folder = folder
  }

  /// Does not wait for the browser. What goes wrong is said; the link is on the screen anyway.
  func open(_ url: String) {
    let file = "\(folder)/sentry-open.html"
    guard
      FileManager.default.createFile(
        atPath: file, contents: Data(Self.page(leadingTo: url).utf8), attributes: [.posixPermissions: 0o600])
    else { return Console.writeError("no browser is started: \(file) cannot be written") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [file]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      Console.writeError("no browser is started: \(error.localizedDescription)")
    }
  }

  /// - Parameter url: of the daemon's making: it holds nothing that means anything in HTML.
  private static func page(leadingTo url: String) -> String {
    """
    <!doctype html>
    <meta charset="utf-8">
    <meta name="referrer" content="no-referrer">
    <meta http-equiv="refresh" content="0; url=\(url)">
    <title>sentry</title>
    <p><a href="\(url)">Open sentry</a></p>

    """
  }
}
