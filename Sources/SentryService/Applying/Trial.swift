internal import SentryControl
internal import SentryPacket

/// A document is in force until somebody confirms it, or its time is over: then the one before returns.
struct Trial: Sendable {
  /// The one that returns; nothing but what is confirmed replaces it on the disk.
  let before: AppliedDocument
  /// Who has put the other in force.
  let caller: Caller
  let seconds: Int
  /// On a clock that nobody sets.
  private let start: Timestamp
  private let end: Timestamp

  init(before: AppliedDocument, seconds: Int, caller: Caller, now: Timestamp) {
    self.before = before
    self.seconds = seconds
    self.caller = caller
    start = now
    end = now.adding(seconds: Int64(seconds))
  }

  /// Whether somebody shows by asking that one can get in under the rules on trial: over a connection that was not there before.
  func isShown(by other: Caller) -> Bool {
    if caller.sharesConnection(with: other) { return false }
    return other.connectedTime.map { $0 > start } ?? true
  }

  func isOver(now: Timestamp) -> Bool { now >= end }

  func nanosecondsLeft(now: Timestamp) -> Int64 { max(0, end.nanoseconds - now.nanoseconds) }

  /// Seconds that are left, rounded up.
  func remaining(now: Timestamp) -> Int {
    Int((nanosecondsLeft(now: now) + Timestamp.nanosecondsPerSecond - 1) / Timestamp.nanosecondsPerSecond)
  }

  func report(now: Timestamp) -> TrialReport {
    TrialReport(before: before.report, user: caller.user, seconds: seconds, remaining: remaining(now: now))
  }
}
