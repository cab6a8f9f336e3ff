public import Foundation

/// Where and when a log is written or read: what its lines leave out.
public struct LogPlace: Sendable {
  public var timeZone: TimeZone
  /// Up to the first dot, as syslog has it (RFC 3164 §4.1.2).
  public var hostName: String
  /// Lines without a year are of the year before this moment, seconds since 1970.
  public var now: Double

  public init(timeZone: TimeZone = .current, hostName: String = "localhost", now: Double = Date().timeIntervalSince1970)
  {
    self.timeZone = timeZone
    let name = hostName.prefix { $0 != "." && $0 != " " }
    self.hostName = name.isEmpty ? "localhost" : String(name)
    self.now = now
  }
}
