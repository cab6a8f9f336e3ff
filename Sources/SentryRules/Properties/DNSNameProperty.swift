/// `DNS name`: the name that a DNS message asks about, in its first question (RFC 1035 §4.1.2). Answers repeat the question, so
/// they match as well.
enum DNSNameProperty: HostNameProperty {
  static let name = "DNS name"
  static let summary = "the name a DNS message asks about"
  static let precondition: String? = "DNS"

  static func test(name: Int32) -> Test { .dnsName(name: name) }
}
