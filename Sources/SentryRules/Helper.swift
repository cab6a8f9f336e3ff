/// Listens in on connections for further ones that they announce: an element of `settings.helpers`.
public struct Helper: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case ftp, tftp

    /// Where such servers are found (IANA "Service Name and Transport Protocol Port Number Registry").
    public var usualPort: UInt16 {
      switch self {
      case .ftp: 21
      case .tftp: 69
      }
    }
  }

  public var kind: Kind
  /// The servers' port: 1...65 535.
  public var port: UInt16

  public init(_ kind: Kind, port: UInt16? = nil) {
    self.kind = kind
    self.port = port ?? kind.usualPort
  }

  /// `ftp`, or `ftp 2121` for another port than the usual one.
  public var text: String { port == kind.usualPort ? kind.rawValue : "\(kind.rawValue) \(port)" }

  /// Reads what `text` writes; `nil` for anything else.
  init?(reading text: Substring) {
    let words = text.split(separator: " ")
    guard let name = words.first, let kind = Kind(rawValue: name.lowercased()), words.count <= 2 else { return nil }
    guard words.count == 2 else {
      self.init(kind)
      return
    }
    guard let port = UInt16(words[1]), port > 0 else { return nil }
    self.init(kind, port: port)
  }
}
