/// What a line of a client means to a firewall (RFC 959 §4.1, RFC 2428).
public enum FTPCommand: Equatable, Sendable {
  /// `PASV`: the server is to say where it awaits the data connection.
  case passive
  /// `EPSV`: the same for any network protocol.
  case extendedPassive
  /// `PORT` or `EPRT`: the client awaits the data connection here.
  case active(FTPPlace)
  /// Another command with which clients begin.
  case opening
  /// Anything else, what cannot be read included.
  case other
}

extension FTPCommand {
  public init(_ line: borrowing FTPLine) {
    self = .other
    guard let (verb, end) = line.verb else { return }
    switch verb {
    case .pasv: self = .passive
    case .epsv: self = .extendedPassive
    case .port: if let place = line.hostAndPort(from: end + 1) { self = .active(place) }
    case .eprt: if let place = line.extendedPlace(from: end + 1) { self = .active(place) }
    case .user, .host, .auth, .feat, .opts, .clnt, .syst, .noop, .lang, .help, .csid, .acct, .quit, .stat, .site:
      self = .opening
    }
  }

  /// Clients may begin with it. What begins otherwise is another protocol, and its lines may come from somebody else: a page that has
  /// a browser post `PORT` to a port of FTP must not open anything.
  public var mayComeFirst: Bool {
    switch self {
    case .opening, .passive, .extendedPassive: true
    case .active, .other: false
    }
  }
}

/// Words that are known, their capital letters as one number.
private enum Verb: UInt32 {
  case pasv = 0x5041_5356
  case epsv = 0x4550_5356
  case port = 0x504F_5254
  case eprt = 0x4550_5254
  case user = 0x5553_4552
  case host = 0x484F_5354
  case auth = 0x4155_5448
  case feat = 0x4645_4154
  case opts = 0x4F50_5453
  case clnt = 0x434C_4E54
  case syst = 0x5359_5354
  case noop = 0x4E4F_4F50
  case lang = 0x4C41_4E47
  case help = 0x4845_4C50
  case csid = 0x4353_4944
  case acct = 0x4143_4354
  case quit = 0x5155_4954
  case stat = 0x5354_4154
  case site = 0x5349_5445
}

extension FTPLine {
  /// The word that begins the line, in letters of either case (RFC 959 §5.3), and where it ends.
  fileprivate var verb: (Verb, end: Int)? {
    var value: UInt32 = 0
    for index in 0..<4 {
      guard let letter = byte(at: index) else { return nil }
      value = value << 8 | UInt32(letter & ~0x20)
    }
    guard byte(at: 4) == nil || byte(at: 4) == UInt8(ascii: " ") else { return nil }
    return Verb(rawValue: value).map { ($0, 4) }
  }
}
