public import SentryPacket

/// What becomes of programs about which nothing is decided: `settings.applications` (docs/Applications.md).
public struct ApplicationSettings: Sendable, Equatable {
  public enum Unknown: String, Sendable, CaseIterable {
    /// The packets that open a connection wait for a person's decision.
    case ask
    case allow
    case deny
  }

  public enum Otherwise: String, Sendable, CaseIterable {
    case allow
    case deny
  }

  public static let timeoutLimits = 1...300

  /// Programs without a permission, or whose executable is not the one that was allowed. Default: people are asked.
  public var unknown = Unknown.ask
  /// How long a question waits, in seconds: 1...300, default 30.
  public var timeoutSeconds = 30
  /// What holds where nobody answers in time, or too many wait. Default: they may not.
  public var otherwise = Otherwise.deny

  public init() {}

  /// What programs without a permission may do where nobody is asked, or nobody answers.
  public var unanswered: ApplicationPermission {
    let isAllowed = unknown == .ask ? otherwise == .allow : unknown == .allow
    return isAllowed ? .allowed : .denied
  }
}
