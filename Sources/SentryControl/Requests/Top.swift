/// What a live screen shows: little enough to be asked for every second.
public struct TopReply: Codable, Sendable, Equatable {
  public var status: StatusReply
  /// Rules that have matched most: some by the last second, some since the start, in document order.
  public var rules: [RuleReport]
  /// The entries of table `trigger` with the latest packets, the latest first.
  public var triggered: [TableEntryReport]
  /// Unexpired entries of the table are more than these.
  public var triggeredCount: Int
  public var talkers: TalkersReport

  public init(
    status: StatusReply, rules: [RuleReport], triggered: [TableEntryReport], triggeredCount: Int,
    talkers: TalkersReport
  ) {
    self.status = status
    self.rules = rules
    self.triggered = triggered
    self.triggeredCount = triggeredCount
    self.talkers = talkers
  }
}

/// The hosts that have moved most lately, by what was let through of theirs.
public struct TalkersReport: Codable, Sendable, Equatable {
  /// The time that the counts are of; 0 as long as nobody has looked twice.
  public var seconds: Double
  /// The busiest first.
  public var hosts: [TalkerReport]

  public init(seconds: Double, hosts: [TalkerReport]) {
    self.seconds = seconds
    self.hosts = hosts
  }
}

/// What one remote host and this one have exchanged in that time.
public struct TalkerReport: Codable, Sendable, Equatable {
  public var address: String
  public var packetsIn: UInt64
  public var packetsOut: UInt64
  public var bytesIn: UInt64
  public var bytesOut: UInt64
  /// Connections with packets in that time.
  public var connections: Int

  public init(
    address: String, packetsIn: UInt64, packetsOut: UInt64, bytesIn: UInt64, bytesOut: UInt64, connections: Int
  ) {
    self.address = address
    self.packetsIn = packetsIn
    self.packetsOut = packetsOut
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
    self.connections = connections
  }

  public var packets: UInt64 { packetsIn &+ packetsOut }
  public var bytes: UInt64 { bytesIn &+ bytesOut }
}
