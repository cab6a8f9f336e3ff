public import SentryLogins

/// Who is blocked for logins that fail, and the logs that tell: `settings.logins` (docs/Logins.md).
public struct LoginSettings: Sendable, Equatable {
  /// Failures in a row after which an address is blocked: 1...100.
  public var failures = 10
  /// Seconds within which they come: 1...604 800.
  public var windowSeconds = 3_600
  /// Seconds for which it is blocked: 1...31 536 000.
  public var blockSeconds = 900
  /// How much longer each further block of the same address is: 1...100 times.
  public var growth = 4
  /// Seconds that no block exceeds: 1...31 536 000.
  public var longestBlockSeconds = 604_800
  /// Logs that are followed: at most `mostSources`.
  public var sources: [LoginSource] = []

  public static let failureLimits = 1...100
  public static let windowLimits = 1...604_800
  public static let blockLimits = 1...31_536_000
  public static let growthLimits = 1...100
  public static let mostSources = 32

  public init() {}
}

/// A log of programs that people log in to.
public struct LoginSource: Sendable, Equatable {
  public enum Place: Sendable, Hashable {
    /// A path from the root.
    case file(String)
    /// A unit of systemd, whose messages in the journal are read.
    case journal(String)

    var isFile: Bool {
      switch self {
      case .file: true
      case .journal: false
      }
    }
  }

  public var place: Place
  /// Names of `LoginService.known`, in the document's order.
  public var services: [String]
  /// What else its lines can look like.
  public var own: OwnLoginPatterns?

  public static let mostPatterns = 32

  public init(_ place: Place, services: [String] = [], own: OwnLoginPatterns? = nil) {
    self.place = place
    self.services = services
    self.own = own
  }

  /// What reads it.
  public var reader: LoginReader {
    LoginReader(services.compactMap { LoginService.named($0) } + (own.map { [$0.service] } ?? []))
  }
}

extension LoginSource.Place: CustomStringConvertible {
  /// `/var/log/auth.log`, `journal of ssh.service`
  public var description: String {
    switch self {
    case .file(let path): path
    case .journal(let unit): "journal of \(unit)"
    }
  }
}

/// A service that we do not know, by the lines that it writes.
public struct OwnLoginPatterns: Sendable, Equatable {
  /// What its failures are counted under.
  public var name: String
  /// Its name in syslog or the journal; `nil`: the patterns are for whole lines.
  public var program: String?
  /// Patterns as `LoginPattern` reads them.
  public var failed: [String]
  public var succeeded: [String]

  public init(name: String, program: String? = nil, failed: [String], succeeded: [String] = []) {
    self.name = name
    self.program = program
    self.failed = failed
    self.succeeded = succeeded
  }

  /// Patterns that cannot be used are left out; a document that was checked has none.
  var service: LoginService {
    let rules =
      failed.compactMap { try? LoginService.Rule(.failed, $0) }
      + succeeded.compactMap { try? LoginService.Rule(.succeeded, $0) }
    return LoginService(
      name: name, programs: program.map { [$0] } ?? [], messages: program == nil ? [] : rules,
      lines: program == nil ? rules : [])
  }
}
