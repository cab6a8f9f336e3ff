// Which failures several lines tell of.
//
// sshd tells of a password that is wrong, of a user who is not known, and of a connection that ends before anybody is in: often all three
// for one attempt. The connection's port says what belongs together. What PAM has refused is told without a port, and of a user who is
// known by no other line before the connection's end.

/// The connections of one address that have failed and not ended yet.
struct Connections: Sendable, Equatable {
  private struct Connection: Sendable, Equatable {
    var port: UInt16
    /// Seconds since 1970 of its last line.
    var time: Double
    /// What was counted of it was counted ahead of the failure itself.
    var isAhead: Bool
  }

  /// Seconds without a line after which a port is that of another connection: more than sshd waits for a login by itself (`LoginGraceTime`).
  private static let longestPause = 150.0
  private static let most = 8

  /// The one with the latest line last.
  private var open: [Connection] = []
  /// Failures that were counted without a port, and can be told again with one.
  private var withoutPort = 0
  private var lastWithoutPort = -Double.infinity

  /// How many failures a line adds.
  mutating func count(_ event: LoginEvent, at time: Double) -> Int {
    open.removeAll { time - $0.time > Self.longestPause }
    if time - lastWithoutPort > Self.longestPause { withoutPort = 0 }
    switch event.outcome {
    case .succeeded: return 0
    case .failed: return event.attempts - noteFailure(event, at: time)
    case .failedFirst: return noteAhead(event, at: time) ? 0 : event.attempts
    case .failedLast: return end(event) ? 0 : event.attempts
    case .failedInPAM: return event.attempts - noteWithoutPort(event, at: time)
    case .failedAfterPAM: return max(0, event.attempts - noteFailure(event, at: time) - takeWithoutPort(event))
    }
  }

  // MARK: With a port

  private func index(of event: LoginEvent) -> Int? {
    event.port.flatMap { port in open.firstIndex { $0.port == port } }
  }

  /// - Returns: whether a failure of its connection was counted.
  private mutating func noteAhead(_ event: LoginEvent, at time: Double) -> Bool {
    if let index = index(of: event) {
      open[index].time = time
      return true
    }
    add(event, at: time, isAhead: true)
    return false
  }

  /// - Returns: how many failures of its connection were counted ahead of this one.
  private mutating func noteFailure(_ event: LoginEvent, at time: Double) -> Int {
    guard let index = index(of: event) else {
      add(event, at: time, isAhead: false)
      return 0
    }
    defer { (open[index].time, open[index].isAhead) = (time, false) }
    return open[index].isAhead ? 1 : 0
  }

  private mutating func add(_ event: LoginEvent, at time: Double, isAhead: Bool) {
    guard let port = event.port else { return }
    open.append(Connection(port: port, time: time, isAhead: isAhead))
    if open.count > Self.most { open.removeFirst() }
  }

  /// - Returns: whether a failure of its connection was counted.
  private mutating func end(_ event: LoginEvent) -> Bool {
    if let index = index(of: event) {
      open.remove(at: index)
      return true
    }
    guard withoutPort > 0 else { return false }
    withoutPort -= 1
    return true
  }

  // MARK: Without a port

  private static let mostWithoutPort = 100

  /// - Returns: how many of its failures were counted ahead.
  private mutating func noteWithoutPort(_ event: LoginEvent, at time: Double) -> Int {
    withoutPort = min(Self.mostWithoutPort, withoutPort + event.attempts)
    lastWithoutPort = time
    guard let index = open.lastIndex(where: \.isAhead) else { return 0 }
    open[index].isAhead = false
    return 1
  }

  /// - Returns: how many of its failures were told without a port.
  private mutating func takeWithoutPort(_ event: LoginEvent) -> Int {
    let told = min(withoutPort, event.attempts)
    withoutPort -= told
    return told
  }
}
