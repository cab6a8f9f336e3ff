internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// One interface as the packet thread sees it: its open capture, while it has one, and what came through it.
final class InterfaceSource {
  let name: String
  private var capture: LiveCapture?
  /// Why it has no capture.
  private(set) var problem: String?
  var counts = InterfaceCounts()
  /// What earlier captures of this interface counted, from before it went away and came back.
  private var earlier = CaptureStatistics()
  /// What the open capture counted when last asked.
  private var current = CaptureStatistics()

  init(name: String) { self.name = name }

  /// `nil` without a capture.
  var descriptor: Int32? { capture?.selectableDescriptor }

  func open(_ options: LiveCapture.Options) throws(CaptureError) {
    capture = try LiveCapture(interface: name, options: options)
    problem = nil
  }

  /// Its packets come another way than by a capture: from the kernel queue.
  func openWithoutCapture() { problem = nil }

  func close(because reason: String) {
    capture = nil
    problem = reason
    earlier.received += current.received
    earlier.droppedByRing += current.droppedByRing
    earlier.droppedByInterface += current.droppedByInterface
    current = CaptureStatistics()
  }

  /// Hands at most `maximum` waiting frames to `judge`; returns how many.
  func dispatch(
    maximum: Int, _ judge: (RawSpan, LinkType, FrameHeader) -> Void
  ) throws(CaptureError) -> Int {
    guard let linkType = capture?.linkType else { return 0 }
    return try capture?.dispatch(maximum: maximum) { frame, header in judge(frame, linkType, header) } ?? 0
  }

  /// Asks the kernel for its counts before they can wrap, and takes the rate.
  func secondPassed() {
    _ = statistics()
    counts.secondPassed()
  }

  /// What the kernel counted since the interface was first opened; of a broken capture, what it said last.
  func statistics() -> CaptureStatistics {
    if let latest = try? capture?.statistics() { current = latest }
    var sum = earlier
    sum.received += current.received
    sum.droppedByRing += current.droppedByRing
    sum.droppedByInterface += current.droppedByInterface
    return sum
  }
}

/// Frames of one interface since it was first opened.
struct InterfaceCounts: Sendable, Equatable {
  /// By the rules in force.
  var judgedByCurrentRules: UInt64 = 0
  /// By the rules before them.
  var judgedEarlier: UInt64 = 0
  /// While the master switch was off.
  var unjudged: UInt64 = 0
  /// IP packets by direction.
  var inbound: UInt64 = 0
  var outbound: UInt64 = 0
  /// In the last full second.
  var packetsPerSecond: UInt64 = 0
  /// `taken` when that second began.
  private var takenBefore: UInt64 = 0

  var judged: UInt64 { judgedEarlier &+ judgedByCurrentRules }
  /// All frames taken from the ring.
  var taken: UInt64 { judged &+ unjudged }

  /// Adds what the engine counted while it worked on one batch of this interface.
  mutating func add(from before: EngineTotals, to after: EngineTotals, isJudging: Bool) {
    let frames = after.packets &- before.packets
    if isJudging { judgedByCurrentRules &+= frames } else { unjudged &+= frames }
    inbound &+= after.inbound &- before.inbound
    outbound &+= after.outbound &- before.outbound
  }

  /// Adds one IP packet.
  mutating func count(_ direction: Direction, isJudged: Bool) {
    if isJudged { judgedByCurrentRules &+= 1 } else { unjudged &+= 1 }
    switch direction {
    case .inbound: inbound &+= 1
    case .outbound: outbound &+= 1
    }
  }

  mutating func secondPassed() {
    packetsPerSecond = taken &- takenBefore
    takenBefore = taken
  }

  mutating func rulesReplaced() {
    judgedEarlier &+= judgedByCurrentRules
    judgedByCurrentRules = 0
  }
}
