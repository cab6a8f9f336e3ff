internal import SentryPacket
internal import SentryRules

/// A table of addresses as two sets of nftables, one for each family. Entries are refreshed by each find, as in the table.
struct AddressSets {
  let kind: AddressTableKind
  let settings: Settings

  var ipv4Name: String { kind.name }
  var ipv6Name: String { "\(kind.name)6" }

  private typealias Family = KernelQuestion.Family

  /// Sources of one family that are remembered in the same way.
  private struct Sources {
    var family: Family
    var set: String
    /// Which they are, with a blank behind; empty for all.
    var condition = ""
    /// What they are remembered by.
    var key: String
    /// Of the nets they are remembered by, in the 128-bit form.
    var length = 128

    /// Those of some ranges that are among them.
    func among(_ ranges: [AddressRange]) -> [AddressRange] {
      let own = ranges.filter { $0.first.isIPv4 == (family == .ipv4) }
      guard !condition.isEmpty else { return own }
      let whole = AddressSpans(AddressRange.countedWhole)
      return own.flatMap { range in
        let others = whole.rest(of: range)
        return length < 128 ? others : AddressSpans(others).rest(of: range)
      }
    }
  }

  /// `trigger` remembers IPv6 sources by their net, but those that share one with many whole; the others whole.
  private var sources: [Sources] {
    let ipv4 = Sources(family: .ipv4, set: ipv4Name, key: "ip saddr")
    let length = kind == .trigger ? settings.triggerIPv6Prefix : 128
    let whole = "{ \(AddressRange.countedWhole.map(\.description).joined(separator: ", ")) }"
    guard length < 128 else { return [ipv4, Sources(family: .ipv6, set: ipv6Name, key: "ip6 saddr")] }
    return [
      ipv4,
      Sources(
        family: .ipv6, set: ipv6Name, condition: "ip6 saddr != \(whole) ", key: BlockSet.ipv6Source(length: length),
        length: length),
      Sources(family: .ipv6, set: ipv6Name, condition: "ip6 saddr \(whole) ", key: "ip6 saddr"),
    ]
  }

  private var timeout: String { settings.triggerDuration.map { " timeout \($0)s" } ?? "" }

  var declarations: [String] {
    [(ipv4Name, "ipv4_addr"), (ipv6Name, "ipv6_addr")].flatMap { name, type in
      let flags = settings.triggerDuration == nil ? "dynamic" : "dynamic, timeout"
      return ["set \(name) {", "  type \(type)", "  size \(settings.addressCapacity)", "  flags \(flags)", "}"]
    }
  }

  /// Enter the packet's source, or renew its time.
  var updates: [String] { spared + sources.map { $0.condition + update($0) } }

  /// Table `trigger` takes nothing that would stand for a protected address.
  private var spared: [String] {
    guard kind == .trigger else { return [] }
    let protected = AddressSpans(byFamily: settings.protectedNetworks)
    return sources.compactMap { sources in
      let ranges = sources.among(protected.ranges)
      guard !ranges.isEmpty else { return nil }
      let kept = AddressSpans(ranges.map { $0.widened(to: sources.length) })
      let list = kept.ranges.map(\.description).joined(separator: ", ")
      let field = sources.family == .ipv4 ? "ip saddr" : "ip6 saddr"
      return "\(sources.condition)\(field) { \(list) } return comment \"protected\""
    }
  }

  private func update(_ sources: Sources) -> String { "update @\(sources.set) { \(sources.key)\(timeout) }" }

  /// Is the source in the table? What is found is renewed; unlimited entries need not be.
  var question: KernelQuestion {
    KernelQuestion(
      cases: sources.map { asked($0, "@", settings.triggerDuration == nil ? "" : update($0)) },
      contrary: sources.map { asked($0, "!= @") })
  }

  private func asked(_ sources: Sources, _ relation: String, _ statement: String = "") -> KernelQuestion.Case {
    let text = "\(sources.condition)\(sources.key) \(relation)\(sources.set)"
    return KernelQuestion.Case(family: sources.family, parts: [.init(yes: text)], statement: statement)
  }
}

extension AddressRange {
  /// Those of `IPAddress.countsWhole`, by their beginning.
  fileprivate static let countedWhole = [
    AddressRange(prefix: IPAddress(high: 0x0064_FF9B_0000_0000, low: 0), length: 96),
    AddressRange(prefix: IPAddress(high: 0xFE80_0000_0000_0000, low: 0), length: 10),
  ]

  /// All nets of `length` bits that it reaches into.
  fileprivate func widened(to length: Int) -> AddressRange {
    AddressRange(first: first.masked(to: length), last: last.last(ofPrefix: length)) ?? self
  }
}
