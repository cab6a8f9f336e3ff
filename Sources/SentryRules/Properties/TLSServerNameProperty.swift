/// `TLS server name`: the server that a TLS client asks for, in the clear, as it opens a connection (RFC 6066 §3). Holds for the
/// packet that completes the name: the first or, of a long ClientHello, a later one.
enum TLSServerNameProperty: HostNameProperty {
  static let name = "TLS server name"
  static let summary = "the server a TLS client asks for"
  static let details = """
    Sent in the clear as a TLS connection opens. Holds for the packet that completes the name, the first or, of a long \
    start, a later one. *.example.org means all names below example.org, at whatever depth, but not example.org itself. \
    Capitals do not matter.
    """
  static let precondition: String? = "the start of a TLS connection"

  static func test(name: Int32) -> Test { .serverName(name: name) }
}
