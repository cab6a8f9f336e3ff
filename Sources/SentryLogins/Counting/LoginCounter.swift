public import SentryPacket

/// Counts failures of each address, and says when there are too many.
///
/// A table of `capacity` sources: who has failed last is kept, whoever floods the log with addresses pushes out old ones. IPv6
/// addresses count by their net, as they are blocked.
public struct LoginCounter: Sendable {
  public struct Limits: Sendable, Equatable {
    /// Failures in a row that are too many: 1...100.
    public var failures: Int
    /// Within so many seconds.
    public var windowSeconds: Double
    /// Bits of an IPv6 address that count: 1...128.
    public var ipv6Prefix: Int

    public init(failures: Int, windowSeconds: Double, ipv6Prefix: Int) {
      self.failures = failures
      self.windowSeconds = windowSeconds
      self.ipv6Prefix = ipv6Prefix
    }
  }

  /// A source with failures.
  public struct Tally: Sendable, Equatable {
    /// The address of the last failure.
    public var address: IPAddress
    public var service: String
    public var user: String?
    /// Seconds since 1970, the oldest first.
    public var times: [Double]
    /// The lines of these failures, each once.
    public var lines: [LoginLine]

    fileprivate var connections = Connections()

    public var failures: Int { times.count }
  }

  public static let capacity = 8_192
  public static let mostLines = 10
  /// Lines of those below half the limit where there are many: a flood of addresses takes less memory so.
  private static let fewLines = 3
  /// Seconds that a time may lie ahead; more than that, the clock was set back since.
  fileprivate static let leap = 1.0

  public var limits: Limits
  private var tallies: RecentTable<IPAddress, Tally>
  private var sites = Sites()
  public private(set) var failures: UInt64 = 0
  public private(set) var successes: UInt64 = 0

  public init(_ limits: Limits, capacity: Int = LoginCounter.capacity) {
    self.limits = limits
    tallies = RecentTable(capacity: capacity)
  }

  /// Sources that are counted for now.
  public var count: Int { tallies.count }

  /// Who is nearest to the limit, first.
  public func nearest(_ limit: Int, at now: Double) -> [Tally] {
    let start = now - limits.windowSeconds
    var found = tallies.entries.map(\.value)
    for index in found.indices { found[index].forget(before: start, after: now) }
    return Array(
      found.filter { !$0.times.isEmpty }.sorted { ($1.failures, $0.address) < ($0.failures, $1.address) }.prefix(limit))
  }

  /// Notes what a line says.
  ///
  /// - Parameters:
  ///   - time: when that was, in seconds since 1970. What is older than the window does not count.
  ///   - now: seconds since 1970, not before `time`; `nil` for that time.
  /// - Returns: the failures of an address, once they are too many; it begins anew then.
  public mutating func note(_ event: LoginEvent, at time: Double, now: Double? = nil) -> Tally? {
    let now = now ?? time
    let start = now - limits.windowSeconds
    guard time >= start else { return nil }
    let source = source(of: event.address)
    guard event.outcome != .succeeded else {
      successes &+= 1
      tallies.remove(source)
      sites.forget(event.address, by: limits)
      return nil
    }
    failures &+= UInt64(event.attempts)
    var isNew = false
    let (limits, isCrowded) = (limits, tallies.count > tallies.capacity / 8)
    let tally = tallies.use(
      source, orBegin: Tally(address: event.address, service: event.service, times: [], lines: [])
    ) { tally in
      tally.forget(before: start, after: now)
      isNew = tally.times.isEmpty
      tally.take(event, at: time)
      let isFar = tally.failures * 2 < limits.failures
      tally.keepLines(isCrowded && isFar ? Self.fewLines : Self.mostLines)
      return tally
    }.result
    let isSuspect = sites.note(event.address, isNew: isNew, by: limits, at: time)
    guard tally.failures >= (isSuspect ? 1 : limits.failures) else { return nil }
    tallies.remove(source)
    sites.release(event.address, by: limits)
    return tally
  }

  /// Forgets the failures of all addresses in a range.
  public mutating func forget(_ range: AddressRange) {
    sites.forget(range)
    for (key, tally) in tallies.entries where range.contains(key) || range.contains(tally.address) {
      tallies.remove(key)
    }
  }

  /// Forgets whoever has been quiet for the whole window.
  public mutating func sweep(at now: Double) {
    let start = now - limits.windowSeconds
    tallies.removeOldest { tally in tally.times.allSatisfy { $0 < start || $0 > now + Self.leap } }
  }

  private func source(of address: IPAddress) -> IPAddress { address.source(byIPv6Prefix: limits.ipv6Prefix).first }
}

extension IPAddress {
  /// Whom an address stands for, as table trigger keeps it: itself, or its net of IPv6 unless many share that.
  public func source(byIPv6Prefix length: Int) -> AddressRange {
    AddressRange(prefix: self, length: isIPv4 || countsWhole ? 128 : length)
  }
}

extension LoginCounter.Tally {
  /// What lies ahead was noted before the clock was set back: nobody knows when that was.
  fileprivate mutating func forget(before start: Double, after now: Double) {
    times.removeAll { $0 < start || $0 > now + LoginCounter.leap }
    lines.removeAll { $0.time < start || $0.time > now + LoginCounter.leap }
  }

  fileprivate mutating func take(_ event: LoginEvent, at time: Double) {
    (address, service, user) = (event.address, event.service, event.user ?? user)
    // Of two logs, one can be behind.
    let place = times.lastIndex { $0 <= time }.map { $0 + 1 } ?? 0
    times.insert(contentsOf: repeatElement(time, count: connections.count(event, at: time)), at: place)
    lines.append(LoginLine(time: time, text: event.line))
  }

  fileprivate mutating func keepLines(_ most: Int) {
    if lines.count > most { lines.removeFirst(lines.count - most) }
  }
}

/// A line of a log, as it was read.
public struct LoginLine: Sendable, Codable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// Fit to be shown.
  public var text: String

  public init(time: Double, text: String) {
    self.time = time
    self.text = text
  }
}
