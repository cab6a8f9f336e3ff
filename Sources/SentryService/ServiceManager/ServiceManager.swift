internal import Foundation
internal import Glibc
internal import SentryJournal
internal import SentryPacket

/// Who has started the daemon and wants to hear how it is doing, by datagrams to the socket that `NOTIFY_SOCKET` names (sd_notify(3)).
///
/// Where nobody wants to, or nobody reads any more, telling has no effect: it never waits for longer than a second.
struct ServiceManager: Sendable {
  enum News: Sendable, Equatable {
    /// Packets are judged and requests answered; with a line on how things are.
    case ready(String)
    /// Begun at this time since the system started; ends with `ready`.
    case reloading(since: Timestamp)
    case stopping
    /// It works.
    case alive
    case status(String)
  }

  private let socket: DatagramSocket?
  /// What keeps us from telling somebody who wants to hear.
  let problem: String?
  /// A sign of life is expected this often; `nil` if none is.
  let watchdog: Duration?

  /// Whoever has started this process.
  static var current: ServiceManager { ServiceManager(ProcessInfo.processInfo.environment, process: getpid()) }

  /// - Parameters:
  ///   - environment: with `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`, where there are any.
  ///   - process: our number.
  init(_ environment: [String: String], process: Int32) {
    guard let address = environment["NOTIFY_SOCKET"], !address.isEmpty else {
      (socket, problem, watchdog) = (nil, nil, nil)
      return
    }
    do throws(SinkError) {
      guard address.hasPrefix("/") || address.hasPrefix("@") else {
        throw SinkError("expected a path, or an abstract address that begins with @")
      }
      socket = try DatagramSocket(connectingTo: address)
      problem = nil
    } catch {
      socket = nil
      problem =
        "the service manager cannot be told anything: NOTIFY_SOCKET '\(address.withoutControlCharacters)': \(error.reason)"
    }
    watchdog = socket == nil ? nil : Self.watchdog(environment, process)
  }

  private static func watchdog(_ environment: [String: String], _ process: Int32) -> Duration? {
    if let number = environment["WATCHDOG_PID"], number != "\(process)" { return nil }
    guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ UInt32($0) }), microseconds > 0 else { return nil }
    return .microseconds(Int64(microseconds))
  }

  var isListening: Bool { socket != nil }

  func tell(_ news: News) { _ = socket?.send(Array(Self.text(of: news).utf8)) }

  /// One assignment a line.
  static func text(of news: News) -> String {
    switch news {
    case .ready(let status): "READY=1\nSTATUS=\(status.withoutControlCharacters)"
    case .reloading(let time):
      "RELOADING=1\nMONOTONIC_USEC=\(time.nanoseconds / 1_000)\nSTATUS=reading the document anew"
    case .stopping: "STOPPING=1\nSTATUS=ending"
    case .alive: "WATCHDOG=1"
    case .status(let status): "STATUS=\(status.withoutControlCharacters)"
    }
  }
}
