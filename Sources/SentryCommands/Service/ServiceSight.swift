internal import Foundation
internal import SentryJournal

/// What of the file system the daemon's unit lets it see, and write to: `ServiceUnits.main`.
enum ServiceSight {
  /// `ProtectHome`, `PrivateTmp`.
  private static let hidden = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"]
  /// `StateDirectory`, `RuntimeDirectory`, `LogsDirectory`; everything else can only be read (`ProtectSystem`).
  private static let writable = ["/var/lib/sentry", "/run/sentry", "/var/log/sentry"]

  /// The folder that the unit hides, with whatever is at this path.
  static func folderHiding(_ path: String) -> String? { hidden.first { isInside(path, $0) } }

  static func canWrite(_ path: String) -> Bool { writable.contains { isInside(path, $0) } }

  private static func isInside(_ path: String, _ folder: String) -> Bool {
    let path = URL(fileURLWithPath: path).standardizedFileURL.path
    return path == folder || path.hasPrefix(folder + "/")
  }
}

extension Run {
  /// Files and folders that the command line names; nothing for standard input.
  var namedPaths: (read: [String], written: [String]) {
    var written = [socket.argument, stateDirectory.argument].compactMap(\.self)
    var read = [document, notifications.sendmail, notifications.scripts].compactMap(\.self)
    for destination in logPlaces.log {
      switch destination.place {
      case .file(let path): written.append(path)
      case .syslog(let path), .journal(let path): read.append(path)
      case .standardOutput: break
      }
    }
    return (read, written)
  }
}
