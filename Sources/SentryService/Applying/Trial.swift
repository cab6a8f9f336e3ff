internal import SentryControl
internal import SentryPacket
internal import SentryProcesses

/// For how long a document is to be on trial, and what its confirmation must not come through.
struct TrialTerms: Sendable {
  var seconds: Int
  var login: LocalFlow?
}

/// A document is in force until somebody confirms it, or its time is over: then the one before returns.
struct Trial: Sendable {
  /// The one that returns; nothing but what is confirmed replaces it on the disk.
  let before: AppliedDocument
  /// Who has put the other in force.
  let caller: Caller
  /// The SSH connection that he came through; `nil` where he came through none, or none that is known.
  let login: LocalFlow?
  let seconds: Int
  /// On a clock that nobody sets.
  private let start: Timestamp
  private let end: Timestamp

  init(before: AppliedDocument, terms: TrialTerms, caller: Caller, now: Timestamp) {
    self.before = before
    self.caller = caller
    login = terms.login
    seconds = terms.seconds
    start = now
    end = now.adding(seconds: Int64(terms.seconds))
  }

  /// Why a confirmation does not show that one can get in under the rules on trial; `nil` if it does: it comes over a connection that
  /// was not there before, and not through the login that the document came through.
  ///
  /// - Parameter login: the SSH connection that it comes through, as far as that is known.
  func objection(to other: Caller, by login: SSHOrigin.Search, isForced: Bool) -> ApplyRefusal? {
    let isNew = other.connectedTime.map { $0 > start } ?? true
    guard isNew, !caller.sharesConnection(with: other) else { return .sameConnection }
    guard !isForced, let before = self.login, case .found(let now) = login, now.flow == before else { return nil }
    return .sameLogin(peer: before.remote.description)
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
