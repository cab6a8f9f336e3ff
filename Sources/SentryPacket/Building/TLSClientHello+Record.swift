extension TLSClientHello {
  /// A record with a ClientHello that offers TLS 1.3 and 1.2 and asks for `serverName` (RFC 6066 §3).
  ///
  /// Random bytes, session and key are fixed, so that the same name always gives the same record.
  public static func record(serverName: String) -> [UInt8] {
    let random = (0..<32).map { UInt8($0) }
    let session = [32] + (32..<64).map { UInt8($0) }
    var hello: [UInt8] = [3, 3] + random + session
    hello += cipherSuites.withLength16 + [1, 0] + extensions(serverName).withLength16
    let handshake = [1, 0] + hello.withLength16
    return [22, 3, 1] + handshake.withLength16
  }

  /// The three of TLS 1.3, then ECDHE with AES-GCM for 1.2.
  private static let cipherSuites: [UInt8] = [0x13, 1, 0x13, 2, 0x13, 3, 0xC0, 0x2B, 0xC0, 0x2F]

  private static func extensions(_ serverName: String) -> [UInt8] {
    let hostName = [0] + Array(serverName.utf8).withLength16
    let x25519: [UInt8] = [0, 29]
    let key = (64..<96).map { UInt8($0) }
    return item(0, hostName.withLength16)  // server_name
      + item(10, x25519.withLength16)  // supported_groups
      + item(13, [4, 3, 8, 4].withLength16)  // signature_algorithms: ECDSA P-256, RSA-PSS
      + item(43, [4, 3, 4, 3, 3])  // supported_versions
      + item(51, (x25519 + key.withLength16).withLength16)  // key_share
  }

  private static func item(_ type: UInt16, _ data: [UInt8]) -> [UInt8] {
    .init(networkOrder: type) + data.withLength16
  }
}
