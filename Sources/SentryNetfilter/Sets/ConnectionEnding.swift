internal import CNftables
internal import Glibc
internal import SentryPacket
public import SentryState

/// Ends connections that the kernel tracks (ctnetlink), so that none goes on by what was decided when it began.
///
/// It belongs to the network namespace of the thread that makes it. The kernel takes ten milliseconds to go through its list,
/// however short that is, so nothing else should wait for it.
public struct ConnectionEnding: ~Copyable {
  private var kernel: NetlinkRequests
  /// False once the kernel has said that it tracks none.
  private var isPossible = true
  private var nextPass = ContinuousClock().now
  /// Addresses whose connections are still to be ended.
  private var waiting: Set<AddressNet> = []

  /// `linux/netfilter/nfnetlink_conntrack.h`.
  private enum Message {
    static let get: UInt16 = 1 << 8 | 1
    static let delete: UInt16 = 1 << 8 | 2
    static let original: UInt16 = 1
    static let reply: UInt16 = 2
    static let identifier: UInt16 = 12
    static let zone: UInt16 = 18
    static let addresses: UInt16 = 1
    static let source4: UInt16 = 1
    static let source6: UInt16 = 3
  }

  private struct Connection {
    var original: [UInt8]
    var identifier: [UInt8]
    var zone: [UInt8]?
    var family: UInt8
  }

  /// The whole list is gone through each time, so not for more than a tenth of the time.
  private static let rest = 10

  /// - Throws: `.notInKernel`, `.systemCall`.
  public init() throws(NetfilterError) { kernel = try NetlinkRequests() }

  /// Ends the connections of these addresses, whoever began them; where many come, a little later.
  ///
  /// - Returns: how many were ended.
  public mutating func end(of nets: [AddressNet]) -> UInt64 {
    guard isPossible else { return 0 }
    waiting.formUnion(nets)
    let clock = ContinuousClock()
    guard !waiting.isEmpty, clock.now >= nextPass else { return 0 }
    let start = clock.now
    defer { nextPass = clock.now + (clock.now - start) * Self.rest }
    let lengths = Set(waiting.map(\.length))
    var ended: UInt64 = 0
    do throws(NetfilterError) {
      for connection in try connections(of: waiting, lengths) where end(connection) { ended &+= 1 }
      waiting = []
    } catch {
      // Without CONFIG_NF_CT_NETLINK, or without the right to: new packets are dropped all the same.
      isPossible = false
      waiting = []
    }
    return ended
  }

  /// When those are to be ended for which there was no time; `nil` if there are none.
  public var deadline: ContinuousClock.Instant? { waiting.isEmpty ? nil : nextPass }

  private mutating func connections(
    of nets: Set<AddressNet>, _ lengths: Set<UInt8>
  ) throws(NetfilterError) -> [Connection] {
    var found: [Connection] = []
    let body = { (message: NetlinkReader.Message, bytes: RawSpan) in
      guard let original = NetlinkReader.attribute(Message.original, bytes, in: message.attributes),
        let reply = NetlinkReader.attribute(Message.reply, bytes, in: message.attributes),
        [original, reply].contains(where: { Self.isFrom(nets, lengths, bytes, $0) }),
        let identifier = NetlinkReader.attribute(Message.identifier, bytes, in: message.attributes)
      else { return }
      found.append(
        Connection(
          original: NetlinkReader.copy(bytes, original), identifier: NetlinkReader.copy(bytes, identifier),
          zone: NetlinkReader.attribute(Message.zone, bytes, in: message.attributes)
            .map { NetlinkReader.copy(bytes, $0) },
          family: message.family))
    }
    let families = Set(nets.map { $0.address.isIPv4 ? UInt8(AF_INET) : UInt8(AF_INET6) })
    for family in families {
      // One that has begun meanwhile sends packets that are dropped.
      _ = try kernel.list(Message.get, family: family, to: "list connections", { _ in }, body)
    }
    return found
  }

  private static func isFrom(
    _ nets: Set<AddressNet>, _ lengths: Set<UInt8>, _ bytes: RawSpan, _ tuple: Range<Int>
  ) -> Bool {
    guard let addresses = NetlinkReader.attribute(Message.addresses, bytes, in: tuple) else { return false }
    var source: IPAddress?
    NetlinkReader.forEachAttribute(bytes, addresses) { type, value in
      switch type {
      case Message.source4: source = bytes.wire32(at: value.lowerBound).map { IPAddress(v4: $0) }
      case Message.source6:
        source = bytes.wire64(at: value.lowerBound).flatMap { high in
          bytes.wire64(at: value.lowerBound + 8).map { IPAddress(high: high, low: $0) }
        }
      default: break
      }
    }
    guard let source else { return false }
    return lengths.contains { nets.contains(AddressNet(source, length: $0)) }
  }

  /// - Returns: false if it has ended by itself.
  private mutating func end(_ connection: Connection) -> Bool {
    do throws(NetfilterError) {
      try kernel.request(Message.delete, family: connection.family, to: "end a connection") { writer in
        writer.nestedBytes(Message.original, connection.original)
        writer.attribute(Message.identifier, bytes: connection.identifier)
        if let zone = connection.zone { writer.attribute(Message.zone, bytes: zone) }
      }
      return true
    } catch {
      return false
    }
  }
}
