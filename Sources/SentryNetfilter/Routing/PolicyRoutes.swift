public import SentryPacket

/// Other ways out of this host, chosen by a packet's mark: for each next hop a routing table with one route, and a rule that sends
/// packets with its mark there (ip-rule(8)).
///
/// A packet whose table has no route takes its normal way, as the rule then finds nothing.
public struct PolicyRoutes: Sendable {
  /// The bits of the mark that number the next hop; 0 for the normal way.
  public static let mask: UInt32 = 0x0F00_0000
  /// Next hops at once.
  public static let capacity = 15

  private static let firstPreference = 5_200
  private static let firstTable = 520_000
  private let tool = Tool(name: "ip", package: "iproute2")

  public init() {}

  /// The mark of the next hop at a place in the list that `install` is given, or `nil` beyond `capacity`.
  public static func mark(ofHop place: Int) -> UInt32? {
    (0..<capacity).contains(place) ? UInt32(place + 1) << 24 : nil
  }

  /// Puts ways to these next hops in the place of those there are.
  ///
  /// - Returns: for each next hop that cannot be used, what the system says; packets for it take their normal way.
  /// - Throws: `.noProgram` if there are next hops but no `ip`, `.systemCall`.
  public func install(_ hops: [IPAddress]) throws(NetfilterError) -> [UnusableHop] {
    try remove()
    var unusable: [UnusableHop] = []
    for (place, hop) in hops.enumerated() {
      if let reason = try add(hop, at: place) { unusable.append(UnusableHop(address: hop, reason: reason)) }
    }
    return unusable
  }

  /// Takes out everything that is ours, also what another run has left. Doing it twice is harmless.
  public func remove() throws(NetfilterError) {
    guard (try? tool.path) != nil else { return }
    for family in ["-4", "-6"] {
      let listing = try tool.run([family, "rule", "show"])
      let places = (0..<Self.capacity).filter { place in
        listing.output.split(separator: "\n").contains { $0.hasPrefix("\(Self.preference(place)):") }
      }
      for place in places {
        _ = try tool.run([family, "rule", "del", "pref", "\(Self.preference(place))"])
        _ = try tool.run([family, "route", "flush", "table", "\(Self.table(place))"])
      }
    }
  }

  /// - Returns: why not, if so.
  private func add(_ hop: IPAddress, at place: Int) throws(NetfilterError) -> String? {
    guard let mark = Self.mark(ofHop: place) else { return "more than \(Self.capacity) next hops are in use" }
    let family = hop.isIPv4 ? "-4" : "-6"
    let (table, preference) = ("\(Self.table(place))", "\(Self.preference(place))")
    let route = try tool.run([family, "route", "replace", "default", "via", "\(hop)", "table", table])
    guard route.status == 0 else { return Self.reason(route.errors) }
    let rule = try tool.run([
      family, "rule", "add", "pref", preference, "fwmark", "\(hexadecimal(mark))/\(hexadecimal(Self.mask))", "lookup",
      table,
    ])
    return rule.status == 0 ? nil : Self.reason(rule.errors)
  }

  private static func preference(_ place: Int) -> Int { firstPreference + place }
  private static func table(_ place: Int) -> Int { firstTable + place }

  private static func reason(_ text: String) -> String {
    let line = text.split(separator: "\n").first.map(String.init) ?? "the program 'ip' does not say why"
    return line.hasPrefix("Error: ") ? String(line.dropFirst(7)) : line
  }
}

/// A next hop that packets cannot be sent through.
public struct UnusableHop: Sendable, Equatable {
  public var address: IPAddress
  public var reason: String
}
