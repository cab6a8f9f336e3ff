internal import ArgumentParser
internal import SentryEngine

/// `--verdict` of logs, by the names that verdicts have elsewhere, or that of the action.
enum LogVerdict: String, ExpressibleByArgument, CaseIterable {
  case pass, delete, reject, dropConnection, log, alert, email, url, script

  var kind: EngineEvent.Kind {
    switch self {
    case .pass: .pass
    case .delete: .delete
    case .reject: .reject
    case .dropConnection: .dropConnection
    case .log: .log
    case .alert: .alert
    case .email: .email
    case .url: .url
    case .script: .script
    }
  }
}
