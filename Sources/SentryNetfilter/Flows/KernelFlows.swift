// Flows whose packets pass in the kernel.
//
// An entry of a set stays ten seconds, whatever it carries; nothing in the kernel renews it. After eight of them it is taken out
// here: the next packet is judged again, and the flow goes in once more. So no count is lost, and a daemon that has died leaves
// nothing behind for long.
//
// What the kernel has counted for an entry is asked for once a second, and told by the kernel itself when the entry is taken out.
//
// Taking out comes first: an entry is put in only if nothing of the same batch wants flows like it out.

internal import Algorithms
internal import CNftables
internal import SentryPacket
internal import SentryRules
public import SentryState

/// The flows that stay in the kernel. It belongs to the network namespace of the thread that makes it; one owner, one thread at
/// a time.
public struct KernelFlows: ~Copyable {
  private var kernel: NetlinkRequests
  private var held: [KernelFlow: Held] = [:]
  public private(set) var isKeeping = false
  public private(set) var counts = Counts()

  private struct Held {
    var path: RulePath
    /// What its counter said when it was last read.
    var traffic = FlowTraffic()
    var since = ContinuousClock().now
  }

  public struct Counts: Sendable, Equatable {
    /// In the kernel now: each way of a flow by itself.
    public var entries = 0
    /// What they have carried so far, as far as it was read.
    public var traffic = FlowTraffic()

    public init() {}
  }

  /// How long an entry stays at most before its flow is judged again.
  private static let renewal = Duration.seconds(FlowSet.seconds - 2)
  /// Entries that are taken out in one transaction: the kernel tells of each.
  private static let transactionLimit = 2_048

  /// - Throws: `.notInKernel`, `.systemCall`.
  public init() throws(NetfilterError) { kernel = try NetlinkRequests() }

  // MARK: Beginning and ending

  /// The sets are there and empty, or hold what nobody knows about: begins anew.
  public mutating func begin() throws(NetfilterError) {
    isKeeping = true
    try forgetAll()
  }

  /// Empties the sets without asking what they have counted.
  public mutating func forgetAll() throws(NetfilterError) {
    held = [:]
    counts.entries = 0
    guard isKeeping else { return }
    try kernel.transact(to: Self.asked) { writer in
      for set in FlowSet.all { writer.flush(set.name) }
    }
  }

  /// Nothing stays in the kernel from now on; the sets may be gone.
  public mutating func end() {
    isKeeping = false
    held = [:]
    counts.entries = 0
  }

  private static let asked = "change the flows that stay in the kernel"

  // MARK: Changes

  /// Carries out what has happened, and adds to `reading` what the flows that are taken out have carried.
  ///
  /// - Throws: what the kernel refuses; then only `forgetAll` helps.
  public mutating func apply(_ changes: [FlowChange], _ reading: inout FlowReading) throws(NetfilterError) {
    guard isKeeping else { return }
    let endings = Endings(changes)
    try remove(endings.isEmpty ? [] : held.keys.filter(endings.contains), &reading)
    var new: [KernelFlow: RulePath] = [:]
    for case .stays(let flow, let path) in changes where !endings.contains(flow) {
      guard let known = held[flow] else {
        if held.count + new.count < FlowSet.capacity { new[flow] = path }
        continue
      }
      if known.path != path { new[flow] = path }
    }
    try remove(new.keys.filter { held[$0] != nil }, &reading)
    try add(new)
  }

  /// Takes all flows out.
  public mutating func removeAll(_ reading: inout FlowReading) throws(NetfilterError) {
    guard isKeeping else { return }
    try remove(Array(held.keys), &reading)
  }

  private mutating func add(_ flows: [KernelFlow: RulePath]) throws(NetfilterError) {
    guard !flows.isEmpty else { return }
    try kernel.transact(to: Self.asked) { writer in
      for (set, flows) in Dictionary(grouping: flows.keys, by: { FlowSet(of: $0) }) {
        writer.elements(NFT_MSG_NEWSETELEM, of: set.name, flows)
      }
    }
    for (flow, path) in flows { held[flow] = Held(path: path) }
    counts.entries = held.count
  }

  private mutating func remove(_ flows: [KernelFlow], _ reading: inout FlowReading) throws(NetfilterError) {
    for part in flows.chunks(ofCount: Self.transactionLimit) {
      var listed: [ListedFlow] = []
      try kernel.transact(
        to: Self.asked,
        { writer in
          for (set, flows) in Dictionary(grouping: part, by: { FlowSet(of: $0) }) {
            // One that has just expired is put back first: taking out what is not there would fail.
            writer.elements(NFT_MSG_NEWSETELEM, of: set.name, flows)
            writer.elements(NFT_MSG_DELSETELEM, of: set.name, flows, echoes: true)
          }
        },
        echo: { message, bytes in
          guard message.type == nftables(NFT_MSG_DELSETELEM), let set = FlowSet.named(in: message, bytes) else {
            return
          }
          NetlinkReader.forEachFlow(message, bytes, in: set) { listed.append($0) }
        })
      for flow in listed { count(flow, &reading) }
      for flow in part { held[flow] = nil }
    }
    counts.entries = held.count
  }

  // MARK: Counting

  /// Reads what the flows have carried since they were last read, and takes out those whose time has come.
  public mutating func read(_ reading: inout FlowReading) throws(NetfilterError) {
    guard isKeeping, !held.isEmpty else { return }
    var seen: Set<KernelFlow> = []
    var isConsistent = true
    for set in Set(held.keys.map { FlowSet(of: $0) }) {
      var listed: [ListedFlow] = []
      let isWhole = try kernel.list(
        nftables(NFT_MSG_GETSETELEM), family: inetFamily, to: "read what flows have carried in the kernel",
        { $0.setName(set.name) }
      ) { message, bytes in
        NetlinkReader.forEachFlow(message, bytes, in: set) { listed.append($0) }
      }
      isConsistent = isConsistent && isWhole
      for flow in listed {
        seen.insert(flow.flow)
        count(flow, &reading)
      }
    }
    // What somebody else has taken out is not in the kernel any more.
    if isConsistent { held = held.filter { seen.contains($0.key) } }
    let start = ContinuousClock().now - Self.renewal
    try remove(held.filter { $0.value.since < start }.map(\.key), &reading)
    counts.entries = held.count
  }

  private mutating func count(_ listed: ListedFlow, _ reading: inout FlowReading) {
    guard let before = held[listed.flow] else { return }
    // One that was put back has counted anew.
    let known = before.traffic.packets <= listed.traffic.packets ? before.traffic : FlowTraffic()
    let news = FlowTraffic(
      packets: listed.traffic.packets &- known.packets, bytes: listed.traffic.bytes &- known.bytes)
    held[listed.flow]?.traffic = listed.traffic
    counts.traffic += news
    reading.add(news, of: listed.flow, by: before.path)
  }
}

extension FlowSet {
  fileprivate static func named(in message: NetlinkReader.Message, _ bytes: RawSpan) -> FlowSet? {
    let name = NetlinkReader.setName(message, bytes)
    return all.first { $0.name == name }
  }
}

/// Which flows are to be taken out.
private struct Endings {
  /// Whichever way their packets go, and wherever they are seen.
  private var flows: Set<FlowIdentity> = []
  private var nets: Set<AddressNet> = []
  private var isEverything = false
  /// Of the nets.
  private let lengths: Set<UInt8>

  init(_ changes: [FlowChange]) {
    for change in changes {
      switch change {
      case .stays: break
      case .ends(let flow): flows.insert(flow.key.identity)
      case .entered(let net): nets.insert(net)
      case .everything: isEverything = true
      }
    }
    lengths = Set(nets.map(\.length))
  }

  var isEmpty: Bool { !isEverything && flows.isEmpty && nets.isEmpty }

  func contains(_ flow: KernelFlow) -> Bool {
    guard !isEmpty else { return false }
    if isEverything || !flows.isEmpty && flows.contains(flow.key.identity) { return true }
    return lengths.contains { length in
      nets.contains(AddressNet(flow.source.address, length: length))
        || nets.contains(AddressNet(flow.destination.address, length: length))
    }
  }
}
