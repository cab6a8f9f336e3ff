/// What has been decided about the program behind a packet and the way its connection was opened.
public enum ApplicationPermission: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case allowed = 1
  case denied = 2
  /// Nothing has been decided.
  case unknown = 3
  /// It was allowed, but the executable is not the one that was.
  case changed = 4

  /// As documents write it.
  public var name: String {
    switch self {
    case .allowed: "allowed"
    case .denied: "denied"
    case .unknown: "unknown"
    case .changed: "changed"
    }
  }

  public init?(name: some StringProtocol) {
    guard let permission = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = permission
  }
}
