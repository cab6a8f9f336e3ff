internal import Foundation
internal import Glibc
internal import SentryNotifier
internal import SentryProcesses

/// By whom notifications are carried out, and what that leaves out.
///
/// Where root runs the daemon, a user without rights does it. Another user's daemon cannot become anybody else: then nothing runs
/// that others wrote, unless that very user was named for it, as it would have the daemon's own files and its socket. What is built in
/// (URL, mail by SMTP, alerts) goes on, without capabilities.
struct NotificationRoute: Sendable {
  /// `nil` if there is no user without rights.
  let confinement: Confinement?
  let mailWay: MailOrder.Way
  /// Why no script is run; `nil` if some are.
  private(set) var scriptRefusal: String?
  /// Why no mail program is run; `nil` if one is, or none is needed.
  private(set) var mailRefusal: String?
  /// What should be known of mail.
  private(set) var mailRemark: String?

  /// Who takes mail where the mail program cannot.
  private static let localServer = MailOrder.Server("localhost")

  init(_ options: NotificationOptions, user: UInt32 = geteuid()) {
    confinement = Self.confinement(of: options.user, daemon: user)
    let isOwnUser = user != 0 && UserAccounts.user(named: options.user)?.user != user
    if isOwnUser {
      scriptRefusal = "scripts would have the rights of this daemon's own user, as root does not run it (--notifier)"
    }
    switch options.mailWay {
    case .program(let path)?:
      mailWay = .program(path)
      if isOwnUser { mailRefusal = "\(path) would have the rights of this daemon's own user (--notifier)" }
      mailRemark = mailRefusal ?? Self.obstacle(of: path)
    case .server(let server)?: mailWay = .server(server)
    case nil:
      let path = NotificationOptions.sendmail
      let obstacle = isOwnUser ? "\(path) would have the rights of this daemon's own user" : Self.obstacle(of: path)
      if let obstacle, let server = Self.localServer {
        mailWay = .server(server)
        mailRemark = "mail goes to the server on this host, localhost:25: \(obstacle)"
      } else {
        mailWay = .program(path)
      }
    }
  }

  /// The user's; `nil` if there is no such user, or it is root.
  static func confinement(of name: String, daemon user: UInt32 = geteuid()) -> Confinement? {
    guard user == 0 else { return Confinement(user: user, group: getegid()) }
    guard let (user, group) = UserAccounts.user(named: name), user != 0 else { return nil }
    return Confinement(user: user, group: group)
  }

  /// Programs that a mail program calls to put mail into its queue.
  private static let queueProgram = "/usr/sbin/postdrop"

  /// What keeps a mail program from taking mail of a process that gets no rights; `nil` if nothing is seen.
  static func obstacle(of path: String) -> String? {
    guard let mode = mode(of: path) else { return "there is no \(path)" }
    let isSystems = path == NotificationOptions.sendmail
    let modes = isSystems ? [mode, Self.mode(of: queueProgram) ?? 0] : [mode]
    guard modes.contains(where: { $0 & (S_ISUID | S_ISGID) != 0 }) else { return nil }
    return "\(path) needs rights by its file's mode, which it does not get here"
  }

  private static func mode(of path: String) -> mode_t? {
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let permissions = (try? FileManager.default.attributesOfItem(atPath: file))?[.posixPermissions] as? NSNumber
    return permissions.map { mode_t(truncating: $0) }
  }
}
