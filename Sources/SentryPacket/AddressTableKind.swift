/// The four tables of remembered addresses, by what fills them.
public enum AddressTableKind: UInt8, Sendable, CaseIterable {
  /// Filled by `Trigger`.
  case trigger
  /// Filled by `Keep address`.
  case address
  /// Filled by `Authorize`.
  case authorize
  /// Filled by `Keep invalid` and by the check for short TCP headers.
  case invalid

  /// The word in documents, table files and reports.
  public var name: String {
    switch self {
    case .trigger: "trigger"
    case .address: "address"
    case .authorize: "authorize"
    case .invalid: "invalid"
    }
  }
}
