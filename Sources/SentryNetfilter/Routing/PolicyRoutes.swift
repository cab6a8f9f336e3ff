internal import SentryPacket

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
  private static let families = ["-4", "-6"]
  private let tool = Tool(name: "ip", package: "iproute2")

  public init() {}

  /// The mark of the next hop at a place in the list that `keep` is given, or `nil` beyond `capacity`.
  public static func mark(ofHop place: Int) -> UInt32? {
    (0..<capacity).contains(place) ? UInt32(place + 1) << 24 : nil
  }

  /// Sees to it that there are ways to these next hops, and no others of ours. Those that stand are not touched.
  ///
  /// - Returns: for each next hop what was found and done.
  /// - Throws: `.noProgram` if there are next hops but no `ip`, `.systemCall`.
  func keep(_ hops: [IPAddress]) throws(NetfilterError) -> [Outcome] {
    guard !hops.isEmpty || (try? tool.path) != nil else { return [] }
    var standing: [String: [Int: String]] = [:]
    for family in Self.families {
      let rules = try rules(family)
      for place in rules.keys where !hops.indices.contains(place) || Self.family(of: hops[place]) != family {
        try remove(place, family)
      }
      standing[family] = rules
    }
    var outcomes: [Outcome] = []
    for (place, hop) in hops.enumerated() {
      outcomes.append(try keep(hop, at: place, rule: standing[Self.family(of: hop)]?[place]))
    }
    return outcomes
  }

  /// What became of the way to a next hop.
  enum Outcome: Equatable {
    /// It was there.
    case stood
    case made
    /// Packets for it take their normal way; in the system's words.
    case impossible(reason: String)
  }

  /// Takes out everything that is ours, also what another run has left. Doing it twice is harmless.
  public func remove() throws(NetfilterError) {
    _ = try keep([])
  }

  // MARK: One next hop

  private func keep(_ hop: IPAddress, at place: Int, rule: String?) throws(NetfilterError) -> Outcome {
    guard let mark = Self.mark(ofHop: place) else {
      return .impossible(reason: "more than \(Self.capacity) next hops are in use")
    }
    let family = Self.family(of: hop)
    let table = "\(Self.table(place))"
    let way = ["default", "via", "\(hop)"]
    let routes = try tool.run([family, "route", "show", "table", table])
    let hasRoute = routes.status == 0 && routes.output.split(separator: " ").starts(with: way.map { $0[...] })
    let selector = ["fwmark", "\(hexadecimal(mark))/\(hexadecimal(Self.mask))", "lookup", table]
    let hasRule = rule?.split(whereSeparator: \.isWhitespace).suffix(selector.count).map(String.init) == selector
    if hasRoute && hasRule { return .stood }
    let route = try tool.run([family, "route", "replace"] + way + ["table", table])
    guard route.status == 0 else { return .impossible(reason: Self.reason(route.errors)) }
    guard !hasRule else { return .made }
    let added = try tool.run([family, "rule", "add", "pref", "\(Self.preference(place))"] + selector)
    guard added.status != 0 else { return .made }
    _ = try tool.run([family, "route", "flush", "table", table])
    return .impossible(reason: Self.reason(added.errors))
  }

  private func remove(_ place: Int, _ family: String) throws(NetfilterError) {
    _ = try tool.run([family, "rule", "del", "pref", "\(Self.preference(place))"])
    _ = try tool.run([family, "route", "flush", "table", "\(Self.table(place))"])
  }

  /// Our rules, as `ip` lists them: `5200: from all fwmark 0x1000000/0xf000000 lookup 520000`.
  private func rules(_ family: String) throws(NetfilterError) -> [Int: String] {
    let listing = try tool.run([family, "rule", "show"])
    var rules: [Int: String] = [:]
    for line in listing.output.split(separator: "\n") {
      guard let end = line.firstIndex(of: ":"), let preference = Int(line[..<end]) else { continue }
      let place = preference - Self.firstPreference
      if (0..<Self.capacity).contains(place) { rules[place] = String(line) }
    }
    return rules
  }

  private static func family(of hop: IPAddress) -> String { hop.isIPv4 ? "-4" : "-6" }
  private static func preference(_ place: Int) -> Int { firstPreference + place }
  private static func table(_ place: Int) -> Int { firstTable + place }

  private static func reason(_ text: String) -> String {
    guard var line = text.split(separator: "\n").first else { return "the program 'ip' does not say why" }
    for prefix in ["Error: ", "RTNETLINK answers: "] where line.hasPrefix(prefix) { line.removeFirst(prefix.count) }
    if line.hasSuffix(".") { line.removeLast() }
    return String(line)
  }
}
