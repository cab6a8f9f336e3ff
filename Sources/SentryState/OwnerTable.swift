public import SentryPacket

/// Whose flows are: what was found out, and what is being asked.
///
/// What is known of a TCP flow holds until it begins anew, or was silent for a day; of UDP until it was silent for 30 seconds, for
/// then another process may have the port, or a socket at its port has ended (`isOutlived`). That there is no process is believed
/// for one second. When the table is full, what was used the longest ago makes way.
///
/// `now` is never before that of an earlier call.
public struct OwnerTable: ~Copyable {
  public enum Knowledge: Equatable, Sendable {
    case nothing
    /// The number of the question.
    case asked(UInt32)
    case known(PacketOwner)
    /// Likewise, but what its program may do is not decided yet.
    case undecided(PacketOwner)
  }

  /// What is known of the program behind a flow.
  public struct Program: Equatable, Sendable, BitwiseCopyable {
    /// Its number, for `application(of:)`; 0 for none.
    public var number: UInt32
    /// That of its process which was found to have the socket; 0 for none.
    public var process: UInt32
    /// The way the connection was opened.
    public var opening: Direction
    /// What it may do waits to be decided.
    public var isUndecided: Bool

    public init(
      number: UInt32 = 0, process: UInt32 = 0, opening: Direction = .outbound, isUndecided: Bool = false
    ) {
      self.number = number
      self.process = process
      self.opening = opening
      self.isUndecided = isUndecided
    }
  }

  private enum Class {
    static var asked: UInt16 { 0 }
    static var nobody: UInt16 { 1 }
    static var tcp: UInt16 { 2 }
    static var udp: UInt16 { 3 }
  }

  /// In seconds, by class.
  private static let lifetimes: [Int64] = [5, 1, 86_400, 30]

  private var table: LinkedTable<OwnerRecord>
  /// By local port: how many sockets of UDP had ended with the last one of that port; empty until the first has.
  private var lastEnds: [UInt32] = []
  private var ends: UInt32 = 0

  /// - Parameter capacity: flows; the nearest of 1...16 777 216.
  public init(capacity: Int) {
    table = LinkedTable(
      capacity: capacity, lifetimes: Self.lifetimes.map { $0 * Timestamp.nanosecondsPerSecond })
  }

  /// What is known of a flow; using it keeps it alive.
  public mutating func knowledge(of flow: LocalFlow, now: Timestamp) -> Knowledge {
    guard let slot = table.find(flow, now: now) else { return .nothing }
    guard table[slot].isAnswered else { return .asked(table[slot].number) }
    let expiryClass = table[slot].expiryClass
    if expiryClass != Class.nobody { table.refresh(slot, in: expiryClass, now: now) }
    return table[slot].program.isUndecided ? .undecided(table[slot].owner) : .known(table[slot].owner)
  }

  /// Somebody asks whose a flow is; what was known is forgotten.
  public mutating func ask(_ flow: LocalFlow, question: UInt32, now: Timestamp) {
    let slot = place(of: flow, in: Class.asked, now: now)
    table[slot].isAnswered = false
    table[slot].program = Program()
    table[slot].number = question
    table[slot].ends = ends
  }

  /// A UDP socket at the flow's local port has ended since it was asked whose the flow is: it may be another's by now.
  public func isOutlived(_ flow: LocalFlow) -> Bool {
    guard !lastEnds.isEmpty, flow.protocolNumber == IPProtocol.udp, lastEnds[Int(flow.localPort)] > 0,
      let slot = table.slot(of: flow)
    else { return false }
    return lastEnds[Int(flow.localPort)] > table[slot].ends
  }

  /// A UDP socket at this local port is no more.
  ///
  /// - Parameter port: `nil` where that may be any: what is known of all flows of UDP is forgotten.
  public mutating func end(udpPort port: UInt16?) {
    if lastEnds.isEmpty { lastEnds = Array(repeating: 0, count: 1 << 16) }
    guard let port, ends < .max else {
      (lastEnds, ends) = ([], 0)
      for slot in 0..<table.usedSlots
      where table.isOccupied(slot) && table[slot].isAnswered && table[slot].key.protocolNumber == IPProtocol.udp {
        table.remove(at: slot)
      }
      return
    }
    ends += 1
    lastEnds[Int(port)] = ends
  }

  /// Somebody has found out; `nil` if there is nobody.
  ///
  /// - Parameters:
  ///   - program: what is known of the program.
  ///   - isBrief: it is believed for a second, as that there is nobody.
  public mutating func settle(
    _ flow: LocalFlow, _ owner: PacketOwner?, program: Program = Program(), isBrief: Bool = false, now: Timestamp
  ) {
    let isTCP = flow.protocolNumber == IPProtocol.tcp
    let expiryClass = owner == nil || isBrief ? Class.nobody : isTCP ? Class.tcp : Class.udp
    let slot = place(of: flow, in: expiryClass, now: now)
    table[slot].isAnswered = true
    table[slot].owner = owner ?? PacketOwner()
    table[slot].program = program
  }

  /// What was asked or known of a flow is forgotten.
  public mutating func forget(_ flow: LocalFlow) { _ = table.remove(flow) }

  /// Forgets the flows of some programs. Takes time with the number of flows.
  ///
  /// - Returns: whether there were any.
  public mutating func forget(where isGone: (Program) -> Bool) -> Bool {
    var isAny = false
    for slot in 0..<table.usedSlots
    where table.isOccupied(slot) && table[slot].isAnswered && isGone(table[slot].program) {
      table.remove(at: slot)
      isAny = true
    }
    return isAny
  }

  /// The program behind a flow, also where that was found out a while ago; `nil` where nothing is known.
  public func program(of flow: LocalFlow) -> Program? {
    guard let slot = table.slot(of: flow), table[slot].isAnswered else { return nil }
    return table[slot].program
  }

  /// Something was decided about programs. Takes time with the number of flows.
  ///
  /// - Parameter decision: of a program with a permission and a user; `nil` to leave it as it is.
  public mutating func decide(_ decision: (Program, ApplicationPermission?, _ user: UInt32?) -> Decision?) {
    for slot in 0..<table.usedSlots where table.isOccupied(slot) && table[slot].isAnswered {
      guard table[slot].program.number != 0,
        let decision = decision(table[slot].program, table[slot].owner.permission, table[slot].owner.user)
      else { continue }
      table[slot].owner.permission = decision.permission
      table[slot].program.isUndecided = decision.permission == nil
    }
  }

  public struct Decision: Sendable {
    /// `nil` while it is not decided.
    public var permission: ApplicationPermission?

    public init(_ permission: ApplicationPermission?) { self.permission = permission }
  }

  /// The number of the program behind a flow, also where that was found out a while ago; 0 where it is not known.
  public func application(of flow: LocalFlow) -> UInt32 { program(of: flow)?.number ?? 0 }

  /// The number of the user whose program is behind a flow, also where that was found out a while ago; `nil` where it is not known.
  public func user(of flow: LocalFlow) -> UInt32? {
    guard let slot = table.slot(of: flow), table[slot].isAnswered else { return nil }
    return table[slot].owner.user
  }

  private mutating func place(of flow: LocalFlow, in expiryClass: UInt16, now: Timestamp) -> Int {
    guard let slot = table.find(flow, now: now) else {
      return table.insert(OwnerRecord(key: flow), in: expiryClass, now: now)
    }
    table.refresh(slot, in: expiryClass, now: now)
    return slot
  }

  /// Removes what has expired, some thousands at most in one call; what is left is not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Flows in the table, expired ones that are not removed yet included.
  public var count: Int { table.count }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}

extension LocalFlow: TableKey {
  func hash(_ seed: HashSeed) -> UInt64 {
    let rest = UInt64(localPort) << 32 | UInt64(remotePort) << 16 | UInt64(protocolNumber)
    let addresses = fold(local.high ^ seed.first, local.low ^ seed.second) ^ remote.high
    return fold(fold(addresses, remote.low ^ seed.third) ^ rest, seed.first)
  }
}

/// A flow as the table stores it.
///
/// In an order that leaves no gaps: `RecordLayoutTests` knows how large it may be.
struct OwnerRecord: LinkedEntry {
  let key: LocalFlow
  var isAnswered = false
  var expiryClass = ExpiryClass.free
  /// That of the question; once it is answered, that of the program.
  var number: UInt32 = 0
  private var process: UInt32 = 0
  var owner = PacketOwner()
  private var opening = Direction.outbound
  private var isUndecided = false
  /// Sockets of UDP that had ended when it was asked.
  var ends: UInt32 = 0
  var lastNanoseconds: Int64 = 0

  /// Once it is answered.
  var program: OwnerTable.Program {
    get { OwnerTable.Program(number: number, process: process, opening: opening, isUndecided: isUndecided) }
    set {
      (number, process) = (newValue.number, newValue.process)
      (opening, isUndecided) = (newValue.opening, newValue.isUndecided)
    }
  }

  init(key: LocalFlow) { self.key = key }
}
