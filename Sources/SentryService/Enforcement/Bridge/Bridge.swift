internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// One side of the bridge, as verdicts see it.
protocol FramePort: AnyObject {
  /// The longest packet it sends, link header apart, in bytes.
  var mtu: Int { get }
  /// In the low 48 bits, first byte on the wire highest.
  var hardwareAddress: UInt64 { get }
  func inject(_ frame: RawSpan) -> Injection
}

/// Carries out verdicts between two interfaces: what passes goes out on the other side, what is held goes out later, and the ends of
/// connections hear from us on the side they are on.
final class Bridge {
  private let ports: (any FramePort, any FramePort)
  private let isDryRun: Bool
  private var departing = DepartingFrames()
  private var sizes = SegmentSizes()
  private var answers = FrameAnswers()
  private var held: HeldFrames
  private var windows = WindowWriter()
  private var waiting = WaitingFrames()
  /// For frames that are let go of later.
  private var fields = PacketFields()
  private(set) var counts = BridgeCounts()

  /// - Parameter delayCapacity: frames that `Delay` may hold.
  init(_ first: any FramePort, _ second: any FramePort, isDryRun: Bool, delayCapacity: Int) {
    ports = (first, second)
    self.isDryRun = isDryRun
    held = HeldFrames(capacity: delayCapacity)
  }

  func setDelayCapacity(_ capacity: Int) { held.setCapacity(capacity) }

  private func port(_ index: Int) -> any FramePort { index == 0 ? ports.0 : ports.1 }
  private func otherPort(_ index: Int) -> any FramePort { index == 0 ? ports.1 : ports.0 }

  // MARK: Verdicts

  /// Does with a frame what was decided.
  ///
  /// - Parameters:
  ///   - header: what the capture says of the frame.
  ///   - index: the side it came from, 0 or 1.
  ///   - engine: has judged it last.
  ///   - pacing: what it says of a frame that passes.
  func carryOut(
    _ judgement: Judgement, _ pacing: Pacing, on frame: RawSpan, _ header: FrameHeader, from index: Int,
    going direction: Direction,
    _ engine: borrowing Engine
  ) {
    guard header.wireLength <= frame.byteCount else {
      // Half a frame would be damage.
      counts.cut &+= 1
      return
    }
    guard !isDryRun else { return pass(frame, engine.packet, from: index) }
    switch judgement.verdict {
    case .pass:
      guard judgement.isRateBound else { return pass(frame, engine.packet, from: index) }
      pace(frame, pacing, engine, from: index)
    case .routeTo:
      counts.routed &+= 1
      pass(frame, engine.packet, from: index)
    case .delay:
      guard !held.hold(frame, from: index, at: header.time) else { return }
      counts.unheld &+= 1
      pass(frame, engine.packet, from: index)
    case .delete, .reject, .dropConnection:
      refuse(frame, judgement.answer, from: index, going: direction, engine, now: header.time)
    }
  }

  private func pass(_ frame: RawSpan, _ packet: borrowing PacketFields, from index: Int) {
    let (here, there) = (port(index), otherPort(index))
    // A host that has a bridge's port has it for itself, too.
    if packet.has(.destinationMAC), packet.destinationMAC == here.hardwareAddress {
      counts.forThisHost &+= 1
      return
    }
    sizes.learn(from: packet, in: frame)
    let work = departing.send(
      frame, packet, mtu: min(here.mtu, there.mtu), segmentSize: sizes.size(forReceiverOf: packet)
    ) { counts.count(there.inject($0)) }
    switch work {
    case .none: break
    case .checksum: counts.finished &+= 1
    case .segments: counts.divided &+= 1
    }
  }

  private func refuse(
    _ frame: RawSpan, _ answer: Answer, from index: Int, going direction: Direction, _ engine: borrowing Engine,
    now: Timestamp
  ) {
    guard answer != .none else { return }
    let (here, there) = (port(index), otherPort(index))
    // A copy, but only of packets that are answered.
    let packet = engine.packet
    answers.reply(answer, to: packet, in: frame, going: direction, engine.rules.blockedPage, now: now) {
      counts.countAnswer(here.inject($0))
    }
    guard answer.replacesPacket else { return }
    answers.replace(packet, in: frame) { counts.countAnswer(there.inject($0)) }
  }

  // MARK: Rates

  private func pace(_ frame: RawSpan, _ pacing: Pacing, _ engine: borrowing Engine, from index: Int) {
    // A copy, but only of frames whose rate is limited.
    let packet = engine.packet
    if let sender = pacing.carries { windows.keep(packet, in: frame, from: index, for: sender) }
    switch (pacing.verdict, pacing.window) {
    case (.drop, _): break
    case (.pass, nil): pass(frame, packet, from: index)
    case (.pass, let window?): windows.withWindow(window, packet, in: frame) { pass($0, packet, from: index) }
    case (.hold(let place), nil): waiting.put(port: index, frame, at: place)
    case (.hold(let place), let window?):
      windows.withWindow(window, packet, in: frame) { waiting.put(port: index, $0, at: place) }
    }
  }

  /// Lets a frame go on that has waited for its rate.
  func releaseWaiting(at place: Int) {
    let port = waiting.port(at: place)
    waiting.withBytes(at: place) { if let frame = $0 { passLater(frame, from: port) } }
  }

  /// Tells a sender that it may go on, in its receiver's name.
  func updateWindow(_ window: UInt16, of sender: Int) {
    windows.withUpdate(window, for: sender) { counts.countAnswer(otherPort($1).inject($0)) }
  }

  // MARK: Held frames

  /// How long from `now` until the next frame is due; `nil` if none is held.
  func nanosecondsToRelease(now: Timestamp, delay: Int64) -> Int64? {
    held.oldest.map { max(0, $0.nanoseconds + delay - now.nanoseconds) }
  }

  /// Sends what was held for `delay` nanoseconds.
  func release(now: Timestamp, delay: Int64) {
    held.release(now: now, delay: delay) { frame, index, _ in passLater(frame, from: index) }
  }

  /// Sends everything at once, in order.
  func releaseAll() {
    held.releaseAll { frame, index, _ in passLater(frame, from: index) }
  }

  private func passLater(_ frame: RawSpan, from index: Int) {
    _ = fields.decode(frame, linkType: .ethernet, wireLength: frame.byteCount)
    pass(frame, fields, from: index)
  }

  // MARK: Counts

  func snapshot() -> BridgeSnapshot { BridgeSnapshot(counts: counts, held: held.count, isDryRun: isDryRun) }
}

/// What became of frames that came to a bridge.
struct BridgeCounts: Sendable, Equatable {
  /// Frames sent on; each piece of a divided one counts.
  var passed: UInt64 = 0
  /// Frames of our own making, for the ends of connections.
  var answers: UInt64 = 0
  /// Frames whose checksum the sender had left undone.
  var finished: UInt64 = 0
  /// Frames that were longer than the interfaces can send, and were sent in pieces.
  var divided: UInt64 = 0
  /// Frames for this host itself.
  var forThisHost: UInt64 = 0
  /// Frames of `Route to` rules, which passed like others.
  var routed: UInt64 = 0
  /// Frames that `Delay` had no memory for, and that passed at once.
  var unheld: UInt64 = 0
  /// Lost: captured in part only.
  var cut: UInt64 = 0
  /// Lost: longer than the interface can send, and nothing that could be divided.
  var tooLong: UInt64 = 0
  /// Lost: too many others waited to be sent.
  var noRoom: UInt64 = 0
  /// Lost: the interface was down or gone.
  var failed: UInt64 = 0

  mutating func count(_ injection: Injection) {
    switch injection {
    case .sent: passed &+= 1
    case .tooLong: tooLong &+= 1
    case .noRoom: noRoom &+= 1
    case .failed: failed &+= 1
    }
  }

  mutating func countAnswer(_ injection: Injection) {
    if injection == .sent { answers &+= 1 } else { count(injection) }
  }
}

struct BridgeSnapshot: Sendable {
  var counts: BridgeCounts
  /// Frames `Delay` holds.
  var held: Int
  var isDryRun: Bool
}
