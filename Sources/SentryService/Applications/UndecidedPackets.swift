internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// Copies of packets whose programs wait to be decided about, in the order they came: few, for a person can only answer so many
/// questions, and each may wait for half a minute.
struct UndecidedPackets {
  struct Entry {
    var bytes: [UInt8]
    var packet: OwnerlessPacket
    var program: OwnerTable.Program
    var since: Timestamp
    /// Somebody is to be asked, and the rules would let it pass were the program allowed.
    var isAsked = false
  }

  /// Packets at once, and of one flow; their bytes.
  static let limit = 512
  static let limitOfFlow = 64
  /// Of one user's processes: the others' wait, too.
  static let limitOfUser = 256
  private static let byteLimit = 4 << 20

  private(set) var entries: [Entry] = []
  private var byteCount = 0

  var count: Int { entries.count }

  /// When the oldest came; `nil` where none waits.
  var oldest: Timestamp? { entries.first?.since }

  /// False where there is no room.
  mutating func hold(
    _ bytes: RawSpan, _ packet: OwnerlessPacket, _ program: OwnerTable.Program, _ now: Timestamp
  ) -> Bool {
    guard entries.count < Self.limit, byteCount + bytes.byteCount <= Self.byteLimit,
      entries.count(where: { $0.packet.flow == packet.flow }) < Self.limitOfFlow,
      entries.count(where: { $0.packet.origin.owner.user == packet.origin.owner.user }) < Self.limitOfUser
    else { return false }
    byteCount += bytes.byteCount
    entries.append(
      Entry(
        bytes: (0..<bytes.byteCount).compactMap { bytes.wire8(at: $0) }, packet: packet, program: program,
        since: now))
    return true
  }

  /// Somebody is asked about one of them.
  var isAnyAsked: Bool { entries.contains(where: \.isAsked) }

  /// Somebody is asked about the program of an entry; false if that was so before.
  mutating func ask(at index: Int) -> Bool {
    let program = entries[index].program
    let isFirst = !entries.contains {
      $0.isAsked && $0.program.number == program.number && $0.program.opening == program.opening
    }
    entries[index].isAsked = true
    return isFirst
  }

  /// Lets entries go.
  mutating func remove(at indices: [Int]) {
    guard !indices.isEmpty else { return }
    let gone = Set(indices)
    entries = entries.indices.filter { !gone.contains($0) }.map { entries[$0] }
    byteCount = entries.reduce(0) { $0 + $1.bytes.count }
  }
}
