public import SentryPacket
public import SentryState

/// One thing to log or to tell somebody: a fixed-size record without strings, written by the packet thread.
public struct EngineEvent: Sendable {
  public enum Kind: UInt8, Sendable, CaseIterable {
    case pass, delete, reject, dropConnection, log, alert, email, url, script
    /// A flow is bound to the rate of another rule than before: `rate`, `rateDirections`.
    case rateLimit
  }

  public var time: Timestamp
  /// What the rule (or the check before the rules) did.
  public var kind: Kind
  /// What finally happens to the packet, where the event comes from a child of the rule that decided it.
  public var leaf: Kind?
  /// Set for the checks before the rules.
  public var reason: BuiltInReason?
  /// The rule, as `RuleLabels` numbers it.
  public var label: UInt32
  /// Belongs in the log. Notifications go out whether or not they are logged.
  public var isLogged: Bool
  /// False for a timer's event: what follows means nothing then.
  public var hasPacket: Bool

  public var direction: Direction = .inbound
  /// Which of the fields below the packet has.
  public var present: PacketFields.Presence = []
  public var protocolNumber: UInt8 = 0
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  public var tcpFlags: UInt8 = 0
  /// Of every packet that has addresses; `nil` where nobody has noted it.
  public var timeToLive: UInt8?
  /// The engine's number of the interface.
  public var interface: UInt16 = 0
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  public var byteCount: UInt32 = 0
  public var source = IPAddress(high: 0, low: 0)
  public var destination = IPAddress(high: 0, low: 0)

  /// A rule would have put the source into table trigger; this is why it was not entered.
  public var triggerObstacle: TriggerObstacle?
  /// The rule is only observed: nothing of what it does is carried out but this entry.
  public var isObserved = false

  /// Bits per second, of a `rateLimit` event: what the rule allows all its flows together.
  public var rate: UInt64 = 0
  /// What of the flow that rate limits from now on.
  public var rateDirections: RateDirections = []

  /// The source was not entered because it is protected.
  public var isTriggerPrevented: Bool {
    get { triggerObstacle == .protected }
    set { triggerObstacle = newValue ? .protected : nil }
  }

  /// An event without a packet.
  public init(
    time: Timestamp, kind: Kind, leaf: Kind? = nil, reason: BuiltInReason? = nil, label: UInt32, isLogged: Bool
  ) {
    self.time = time
    self.kind = kind
    self.leaf = leaf
    self.reason = reason
    self.label = label
    self.isLogged = isLogged
    hasPacket = false
  }

  /// Adds what the log says of the packet.
  mutating func describe(_ packet: PacketFields, direction: Direction, interface: Int) {
    hasPacket = true
    self.direction = direction
    self.interface = UInt16(truncatingIfNeeded: interface)
    present = packet.present
    protocolNumber = packet.protocolNumber
    icmpType = packet.icmpType
    icmpCode = packet.icmpCode
    tcpFlags = packet.tcpFlags
    timeToLive = packet.timeToLive
    sourcePort = packet.sourcePort
    destinationPort = packet.destinationPort
    byteCount = packet.byteCount
    source = packet.source
    destination = packet.destination
  }
}

/// Why a packet that comes to a `Trigger` does not enter its source.
public enum TriggerObstacle: UInt8, Sendable, CaseIterable {
  /// An entry would stand for an address that no rule may trigger.
  case protected
  /// `settings.triggerProof` asks for more than has been seen of the source.
  case unproven
  /// As many others as `settings.triggersPerMinute` allows have entered in this minute.
  case limit
}

/// Events waiting to be taken off the packet thread: bounded, allocated once.
struct EventBuffer: ~Copyable {
  private(set) var events: [EngineEvent] = []
  /// Events that did not fit, ever.
  private(set) var lost: UInt64 = 0
  private let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    events.reserveCapacity(capacity)
  }

  mutating func append(_ event: EngineEvent) {
    guard events.count < capacity else {
      lost += 1
      return
    }
    events.append(event)
  }

  mutating func removeAll() { events.removeAll(keepingCapacity: true) }
}
