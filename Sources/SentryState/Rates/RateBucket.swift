internal import SentryPacket

/// A rule, by its label, that limits a rate, and one direction of it.
struct RateSubject: Hashable {
  let label: UInt32
  let direction: Direction
}

/// What one rule's rate earns in one direction, until flows have their shares of it.
struct RateBucket {
  let subject: RateSubject
  /// What its rule says.
  var bytesPerSecond: Int64
  /// Of the limits of its direction it is the last, and gets what the flows of the others leave (docs/Classic.md, "Actions").
  var givesWay = false
  /// Bytes a second that the others need.
  var reserved: Int64 = 0
  /// No rule in force has this limit any more; its flows are to be let go.
  var isRetired = false
  /// Retired, and no flow is left: the place may be another limit's.
  var isFree = false

  /// Bytes that no flow has yet; at first what there may be unused. Below 0, flows that ended have used more than they had.
  var credit: Int64 = 0
  /// Millionths of a byte earned besides.
  private var remainder: Int64 = 0
  private var earnedUntil: Timestamp?

  /// What the flows moved since the second began, and in the last full one.
  var moved: Int64 = 0
  private(set) var movedLastSecond: Int64 = 0
  /// Flows that were active in the last full second, and in this one so far as they have been counted.
  private(set) var activeFlows = 0
  var activeNow = 0

  /// Packets that wait now.
  var waiting = 0
  var held: UInt64 = 0
  var dropped: UInt64 = 0
  var loweredWindows: UInt64 = 0

  /// For the distribution: flows that want more, and what each gets.
  var takers: Int64 = 0
  var portion: Int64 = 0

  var label: UInt32 { subject.label }
  var direction: Direction { subject.direction }

  init(_ subject: RateSubject, bytesPerSecond: Int64) {
    self.subject = subject
    self.bytesPerSecond = bytesPerSecond
    credit = reserve
  }

  // MARK: Earning

  /// What it earns, in bytes a second: at least one segment of Ethernet, if its rule allows that.
  var rate: Int64 { max(min(bytesPerSecond, 1_460), bytesPerSecond - reserved) }

  /// What its flows need, in bytes a second: the whole rate if they used half of it in the last second, so that they can use more.
  var need: Int64 { movedLastSecond >= bytesPerSecond / 2 ? bytesPerSecond : movedLastSecond }

  /// What nobody takes does not add up: a tenth of a second's worth, or two segments.
  private var reserve: Int64 { max(rate / 10, 2 * 1_460) }

  /// In microseconds. A daemon that could not run for longer has lost what was earned meanwhile.
  private static let longestWait: Int64 = 2_000_000

  /// Earns what the time since the last call is worth, to the microsecond; nothing for time that was there before.
  mutating func earn(until now: Timestamp) {
    guard let before = earnedUntil else { return earnedUntil = now }
    let microseconds = (now.nanoseconds - before.nanoseconds) / 1_000
    // A clock that was set back starts again.
    guard microseconds >= 0 || microseconds < -Self.longestWait else { return }
    earnedUntil = microseconds < 0 ? now : Timestamp(nanoseconds: before.nanoseconds + microseconds * 1_000)
    let earned = max(0, min(Self.longestWait, microseconds)) * rate + remainder
    credit += earned / 1_000_000
    remainder = earned % 1_000_000
  }

  mutating func forgetExcess() { credit = min(credit, reserve) }

  // MARK: Shares

  /// In bytes a second; at least one segment of Ethernet (docs/Enforcement.md, "Rates").
  var share: Int64 { max(1_460, rate / Int64(max(1, activeFlows))) }

  /// A flow is active in a second if it moved more than a quarter of its share, or more than 1,000 bytes while nobody was.
  func isActive(moving bytes: Int64) -> Bool { bytes > (activeFlows > 0 ? share / 4 : 1_000) }

  /// What a flow in use may have unused: half a second of its share, so that answers may be that long on their way.
  func cap(segment: Int64) -> Int64 { max(2 * segment, share / 2) }

  mutating func endSecond() {
    movedLastSecond = moved
    moved = 0
    activeFlows = activeNow
    activeNow = 0
  }
}

/// A flow's part in a bucket.
struct RateShare: BitwiseCopyable {
  /// The bucket's number; below 0 for none.
  var bucket: Int32 = -1
  /// Bytes it may send. A packet is let through while there is any, so it may fall below 0; a new flow's first packet is.
  var credit: Int64 = 1
  /// In this second, and in the last.
  var moved: Int64 = 0
  var movedLastSecond: Int64 = 0

  var isBound: Bool { bucket >= 0 }
  var isInUse: Bool { moved > 0 || movedLastSecond > 0 }
}
