internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

/// Which addresses are this host: a packet from one of them is outbound.
enum LocalAddresses {
  /// Those of all interfaces now.
  static func own() -> [IPAddress] { ((try? NetworkInterface.all()) ?? []).flatMap(\.addresses) }

  /// The addresses of all interfaces, and what the document's setting `local` adds.
  static func networks(of interfaces: [NetworkInterface], settings: Settings) -> AddressSpans {
    let own = interfaces.flatMap(\.addresses).map { AddressRange(prefix: $0, length: 128) }
    return AddressSpans(own + settings.localNetworks)
  }
}
