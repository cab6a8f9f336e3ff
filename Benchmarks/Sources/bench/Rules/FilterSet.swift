import SentryPacket

/// What a packet must be to match: one filter of a classifier. `nil`: anything.
struct Filter: Hashable {
  struct Net: Hashable {
    var address: UInt32
    var length: Int

    init(_ address: UInt32, _ length: Int) {
      self.address = length == 0 ? 0 : (address >> (32 - length)) << (32 - length)
      self.length = length
    }

    func contains(_ other: UInt32) -> Bool { length == 0 || (address ^ other) >> (32 - length) == 0 }
  }

  var source: Net?
  var destination: Net?
  var destinationPorts: ClosedRange<UInt16>?
  var protocolNumber: UInt8?

  func matches(_ header: Header) -> Bool {
    (source?.contains(header.source) ?? true) && (destination?.contains(header.destination) ?? true)
      && (destinationPorts?.contains(header.destinationPort) ?? true)
      && (protocolNumber.map { $0 == header.protocolNumber } ?? true)
  }

  /// The bits it asks for, so that of two filters where one lies within the other the narrower one has more.
  var narrowness: Double {
    let ports = destinationPorts.map { 16 - Double($0.count).log2 } ?? 0
    return Double(source?.length ?? 0) + Double(destination?.length ?? 0) + ports + (protocolNumber == nil ? 0 : 8)
  }

  /// The same as rules: property and value of each thing it asks for.
  var tests: [(property: String, value: String)] {
    var tests: [(property: String, value: String)] = []
    if let source { tests.append(("Source net", source.text)) }
    if let destination { tests.append(("Dest net", destination.text)) }
    if let destinationPorts {
      let (first, last) = (destinationPorts.lowerBound, destinationPorts.upperBound)
      tests.append(("Dest port", first == last ? "\(first)" : "\(first)-\(last)"))
    }
    if let protocolNumber { tests.append(("Protocol", "\(protocolNumber)")) }
    return tests
  }
}

/// What a classifier sees of a packet.
struct Header {
  var source: UInt32
  var destination: UInt32
  var sourcePort: UInt16
  var destinationPort: UInt16
  var protocolNumber: UInt8
}

extension Filter.Net {
  fileprivate var text: String { "\(IPAddress(v4: address))/\(length)" }
}

extension Double {
  fileprivate var log2: Double { Double(exponent) + significand - 1 }
}

/// Filters like those of routers and firewalls, after ClassBench (D. Taylor, J. Turner: "ClassBench: A Packet
/// Classification Benchmark", IEEE/ACM Transactions on Networking 15(3), 2007).
///
/// Half of them follow the access control list that its parameter file `acl1` describes, shares rounded: protocol TCP
/// 87 %, any 9, ICMP 3, UDP 1; source port any; destination port, for TCP, one 65 %, a short range 13, any 22; for UDP
/// one 88, a range 12; prefix lengths of source and destination, where ports are asked for, 32/32 87 %, 31/32 4, 30/32
/// 1, 32/22 4, 23/32 4, where not, 32/32 50 %, 32/24 12, 32/22 8, 23/32 11, 31/32 5, 30/32 2, 23/16 12.
///
/// The other half has the shape of its firewall sets, where most filters leave much open: source any 45 %, destination
/// any 25, what is not any a host, a net of 24 bits or one of 16 (50, 35, 15 %); protocol TCP 70 %, UDP 20, any 8, ICMP
/// 2; destination port one 55 %, 1024 and up 15, any 30.
///
/// Addresses come from a pool of hosts, a fourth as many as filters for sources, an eighth for destinations, in nets of
/// 16 bits, so that filters share nets and lie within each other. No two filters are the same, none is open on all
/// sides, and the narrower stand before the wider.
struct FilterSet {
  private(set) var filters: [Filter]

  init(count: Int, _ numbers: inout Numbers) {
    let sources = Self.hosts(max(16, count / 4), &numbers)
    let destinations = Self.hosts(max(16, count / 8), &numbers)
    var seen: Set<Filter> = []
    while seen.count < count {
      let (from, to) = (sources.randomElement(using: &numbers) ?? 0, destinations.randomElement(using: &numbers) ?? 0)
      let filter = Bool.random(using: &numbers) ? Self.listed(from, to, &numbers) : Self.open(from, to, &numbers)
      if !filter.tests.isEmpty { seen.insert(filter) }
    }
    self.init(seen)
  }

  /// The narrower first; those alike in an order of their own, the same every time.
  private init(_ filters: Set<Filter>) {
    let keyed = filters.map { (narrowness: $0.narrowness, name: $0.tests.map { "\($0)" }.joined(), filter: $0) }
    self.filters = keyed.sorted { ($1.narrowness, $0.name) < ($0.narrowness, $1.name) }.map(\.filter)
  }

  /// Some 16 hosts in each net of 16 bits.
  private static func hosts(_ count: Int, _ numbers: inout Numbers) -> [UInt32] {
    let nets = (0..<max(1, count / 16)).map { _ in UInt32.random(in: 0x0B00...0x7E00, using: &numbers) << 16 }
    return (0..<count).map { nets[$0 % nets.count] | UInt32.random(in: 1...0xFFFE, using: &numbers) }
  }

  /// Of an access control list.
  private static func listed(_ from: UInt32, _ to: UInt32, _ numbers: inout Numbers) -> Filter {
    var filter = Filter()
    filter.protocolNumber = numbers.pick([(87, IPProtocol.tcp), (9, nil), (3, IPProtocol.icmp), (1, IPProtocol.udp)])
    let kind: PortKind =
      switch filter.protocolNumber {
      case IPProtocol.tcp: numbers.pick([(65, .one), (13, .shortRange), (22, .any)])
      case IPProtocol.udp: numbers.pick([(88, .one), (12, .shortRange)])
      default: .any
      }
    filter.destinationPorts = kind.ports(&numbers)
    let lengths: (Int, Int) =
      filter.destinationPorts == nil
      ? numbers.pick([
        (50, (32, 32)), (12, (32, 24)), (8, (32, 22)), (11, (23, 32)), (5, (31, 32)), (2, (30, 32)), (12, (23, 16)),
      ])
      : numbers.pick([(87, (32, 32)), (4, (31, 32)), (1, (30, 32)), (4, (32, 22)), (4, (23, 32))])
    filter.source = Filter.Net(from, lengths.0)
    filter.destination = Filter.Net(to, lengths.1)
    return filter
  }

  /// Of a firewall.
  private static func open(_ from: UInt32, _ to: UInt32, _ numbers: inout Numbers) -> Filter {
    var filter = Filter()
    filter.protocolNumber = numbers.pick([(70, IPProtocol.tcp), (20, IPProtocol.udp), (8, nil), (2, IPProtocol.icmp)])
    if filter.protocolNumber != IPProtocol.icmp, filter.protocolNumber != nil {
      filter.destinationPorts = numbers.pick([(55, PortKind.one), (15, .high), (30, .any)]).ports(&numbers)
    }
    let lengths = [(50.0, 32), (35, 24), (15, 16)]
    if numbers.pick([(55, true), (45, false)]) { filter.source = Filter.Net(from, numbers.pick(lengths)) }
    if numbers.pick([(75, true), (25, false)]) { filter.destination = Filter.Net(to, numbers.pick(lengths)) }
    return filter
  }

  private enum PortKind {
    case any, one, shortRange, high

    func ports(_ numbers: inout Numbers) -> ClosedRange<UInt16>? {
      let port = UInt16.random(in: 20...9_000, using: &numbers)
      return switch self {
      case .any: nil
      case .one: port...port
      case .shortRange: port...(port + UInt16.random(in: 9...99, using: &numbers))
      case .high: 1_024...65_535
      }
    }
  }
}

extension FilterSet {
  /// The same number of filters that each ask for one thing: a source net or a destination net (45 % each), a port or
  /// range (10 %), and at the end the three protocols.
  ///
  /// - Parameter numbers: where the ports and hosts are taken from of which the set itself has too few different ones.
  func singled(_ numbers: inout Numbers) -> FilterSet {
    var seen: Set<Filter> = Set(
      [IPProtocol.tcp, IPProtocol.udp, IPProtocol.icmp].map { number in
        var filter = Filter()
        filter.protocolNumber = number
        return filter
      })
    var next = 0
    while seen.count < filters.count {
      let whole = filters[next % filters.count]
      var filter = Filter()
      switch numbers.pick([(45, 0), (45, 1), (10, 2)]) {
      case 0: filter.source = whole.source.map { Self.varied($0, after: next / filters.count, &numbers) }
      case 1: filter.destination = whole.destination.map { Self.varied($0, after: next / filters.count, &numbers) }
      default: filter.destinationPorts = whole.destinationPorts.flatMap { $0.count > 1_000 ? nil : $0 }
      }
      if !filter.tests.isEmpty { seen.insert(filter) }
      next += 1
    }
    return FilterSet(seen)
  }

  /// A net as it is the first time round, later another of the same length nearby.
  private static func varied(_ net: Filter.Net, after rounds: Int, _ numbers: inout Numbers) -> Filter.Net {
    rounds == 0 ? net : Filter.Net(net.address ^ UInt32.random(in: 0...0xFFFFF, using: &numbers), net.length)
  }

  /// Headers that match, each of a filter chosen at random, what that leaves open chosen at random, and repeated as
  /// often as ClassBench's trace generator does where little comes twice: Pareto distributed, a = 1, b = 0.1.
  func trace(of count: Int, _ numbers: inout Numbers) -> [Header] {
    var headers: [Header] = []
    while headers.count < count {
      guard let filter = filters.randomElement(using: &numbers) else { break }
      let repeats = Int((0.1 / Double.random(in: 0.0001..<1, using: &numbers)).rounded(.up))
      headers += Array(repeating: filter.header(&numbers), count: min(repeats, count - headers.count))
    }
    return headers
  }
}

extension Filter {
  fileprivate func header(_ numbers: inout Numbers) -> Header {
    Header(
      source: source.map { $0.host(&numbers) } ?? UInt32.random(in: 0x0B00_0000...0x7EFF_FFFF, using: &numbers),
      destination: destination.map { $0.host(&numbers) }
        ?? UInt32.random(in: 0x0B00_0000...0x7EFF_FFFF, using: &numbers),
      sourcePort: UInt16.random(in: 32_768...60_999, using: &numbers),
      destinationPort: UInt16.random(in: destinationPorts ?? 0...65_535, using: &numbers),
      protocolNumber: protocolNumber
        ?? (destinationPorts != nil || Bool.random(using: &numbers) ? IPProtocol.tcp : IPProtocol.udp))
  }
}

extension Filter.Net {
  fileprivate func host(_ numbers: inout Numbers) -> UInt32 {
    length == 32 ? address : address | UInt32.random(in: 0...(UInt32.max >> length), using: &numbers)
  }
}
