internal import Dispatch
internal import Foundation
package import SentryPacket

/// The host's clock, the one packets are stamped with.
package enum WallClock {
  static func now() -> Timestamp {
    let seconds = seconds()
    // A clock set outside what a timestamp can hold counts as not set.
    guard seconds > 0, seconds < 9e9 else { return Timestamp(nanoseconds: 0) }
    return Timestamp(nanoseconds: Int64(seconds * 1e9))
  }

  /// Seconds since 1970.
  package static func seconds() -> Double { Date().timeIntervalSince1970 }

  /// Seconds that the local time is ahead of UTC now.
  static func utcOffset() -> Int { TimeZone.current.secondsFromGMT() }
}

/// The time since the system started, which nobody can set: for how long something takes.
package enum UptimeClock {
  package static func now() -> Timestamp {
    Timestamp(nanoseconds: Int64(clamping: DispatchTime.now().uptimeNanoseconds))
  }
}
