public import Foundation

/// Why an address is in table trigger: the packets that entered it.
public struct EvidenceReply: Codable, Sendable, Equatable {
  /// What the packets were kept for: one address, or the IPv6 net that stands for it.
  public var address: String
  /// Its entry; `nil` if it is not in the table any more.
  public var entry: TableEntryReport?
  /// The oldest first; empty if none are kept.
  public var packets: [EvidencePacketReport]
  /// The last time it was blocked for logins that failed, with the lines of a log that caused it; `nil` if it never was.
  public var block: LoginBlockReport?

  public init(address: String, entry: TableEntryReport?, packets: [EvidencePacketReport]) {
    self.address = address
    self.entry = entry
    self.packets = packets
  }
}

/// A packet that came to a `Trigger`.
public struct EvidencePacketReport: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// Number and name of the rule.
  public var rule: String
  /// The system's name.
  public var interface: String
  /// `in` or `out`.
  public var direction: String
  /// Of the whole IP packet.
  public var byteCount: UInt32
  /// Its beginning, from the IP header on: in Base64.
  public var bytes: Data

  public init(time: Double, rule: String, interface: String, direction: String, byteCount: UInt32, bytes: Data) {
    self.time = time
    self.rule = rule
    self.interface = interface
    self.direction = direction
    self.byteCount = byteCount
    self.bytes = bytes
  }
}
