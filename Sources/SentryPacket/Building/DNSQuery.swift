/// A question to a name server (RFC 1035 §4.1).
public struct DNSQuery: Sendable, Equatable {
  public var identifier: UInt16
  /// The bytes of `QNAME`: labels with their lengths, then 0.
  private let name: [UInt8]
  private let type: UInt16

  /// `nil` if a label is empty or longer than 63 bytes, or the name longer than 255 (RFC 1035 §2.3.4). A dot at the end
  /// changes nothing, and alone it is the root.
  public init?(name: some StringProtocol, type: UInt16 = 1, identifier: UInt16 = 1) {
    var encoded: [UInt8] = []
    let name = name.hasSuffix(".") ? name.dropLast() : name[...]
    guard name.utf8.count <= 253 else { return nil }
    for label in name.isEmpty ? [] : name.split(separator: ".", omittingEmptySubsequences: false) {
      guard let length = UInt8(exactly: label.utf8.count), (1...63).contains(length) else { return nil }
      encoded += [length] + label.utf8
    }
    self.name = encoded + [0]
    self.type = type
    self.identifier = identifier
  }

  /// One question of class IN, recursion desired.
  public var message: [UInt8] {
    .init(networkOrder: identifier) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name + .init(networkOrder: type) + [0, 1]
  }

  /// As it travels over TCP (RFC 1035 §4.2.2).
  public var messageOverTCP: [UInt8] { message.withLength16 }
}
