internal import SentryPacket

/// `lookup://host`: the addresses of a name, or the name of an address.
enum LookupProbe {
  private static let addressesShown = 8

  static func outcome(of host: String) async -> NoticeOutcome {
    switch await HostLookup.addresses(of: host) {
    case .failure(let failure): return .failed(failure.text)
    case .success(let addresses):
      guard let first = addresses.first else { return .failed("\(host) has no address") }
      guard IPAddress(host) != nil else {
        return .done("\(host) is \(addresses.prefix(addressesShown).map(HostLookup.text).joined(separator: ", "))")
      }
      switch await HostLookup.name(of: first, written: host) {
      case .success(let name): return .done("\(host) is \(name)")
      case .failure(let failure): return .failed(failure.text)
      }
    }
  }
}
