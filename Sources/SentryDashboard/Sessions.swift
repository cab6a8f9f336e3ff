internal import SentryPacket
internal import SentryService
internal import Synchronization

/// Somebody who is logged in.
struct Session: Sendable {
  /// What the cookie holds.
  let key = WebToken()
  /// What requests that change something must show besides: another page's requests have the cookie, but not this.
  let proof = WebToken()
  /// Who asked for the link it began with.
  let user: String
  /// The number of the user whose process has logged in; `nil` if that is not known. Who has copied the cookie from him comes as
  /// somebody else.
  let peer: UInt32?
}

/// Who is logged in, in memory alone: a restart of the daemon logs everybody out.
final class Sessions: Sendable {
  static let atMost = 64
  /// Without a request for so long, a session ends.
  static let idleSeconds: Int64 = 12 * 3600

  private struct Entry: Sendable {
    var session: Session
    /// On a clock that nobody sets.
    var lastUse: Timestamp
  }

  private let entries = Mutex<[Entry]>([])

  var count: Int { entries.withLock(\.count) }

  /// If there are too many, the one that was not used for longest ends.
  func begin(as user: String, peer: UInt32?, now: Timestamp = UptimeClock.now()) -> Session {
    let session = Session(user: user, peer: peer)
    entries.withLock { entries in
      Self.removeOld(from: &entries, now: now)
      let oldest = entries.indices.min { entries[$0].lastUse < entries[$1].lastUse }
      if let oldest, entries.count >= Self.atMost { entries.remove(at: oldest) }
      entries.append(Entry(session: session, lastUse: now))
    }
    return session
  }

  /// Finds a session by its key, and notes that it was used.
  ///
  /// - Parameter peer: the number of the user whose process asks.
  /// - Returns: `nil` if there is none.
  func use(_ key: String, peer: UInt32?, now: Timestamp = UptimeClock.now()) -> Session? {
    entries.withLock { entries in
      Self.removeOld(from: &entries, now: now)
      var found: Int?
      // Every session is looked at, whichever it is: how long that takes tells nothing.
      for (index, entry) in entries.enumerated() where entry.session.key.matches(key) { found = index }
      guard let found, entries[found].session.peer == peer else { return nil }
      entries[found].lastUse = now
      return entries[found].session
    }
  }

  func end(_ session: Session) {
    entries.withLock { $0.removeAll { $0.session.key.matches(session.key.text) } }
  }

  private static func removeOld(from entries: inout [Entry], now: Timestamp) {
    entries.removeAll { now.nanoseconds - $0.lastUse.nanoseconds >= idleSeconds * Timestamp.nanosecondsPerSecond }
  }
}
