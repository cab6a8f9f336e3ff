public import SentryNotifier
public import SentryProcesses

/// How notifications are carried out.
public struct NotificationOptions: Sendable {
  /// Who takes mail; `nil`: the system's mail program, or where that cannot, the server on this host.
  public var mailWay: MailOrder.Way?
  /// The folder that scripts come from.
  public var scriptFolder = "/etc/sentry/scripts"
  /// Who carries them out: a user's name. A daemon that root does not run can take its own user only.
  public var user = "nobody"
  /// How the process is started that carries them out.
  public var command = HelperCommand.ourselves("notifier")

  /// Where systems have the program that takes mail.
  public static let sendmail = "/usr/sbin/sendmail"

  public init() {}
}
