internal import Foundation
internal import SentryNotifier
internal import SentryProcesses
internal import Synchronization

/// Shows alerts to administrators: on their desktops, and where none shows it, on their terminals.
///
/// Each place has a process of its own, which lives for this one alert: of the user whose desktop it is, or of the user that carries out
/// notifications, with the one group that may write to terminals. Nothing else that is carried out has that group.
struct AlertDesk: Sendable {
  private let desktops: DesktopSessions
  /// `nil` if there is no user without rights.
  private let terminalWriter: Confinement?
  private let command: HelperCommand
  private let administrators = Administrators()
  /// Terminals that are stopped are waited for, one after the other.
  private static let patience = Duration.seconds(20)

  init(_ confinement: Confinement?, command: HelperCommand) {
    self.command = command
    desktops = DesktopSessions(command: command)
    terminalWriter = confinement.map { confinement in
      Confinement(
        user: confinement.user, group: confinement.group,
        groups: [UserAccounts.group(named: "tty")].compactMap(\.self))
    }
  }

  func show(title: String, text: String) async -> NoticeOutcome {
    let users = await administrators.current()
    let sessions = await Blocking.run { desktops.sessions(of: users) }
    if await desktops.show(title: title, text: text, on: sessions) { return .done() }
    guard let terminalWriter else { return .failed("there is no user without rights") }
    let order = TerminalOrder(title: title, text: text, users: users)
    return await SingleOrder(work: .terminals(order), patience: Self.patience)
      .carryOut(by: command, as: terminalWriter)
  }
}

/// One thing to do for a process that lives for it only.
struct SingleOrder: Sendable {
  var work: NoticeWork
  var patience: Duration

  func carryOut(by command: HelperCommand, as confinement: Confinement) async -> NoticeOutcome {
    let client: NotifierClient
    do throws(ProcessError) {
      client = try NotifierClient(confinement, command: command)
    } catch {
      return .failed("\(error)")
    }
    guard client.send(NoticeRequest(number: 1, work: work)) == .sent else { return .failed("it cannot be handed over") }
    let alarm = Task {
      try await Task.sleep(for: patience)
      client.close()
    }
    defer { alarm.cancel() }
    for await reply in client.replies {
      return reply.isDone ? .done(reply.text) : .failed(reply.text ?? "for an unknown reason")
    }
    return .failed("no answer in time")
  }
}

/// The numbers of those who look after this machine, asked for once a minute at most: names may have to come from far away.
private final class Administrators: Sendable {
  private static let lifetime = Duration.seconds(60)
  private let known = Mutex<(users: [UInt32], since: ContinuousClock.Instant)?>(nil)

  func current() async -> [UInt32] {
    if let known = known.withLock(\.self), .now - known.since < Self.lifetime { return known.users }
    let users = await Blocking.run { UserAccounts.administrators }
    known.withLock { $0 = (users, .now) }
    return users
  }
}
