internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Which connections somebody wants to see.
struct ConnectionQuestion: Sendable, Hashable {
  var order = ConnectionOrder.rate
  var limit = 200
  /// One of both ends is one of these.
  var addresses: AddressRange?

  func admits(_ flow: ConnectionEntry) -> Bool {
    guard let addresses else { return true }
    return [flow.local.address, flow.remote.address].contains {
      $0.isIPv4 == addresses.first.isIPv4 && addresses.contains($0)
    }
  }
}

/// Tells which connections there are, and how fast they are: one look at the table at a time, part by part, so that the packet thread
/// is never held up.
actor ConnectionDesk {
  private typealias Found = (flow: ConnectionEntry, recentBytes: UInt64)

  /// Slots that are looked at in one request: at most a tenth of a millisecond on the packet thread.
  private static let slotsPerRequest = 2_048

  private let packets: PacketThread
  private let turns = Turns()
  private var rates = ConnectionRates()
  private var applications = ApplicationNames()

  init(packets: PacketThread) { self.packets = packets }

  /// - Throws: `DaemonError.stopped`.
  func reply(to question: ConnectionQuestion) async throws(DaemonError) -> ConnectionsReply {
    await turns.take()
    defer { turns.give() }
    do {
      return try await look(question)
    } catch {
      throw .stopped
    }
  }

  private func look(_ question: ConnectionQuestion) async throws -> ConnectionsReply {
    let start = try await packets.perform { $0.engine.now }
    // No packet has moved the clock for a while: it still goes on.
    let now = max(start, WallClock.now())
    let seconds = rates.begin(now: now)
    var chosen: [Found] = []
    var count = 0
    var slots = 0..<Self.slotsPerRequest
    while true {
      let window = slots
      let (found, usedSlots) = try await packets.perform { worker in
        var found: [(slot: Int, flow: ConnectionEntry)] = []
        worker.engine.tables.connections.forEachFlow(
          in: window, since: Timestamp(nanoseconds: .min), now: worker.engine.now
        ) { found.append(($0, $1)) }
        return (found, worker.engine.tables.connections.usedSlots)
      }
      for (slot, flow) in found {
        let recent = rates.see(flow, at: slot)
        guard question.admits(flow) else { continue }
        count += 1
        chosen.append((flow, recent))
      }
      if chosen.count > 4 * question.limit + Self.slotsPerRequest { chosen = Self.first(question, chosen) }
      if slots.upperBound >= usedSlots { break }
      slots = slots.upperBound..<slots.upperBound + Self.slotsPerRequest
    }
    rates.end()
    chosen = Self.first(question, chosen)
    let owners = try await owners(behind: chosen.map(\.flow))
    return ConnectionsReply(
      time: WallClock.seconds(), count: count,
      connections: zip(chosen, owners).map { found, owner in
        ConnectionReport(
          found.flow, bytesPerSecond: seconds > 0 ? Double(found.recentBytes) / seconds : 0,
          application: owner.application, user: owner.user)
      }, seconds: seconds)
  }

  private static func first(_ question: ConnectionQuestion, _ found: [Found]) -> [Found] {
    func rank(_ found: Found) -> (UInt64, UInt64, Int64) {
      let (bytes, last) = (found.flow.forward.bytes &+ found.flow.reverse.bytes, found.flow.lastTime.nanoseconds)
      return switch question.order {
      case .rate: (found.recentBytes, bytes, last)
      case .bytes: (bytes, found.recentBytes, last)
      case .recent: (UInt64(clamping: last), found.recentBytes, 0)
      }
    }
    return Array(found.sorted { rank($0) > rank($1) }.prefix(question.limit))
  }

  /// The paths of the programs, and their users; `nil` where rules do not ask for them, or they are not known.
  private func owners(
    behind flows: [ConnectionEntry]
  ) async throws -> [(application: String?, user: String?)] {
    let known = applications.latest
    let (numbers, additions) = try await packets.perform { worker in
      (worker.owners(behind: flows), worker.applications.additions(after: known))
    }
    applications.add(additions)
    var names: [UInt32: String] = [:]
    for user in Set(numbers.compactMap(\.user)) { names[user] = UserNames.name(of: user) ?? "\(user)" }
    return numbers.map { (applications[$0.application], $0.user.flatMap { names[$0] }) }
  }
}

extension PacketWorker {
  /// The numbers of the programs behind flows, 0 where none is known, and of their users.
  fileprivate func owners(behind flows: [ConnectionEntry]) -> [(application: UInt32, user: UInt32?)] {
    flows.map { (owners?.application(of: $0) ?? 0, owners?.user(of: $0)) }
  }
}
