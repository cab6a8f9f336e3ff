/// A port of TCP or UDP; a later fragment has those of its first, if that was seen.
protocol PortProperty: NumberProperty {
  static var field: NumberField { get }
}

extension PortProperty {
  static var limits: ClosedRange<UInt64> { 0...65_535 }
  static var details: String {
    "A later fragment has no ports of its own; it has those of its first, if that was seen."
  }
  static var precondition: String? { "TCP or UDP" }
  static var suggestions: [String] {
    [
      "22 (SSH)", "23 (telnet)", "25 (SMTP)", "53 (DNS)", "80 (HTTP)", "123 (NTP)", "137-139 (NetBIOS)", "443 (HTTPS)",
      "445 (SMB)", "3389 (RDP)", "1024-65535",
    ]
  }

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(field, range) }
}
