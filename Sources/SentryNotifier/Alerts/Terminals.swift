internal import Foundation
internal import Glibc
internal import SystemPackage

/// The terminals of people who are logged in: those that belong to them and that they leave open for messages (mesg(1)), as wall(1)
/// takes them. Consoles that belong to root count as nobody's: as a rule they ask for a name.
enum Terminals {
  /// How long a terminal that does not take it, because its user has stopped it, is waited for.
  private static let patience: Int32 = 500

  static func show(_ order: TerminalOrder) -> NoticeOutcome {
    let terminals = terminals(of: Set(order.users))
    guard !terminals.isEmpty else { return .done() }
    let bytes = Array(text(of: order).utf8)
    let failures = terminals.compactMap { path in write(bytes, to: path).map { "\(path): \($0)" } }
    return failures.count == terminals.count ? .failed("no terminal took it: \(failures[0])") : .done()
  }

  static func text(of order: TerminalOrder) -> String {
    let lines = [CleanText.line(order.title)] + CleanText.lines(order.text)
    // Carriage returns, as the program that has the terminal may have switched off that they are added; and a bell.
    return "\r\n\u{07}" + lines.joined(separator: "\r\n") + "\r\n"
  }

  private static func terminals(of users: Set<UInt32>) -> [String] {
    let shells = names(in: "/dev/pts").map { "/dev/pts/\($0)" }
    let consoles = (1...12).map { "/dev/tty\($0)" }
    return shells.filter { isOpen($0, to: users) } + consoles.filter { isOpen($0, to: users.subtracting([0])) }
  }

  private static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.allSatisfy { ("0"..."9").contains($0) } }.sorted()
  }

  private static func isOpen(_ path: String, to users: Set<UInt32>) -> Bool {
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFCHR && status.st_mode & S_IWGRP != 0 && users.contains(status.st_uid)
  }

  /// - Returns: why not.
  private static func write(_ bytes: [UInt8], to path: String) -> String? {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let terminal = unsafe open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard terminal >= 0 else { return "\(Errno(rawValue: errno))" }
    defer { close(terminal) }
    var rest = bytes[...]
    while !rest.isEmpty {
      guard Readiness.wait(terminal, Int16(POLLOUT), milliseconds: patience) else { return "it is stopped" }
      // Safe: the kernel reads so many bytes during the call.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(terminal, $0.baseAddress, $0.count) }
      guard count > 0 else { return "\(Errno(rawValue: errno))" }
      rest = rest.dropFirst(count)
    }
    return nil
  }
}
