internal import Foundation
internal import Glibc
internal import SentryNotifier
internal import SentryProcesses

/// Desktops of administrators: those whose sessions have a message bus, as systemd and others lay it out.
///
/// The bus of a session listens to its own user only. So a process of that user shows the alert, without any right that the user does
/// not have, and ends. Only root can start one; another user's daemon reaches that user's desktop.
struct DesktopSessions: Sendable {
  struct Session: Equatable, Sendable {
    var user: UInt32
    var group: UInt32
    var bus: String
  }

  /// Where each user's own folder is, named by the user's number.
  var folder = "/run/user"
  var command: HelperCommand
  private static let patience = Duration.seconds(8)

  init(command: HelperCommand) { self.command = command }

  /// Not those of root, as whom nothing of ours shows anything.
  func sessions(of users: [UInt32]) -> [Session] {
    users.filter { $0 != 0 && (geteuid() == 0 || geteuid() == $0) }.compactMap { user in
      let bus = "\(folder)/\(user)/bus"
      guard FileManager.default.fileExists(atPath: bus), let group = UserAccounts.group(ofUser: user) else {
        return nil
      }
      return Session(user: user, group: group, bus: bus)
    }
  }

  /// Shows an alert on all of them, at once.
  ///
  /// - Returns: true if one has shown it.
  func show(title: String, text: String, on sessions: [Session]) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      for session in sessions {
        let order = DesktopOrder(title: title, text: text, bus: session.bus)
        group.addTask { await show(order, as: Confinement(user: session.user, group: session.group)) }
      }
      return await group.reduce(false) { $0 || $1 }
    }
  }

  private func show(_ order: DesktopOrder, as confinement: Confinement) async -> Bool {
    let outcome = await SingleOrder(work: .desktop(order), patience: Self.patience)
      .carryOut(by: command, as: confinement)
    if case .done = outcome { return true }
    return false
  }
}
