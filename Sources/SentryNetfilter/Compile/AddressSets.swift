internal import SentryPacket
internal import SentryRules

/// A table of addresses as two sets of nftables, one for each family. Entries are refreshed by each find, as in the table.
struct AddressSets {
  let kind: AddressTableKind
  let settings: Settings

  var ipv4Name: String { kind.name }
  var ipv6Name: String { "\(kind.name)6" }

  /// `trigger` remembers IPv6 sources by their net, the others whole.
  private var ipv6Key: String {
    let length = kind == .trigger ? settings.triggerIPv6Prefix : 128
    guard length < 128 else { return "ip6 saddr" }
    return "ip6 saddr & \(IPAddress(high: .max, low: .max).masked(to: length))"
  }

  private var timeout: String { settings.triggerDuration.map { " timeout \($0)s" } ?? "" }

  var declarations: [String] {
    [(ipv4Name, "ipv4_addr"), (ipv6Name, "ipv6_addr")].flatMap { name, type in
      let flags = settings.triggerDuration == nil ? "dynamic" : "dynamic, timeout"
      return ["set \(name) {", "  type \(type)", "  size \(settings.addressCapacity)", "  flags \(flags)", "}"]
    }
  }

  /// Enter the packet's source, or renew its time.
  var updates: [String] { [update(ipv4Name, "ip saddr"), update(ipv6Name, ipv6Key)] }

  private func update(_ name: String, _ key: String) -> String { "update @\(name) { \(key)\(timeout) }" }

  /// Is the source in the table? What is found is renewed; unlimited entries need not be.
  var question: [KernelQuestion.Case] {
    [(KernelQuestion.Family.ipv4, ipv4Name, "ip saddr"), (.ipv6, ipv6Name, ipv6Key)].map { family, name, key in
      KernelQuestion.Case(
        family: family, parts: [.init(yes: "\(key) @\(name)", no: "\(key) != @\(name)")],
        statement: settings.triggerDuration == nil ? "" : update(name, key))
    }
  }
}
