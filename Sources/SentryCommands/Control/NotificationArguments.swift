internal import ArgumentParser
internal import SentryNotifier
internal import SentryService

/// How `sentry run` carries out notifications.
struct NotificationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The program that Email rules send mail with (default: \(NotificationOptions.sendmail), or if that cannot, localhost:25).",
      valueName: "path"))
  var sendmail: String?

  @Option(
    help: ArgumentHelp(
      "The mail server that takes mail by SMTP, in place of that program; without encryption.", valueName: "host[:port]"
    ),
    transform: Self.server)
  var mailServer: MailOrder.Server?

  @Option(
    help: ArgumentHelp(
      "The folder that Script rules run programs from (default: \(NotificationOptions().scriptFolder)).",
      valueName: "directory"))
  var scripts: String?

  @Option(
    help: ArgumentHelp(
      "The user that carries out notifications: any, where root runs the daemon, else its own (default: \(NotificationOptions().user)).",
      valueName: "name"))
  var notifier: String?

  private static func server(_ text: String) throws -> MailOrder.Server {
    guard let server = MailOrder.Server(text) else {
      throw ValidationError("expected a host, and its port if that is not 25: mail.example.org, 192.0.2.25:587")
    }
    return server
  }

  func validate() throws {
    guard sendmail == nil || mailServer == nil else {
      throw ValidationError("mail goes by --sendmail or by --mail-server: leave one of them out")
    }
    for (option, path) in [("--sendmail", sendmail), ("--scripts", scripts)] {
      guard path?.hasPrefix("/") ?? true else { throw ValidationError("\(option) needs a path that begins with /") }
    }
  }

  var options: NotificationOptions {
    var options = NotificationOptions()
    if let sendmail { options.mailWay = .program(sendmail) }
    if let mailServer { options.mailWay = .server(mailServer) }
    options.scriptFolder = scripts ?? options.scriptFolder
    options.user = notifier ?? options.user
    return options
  }
}
