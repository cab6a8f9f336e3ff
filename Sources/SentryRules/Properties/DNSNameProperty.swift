/// `DNS name`: the name that a DNS message asks about, in its first question (RFC 1035 §4.1.2). Answers repeat the question, so
/// they match as well.
enum DNSNameProperty: HostNameProperty {
  static let name = "DNS name"
  static let summary = "the name a DNS message asks about"
  static let details = """
    Of queries and answers, which repeat the question; over UDP and over TCP; on any port. *.example.org means all names \
    below example.org, at whatever depth, but not example.org itself. Capitals do not matter.
    """
  static let precondition: String? = "DNS"

  static func test(name: Int32) -> Test { .dnsName(name: name) }
}
