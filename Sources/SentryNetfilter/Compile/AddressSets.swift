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
  }

  /// `trigger` remembers IPv6 sources by their net, but those of a link whole; the others whole.
  private var sources: [Sources] {
    let ipv4 = Sources(family: .ipv4, set: ipv4Name, key: "ip saddr")
    let length = kind == .trigger ? settings.triggerIPv6Prefix : 128
    guard length < 128 else { return [ipv4, Sources(family: .ipv6, set: ipv6Name, key: "ip6 saddr")] }
    return [
      ipv4,
      Sources(
        family: .ipv6, set: ipv6Name, condition: "ip6 saddr != fe80::/10 ", key: BlockSet.ipv6Source(length: length)),
      Sources(family: .ipv6, set: ipv6Name, condition: "ip6 saddr fe80::/10 ", key: "ip6 saddr"),
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
  var updates: [String] { sources.map { $0.condition + update($0) } }

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
