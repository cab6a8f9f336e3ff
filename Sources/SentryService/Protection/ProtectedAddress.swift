internal import SentryCapture
internal import SentryControl
internal import SentryNetfilter
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

/// Addresses that no rule triggers, and why.
struct ProtectedAddress: Hashable, Sendable {
  enum Reason: String, Sendable {
    case settings = "settings.protected"
    case own = "own address"
    case gateway = "default gateway"
    case resolver = "resolver"
    case login = "SSH login"
    case allowed = "allowed"
  }

  var range: AddressRange
  var reason: Reason

  init(_ range: AddressRange, _ reason: Reason) {
    self.range = range
    self.reason = reason
  }

  init(_ address: IPAddress, _ reason: Reason) { self.init(AddressRange(prefix: address, length: 128), reason) }

  var report: ProtectedAddressReport { ProtectedAddressReport(address: range.description, reason: reason.rawValue) }
}

/// What this host must not lose by a rule or a forged packet, as it is now.
struct HostProtection: Equatable, Sendable {
  /// In the order of their reasons, without repetitions.
  var addresses: [ProtectedAddress] = []
  /// What could not be found out; `nil` if all could.
  var problem: String?

  /// Looks at the system: some milliseconds, with the number of processes.
  static func current(_ interfaces: [NetworkInterface]) -> HostProtection {
    let logins = SSHLogins.now()
    var problems = logins.areHidden ? [hiddenLogins] : []
    var gateways: [IPAddress] = []
    do throws(NetfilterError) {
      gateways = try DefaultGateways.current()
    } catch {
      problems.append("the default gateways are not known: \(error)")
    }
    let addresses =
      interfaces.flatMap(\.addresses).map { ProtectedAddress($0, .own) }
      + gateways.map { ProtectedAddress($0, .gateway) }
      + HostResolvers.current().map { ProtectedAddress($0, .resolver) }
      + logins.peers.map { ProtectedAddress($0, .login) }
    return HostProtection(addresses, problem: problems.isEmpty ? nil : problems.joined(separator: "; "))
  }

  private static let hiddenLogins =
    "the peers of SSH logins cannot be seen: that needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"

  init(_ addresses: [ProtectedAddress] = [], problem: String? = nil) {
    var known: Set<AddressRange> = []
    self.addresses = addresses.filter { known.insert($0.range).inserted }
    self.problem = problem
  }

  var spans: AddressSpans { AddressSpans(addresses.map(\.range)) }
}

extension Settings {
  var protectedAddresses: [ProtectedAddress] { protectedNetworks.map { ProtectedAddress($0, .settings) } }
}
