internal import SentryPacket

/// One end of a flow, where a rule limits the rate of what it sends.
///
/// What a host forwards comes past in both directions, and may be limited in both: hence two shares.
struct LimitedSender {
  let identity: FlowIdentity
  /// The flow's place in the connection table; below 0 once that is no longer known.
  var slot: Int
  /// The end that the flow's key names first.
  let isFirstEnd: Bool
  /// False for a place in the table that is free.
  var isUsed = true
  var inbound = RateShare()
  var outbound = RateShare()
  var window = StreamWindow()
  var waiting = WaitingPackets.Row()

  init(_ flow: RatedFlow, isFirstEnd: Bool) {
    identity = flow.identity
    slot = flow.slot
    self.isFirstEnd = isFirstEnd
  }

  subscript(direction: Direction) -> RateShare {
    @inline(__always) get { direction == .inbound ? inbound : outbound }
    @inline(__always) _modify {
      if direction == .inbound { yield &inbound } else { yield &outbound }
    }
  }

  var isBound: Bool { inbound.isBound || outbound.isBound }

  /// Bytes that all its limits still allow; 0 where there is none.
  var credit: Int64 {
    switch (inbound.isBound, outbound.isBound) {
    case (true, true): min(inbound.credit, outbound.credit)
    case (true, false): inbound.credit
    case (false, true): outbound.credit
    case (false, false): 0
    }
  }

  /// What it may have unused. Who has sent nothing for a second has a packet's debt at most: what it was told it may send
  /// stays told.
  func cap(_ direction: Direction, in bucket: RateBucket) -> Int64 {
    if self[direction].isInUse || !waiting.isEmpty { return bucket.cap(segment: window.segmentCount) }
    return window.isAtEdge ? 2 * window.segmentCount : 1
  }
}
