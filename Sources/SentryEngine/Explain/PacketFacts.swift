internal import SentryPacket
internal import SentryRules
internal import SentryState

/// All that rules can ask of a packet and its surroundings, gathered before the first rule.
struct PacketFacts {
  var time: Timestamp
  /// `nil` for the timer.
  var packet: PacketFields?
  /// The captured bytes.
  var frame: [UInt8] = []
  var interface: EngineInterface?
  /// The interface's position in the engine.
  var interfaceNumber = 0
  var direction = Direction.inbound
  /// What is known of the flow.
  var connection: ConnectionEntry?
  /// Where idle rules that never matched begin to count.
  var appliedAt: Timestamp?

  init(time: Timestamp) { self.time = time }
}

extension PacketFacts {
  /// The bytes in a range of the frame, as far as they were captured.
  func bytes(in range: Range<UInt32>) -> ArraySlice<UInt8> {
    let start = min(Int(range.lowerBound), frame.count)
    return frame[start..<max(start, min(Int(range.upperBound), frame.count))]
  }
}
