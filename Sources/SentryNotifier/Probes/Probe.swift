internal import SentryRules

/// Probes or fetches what a `URL` rule names.
enum Probe {
  static func outcome(of text: String) async -> NoticeOutcome {
    let target: ProbeTarget
    do throws(ValueError) {
      target = try ProbeTarget(text)
    } catch {
      return .failed(error.message)
    }
    switch target {
    case .ping(let host): return await onAddress(of: host) { PingProbe.outcome(of: $0) }
    case .lookup(let host): return await LookupProbe.outcome(of: host)
    case .connect(let host, let port): return await onAddress(of: host) { ConnectProbe.outcome(of: $0, port: port) }
    case .page(let url): return await PageProbe.outcome(of: url)
    }
  }

  private static func onAddress(
    of host: String, _ body: @escaping @Sendable (SocketAddress) -> NoticeOutcome
  ) async -> NoticeOutcome {
    switch await HostLookup.addresses(of: host) {
    case .success(let addresses):
      guard let address = addresses.first else { return .failed("\(host) has no address") }
      return await Blocking.run { body(address) }
    case .failure(let failure): return .failed(failure.text)
    }
  }
}
