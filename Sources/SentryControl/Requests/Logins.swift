/// Logins that fail: what is followed, who is near the limit, who was blocked.
public struct LoginsReply: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// Failures in a row after which an address is blocked.
  public var failures: Int
  /// Seconds within which they come.
  public var windowSeconds: Int
  /// Seconds of the first block of an address.
  public var blockSeconds: Int
  /// In the document's order; empty if no log is followed.
  public var sources: [LoginSourceReport]
  /// Addresses with failures that are counted for now.
  public var counted: Int
  /// Of these, those nearest to the limit.
  public var nearest: [LoginTallyReport]
  /// Who was blocked last, the latest first.
  public var blocked: [LoginBlockReport]

  public init(
    time: Double, failures: Int, windowSeconds: Int, blockSeconds: Int, sources: [LoginSourceReport] = [],
    counted: Int = 0, nearest: [LoginTallyReport] = [], blocked: [LoginBlockReport] = []
  ) {
    self.time = time
    self.failures = failures
    self.windowSeconds = windowSeconds
    self.blockSeconds = blockSeconds
    self.sources = sources
    self.counted = counted
    self.nearest = nearest
    self.blocked = blocked
  }
}

/// A log that is followed.
public struct LoginSourceReport: Codable, Sendable, Equatable {
  /// The path of a file, or `journal of ssh.service`.
  public var source: String
  public var services: [String]
  /// Lines that have come since the document was put in force.
  public var lines: UInt64
  /// Of these, those that were too long to be read.
  public var tooLong: UInt64
  /// Lines of failures, by the attempts that each stands for: several can tell of one attempt.
  public var failed: UInt64
  public var succeeded: UInt64
  /// Seconds since 1970 of the last line about a login.
  public var lastTime: Double?
  /// Why it is not followed; `nil` if all is well.
  public var problem: String?

  public init(
    source: String, services: [String], lines: UInt64 = 0, tooLong: UInt64 = 0, failed: UInt64 = 0,
    succeeded: UInt64 = 0, lastTime: Double? = nil, problem: String? = nil
  ) {
    self.source = source
    self.services = services
    self.lines = lines
    self.tooLong = tooLong
    self.failed = failed
    self.succeeded = succeeded
    self.lastTime = lastTime
    self.problem = problem
  }
}

/// An address with failures.
public struct LoginTallyReport: Codable, Sendable, Equatable {
  public var address: String
  public var failures: Int
  /// Of the last failure.
  public var service: String
  /// Whom it wanted to be, as it says itself.
  public var user: String?
  /// Seconds since 1970.
  public var lastTime: Double

  public init(address: String, failures: Int, service: String, user: String?, lastTime: Double) {
    self.address = address
    self.failures = failures
    self.service = service
    self.user = user
    self.lastTime = lastTime
  }
}

/// A block of an address for logins that failed.
public struct LoginBlockReport: Codable, Sendable, Equatable {
  /// One address, or an IPv6 net.
  public var address: String
  /// Seconds since 1970.
  public var time: Double
  /// How long it was for.
  public var seconds: UInt32
  /// How often the address was blocked until then, this time included.
  public var count: Int
  /// In a few words.
  public var reason: String
  /// The lines that caused it, the oldest first; only in `EvidenceReply`.
  public var lines: [LoginLineReport]?

  public init(
    address: String, time: Double, seconds: UInt32, count: Int, reason: String, lines: [LoginLineReport]? = nil
  ) {
    self.address = address
    self.time = time
    self.seconds = seconds
    self.count = count
    self.reason = reason
    self.lines = lines
  }
}

/// A line of a log.
public struct LoginLineReport: Codable, Sendable, Equatable {
  /// Seconds since 1970 when it was read.
  public var time: Double
  /// Fit to be shown.
  public var text: String

  public init(time: Double, text: String) {
    self.time = time
    self.text = text
  }
}
