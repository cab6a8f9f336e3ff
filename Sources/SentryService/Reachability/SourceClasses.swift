internal import SentryEngine
internal import SentryPacket
internal import SentryRules

/// Senders that rules may tell apart: strangers, and the nets that the rules or the tables name. Each is stood for by one address.
struct SourceClasses: Sendable {
  struct Net: Sendable, Equatable {
    var range: AddressRange
    /// An address in it, and in none of the smaller ones.
    var address: IPAddress
  }

  /// The widest first.
  private(set) var nets: [Net] = []
  /// Ports that rules name as those somebody comes from: the first of each range.
  let ports: [UInt16]
  /// There are more nets, or ports, than are tried.
  let isCut: Bool
  private let named: [AddressRange]

  private static let property = "Source net"
  private static let portProperty = "Source port"
  /// So many nets are tried.
  private static let longest = 256
  /// And so many ports.
  private static let mostPorts = 16

  /// - Parameters:
  ///   - entries: nets of the tables that rules ask for.
  ///   - local: addresses of this host, in whose name nobody else comes.
  init(_ ruleSet: RuleSet, entries: [AddressRange], local: AddressSpans) {
    var ranges = ruleSet.rules.filter { $0.property.name == Self.property }.compactMap { Self.net($0.value) }
    ranges += entries
    var known: Set<AddressRange> = []
    let all = ranges.filter { !$0.isEveryone && known.insert($0).inserted }
    let ports = Set(
      ruleSet.rules.filter { $0.property.name == Self.portProperty }
        .compactMap { ServicePorts($0.value.prefix { $0 != "(" }.filter { $0 != " " })?.ports.lowerBound }
        .filter { $0 > 0 })
    named = Array(all.prefix(Self.longest))
    self.ports = Array(ports.sorted().prefix(Self.mostPorts))
    isCut = all.count > Self.longest || ports.count > Self.mostPorts
    nets = named.compactMap { range in
      let smaller = named.filter { $0 != range && range.contains($0.first) && range.contains($0.last) }
      let address = range.samples.first { address in
        !local.contains(address) && !smaller.contains { $0.contains(address) }
      }
      return address.map { Net(range: range, address: $0) }
    }
  }

  private static func net(_ value: String) -> AddressRange? {
    try? NetText.range(Substring(value.prefix { $0 != "(" }))
  }

  /// Somebody of whom nothing is known: of addresses for documentation (RFC 5737, RFC 3849), unless the rules name them, too.
  func stranger(isIPv4: Bool) -> IPAddress {
    let candidates = (0..<256).map { number in isIPv4 ? Self.stranger(number) : Self.strangerV6(number) }
    return candidates.first { address in !named.contains { $0.contains(address) } } ?? candidates[0]
  }

  private static func stranger(_ number: Int) -> IPAddress {
    let nets: [UInt32] = [0xCB00_7109, 0xC633_6409, 0xC000_0209, 0x0A63_6309]
    return IPAddress(v4: nets[number & 3] &+ UInt32(number / 4) << 24)
  }

  private static func strangerV6(_ number: Int) -> IPAddress {
    IPAddress(high: 0x2001_0DB8_0BAD_0000 &+ UInt64(number) << 48, low: 9)
  }
}

extension AddressRange {
  /// All addresses of a family.
  fileprivate var isEveryone: Bool { prefixLength == (first.isIPv4 ? 96 : 0) }

  /// Some of its addresses: near its ends, and in its middle.
  fileprivate var samples: [IPAddress] {
    let middle = IPAddress(
      high: first.high &+ (last.high &- first.high) / 2, low: first.low &+ (last.low &- first.low) / 2 | 1)
    let near = [
      IPAddress(high: first.high, low: first.low | 1), IPAddress(high: last.high, low: last.low & ~1), middle,
      IPAddress(high: first.high, low: first.low | 2), IPAddress(high: last.high, low: last.low & ~2), first, last,
    ]
    return near.filter(contains)
  }
}
