internal import Foundation
internal import Logging

/// The daemon's own log on standard error: a line for each message, `2026-11-21T15:28:00Z notice: listening on …`.
///
/// Libraries below us are heard only when something is wrong.
struct DaemonLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    guard let line = line(of: event, at: Date()) else { return }
    Console.writeError(line)
  }

  /// `nil` for what nobody asked to hear.
  func line(of event: LogEvent, at time: Date) -> String? {
    let isOurs = event.source.hasPrefix("Sentry")
    guard isOurs || event.level >= .warning else { return nil }
    // What a library says of itself is in its metadata: which address, which error.
    let details = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map {
      " \($0.key)=\($0.value)"
    }
    return "\(time.formatted(.iso8601)) \(event.level): \(event.message)\(isOurs ? "" : details.joined())"
  }
}
