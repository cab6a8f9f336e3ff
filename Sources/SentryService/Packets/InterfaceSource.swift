internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// One interface as the packet thread sees it: its open capture, while it has one, and what came through it.
final class InterfaceSource {
  let name: String
  private var capture: LiveCapture?
  /// In bridge mode, in place of a capture.
  private var port: BridgePort?
  /// In bridge mode: a frame came that was longer than the interface itself could send.
  private var hasLongFrames = false
  /// Why it has no capture.
  private(set) var problem: String?
  var counts = InterfaceCounts()
  /// What earlier captures of this interface counted, from before it went away and came back.
  private var earlier = CaptureStatistics()
  /// What the open capture counted when last asked.
  private var current = CaptureStatistics()

  init(name: String) { self.name = name }

  /// `nil` without a capture.
  var descriptor: Int32? { capture?.selectableDescriptor ?? port?.selectableDescriptor }

  func open(_ options: LiveCapture.Options) throws(CaptureError) {
    capture = try LiveCapture(interface: name, options: options)
    problem = nil
  }

  /// Opens it as one side of a bridge.
  ///
  /// - Returns: what people should know of it.
  func openPort() throws(CaptureError) -> [String] {
    let new = try BridgePort(
      interface: name, takesLongFrames: hasLongFrames || BridgePort.expectsLongFrames(from: name))
    port = new
    problem = nil
    var remarks: [String] = []
    if !new.merging.switchedOff.isEmpty {
      remarks.append(
        "\(name): \(new.merging.switchedOff.joined(separator: ", ")) switched off while the bridge runs (ethtool -k \(name))"
      )
    }
    if let problem = new.merging.problem {
      remarks.append("\(name) may join packets it receives: \(problem); 'ethtool -K \(name) gro off lro off' may help")
    }
    return remarks
  }

  /// Makes the next `openPort` take frames of any length; false if the one before did already.
  func expectLongFrames() -> Bool {
    guard !hasLongFrames, !BridgePort.expectsLongFrames(from: name) else { return false }
    hasLongFrames = true
    return true
  }

  /// Its packets come another way than by a capture: from the kernel queue.
  func openWithoutCapture() { problem = nil }

  func close(because reason: String) {
    capture = nil
    port = nil
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
    if let capture {
      let linkType = capture.linkType
      return try capture.dispatch(maximum: maximum) { frame, header in judge(frame, linkType, header) }
    }
    guard let port else { return 0 }
    let linkType = port.linkType
    return try port.dispatch(maximum: maximum) { frame, header in judge(frame, linkType, header) }
  }

  /// Asks the kernel for its counts before they can wrap, and takes the rate.
  func secondPassed() {
    _ = statistics()
    port?.refresh()
    counts.secondPassed()
  }

  /// What the kernel counted since the interface was first opened; of a broken capture, what it said last.
  func statistics() -> CaptureStatistics {
    if let latest = try? capture?.statistics() ?? port?.statistics() { current = latest }
    var sum = earlier
    sum.received += current.received
    sum.droppedByRing += current.droppedByRing
    sum.droppedByInterface += current.droppedByInterface
    return sum
  }
}

extension InterfaceSource: FramePort {
  /// While it is gone, that of all Ethernet: nothing is sent then anyway.
  var mtu: Int { port?.mtu ?? 1_500 }

  /// 0 while it is gone: the address of nobody.
  var hardwareAddress: UInt64 { port?.hardwareAddress ?? 0 }

  func inject(_ frame: RawSpan) -> Injection { port?.inject(frame) ?? .failed }
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
  /// Of IP packets, headers included.
  var bytes: UInt64 = 0
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
    bytes &+= after.bytes &- before.bytes
  }

  /// Adds one IP packet.
  mutating func count(_ direction: Direction, bytes length: Int, isJudged: Bool) {
    if isJudged { judgedByCurrentRules &+= 1 } else { unjudged &+= 1 }
    bytes &+= UInt64(length)
    countWays(direction, 1)
  }

  /// Adds IP packets that were judged together.
  mutating func count(_ direction: Direction, packets: UInt64, bytes length: UInt64) {
    judgedByCurrentRules &+= packets
    bytes &+= length
    countWays(direction, packets)
  }

  private mutating func countWays(_ direction: Direction, _ packets: UInt64) {
    switch direction {
    case .inbound: inbound &+= packets
    case .outbound: outbound &+= packets
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
