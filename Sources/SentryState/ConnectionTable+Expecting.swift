public import SentryPacket

// Flows that will be looked up soon. What it takes to look one up lies here and there in memory, each place known only from the
// one before: a line of the index, the entry, its neighbours in the list of its class. So that no packet waits for them one after
// the other, each is asked for while packets before it are worked at.

/// How far the latest of the flows have come that are expected.
struct ExpectedFlows: BitwiseCopyable {
  static var early: Int { 1_024 }
  /// Flows in the table from which it pays to expect them: more do not stay in a second cache of one megabyte, beside the packets
  /// that pass through it. The same on all machines, so that a packet takes as many instructions on each.
  var from = 4_096
  /// Its line of the index has been asked for.
  var hash: UInt32 = 0
  /// The entry of the one before has been asked for, here.
  var slot: Int?
}

extension ConnectionTable {
  /// How many flows ahead it is best to say that one is expected.
  public static var lookAhead: Int { 3 }

  /// Says that a frame's flow will be looked up and entered soon. Changes nothing but how long that takes.
  public mutating func expect(_ frame: RawSpan, linkType: LinkType) {
    guard table.count >= expected.from, let flow = FlowGlimpse(of: frame, linkType: linkType) else { return }
    expect(FlowIdentity(flow))
  }

  /// Packets come out of other cores' caches, and drive flows out of this one's sooner: then it pays to expect fewer, too.
  public mutating func expectEarly() { expected.from = ExpectedFlows.early }

  /// The same for a flow that is known.
  @inline(__always)
  public mutating func expect(_ flow: FlowIdentity) {
    if let slot = expected.slot { table.prefetchNeighbours(of: slot) }
    expected.slot = table.prefetchEntry(hash: expected.hash)
    expected.hash = table.hash(of: flow)
    table.prefetchIndex(hash: expected.hash)
  }
}

extension FlowIdentity {
  @inline(__always)
  fileprivate init(_ flow: FlowGlimpse) {
    // Which end is this host makes no difference to it.
    self =
      FlowKey(
        flow.protocolNumber, flow.source, flow.sourcePort, flow.destination, flow.destinationPort, .inbound,
        isKnown: true
      ).identity
  }
}
