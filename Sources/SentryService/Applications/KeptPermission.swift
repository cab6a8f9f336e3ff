internal import SentryControl
internal import SentryPacket
internal import SentryRules

/// An executable that was allowed at a path until another was.
struct FormerExecutable: Sendable, Equatable {
  /// 64 hexadecimal digits.
  var sha256: String
  /// Connections that others open are allowed.
  var inbound: Bool
  /// Connections that it opens are.
  var outbound: Bool

  subscript(direction: Direction) -> Bool {
    get { direction == .inbound ? inbound : outbound }
    set { if direction == .inbound { inbound = newValue } else { outbound = newValue } }
  }
}

/// What somebody has decided about a program.
struct KeptPermission: Sendable, Equatable {
  enum How: String, Sendable, CaseIterable { case command, asked }

  enum Decision: String, Sendable, CaseIterable { case allow, deny }

  /// Of the executable.
  var path: String
  /// Whose processes it is about; `nil` for everybody's.
  var user: UInt32?
  /// Connections that others open; `nil` where that is not decided.
  var inbound: Decision?
  /// Connections that the program opens, likewise.
  var outbound: Decision?
  /// Of the executable when it was allowed, as 64 hexadecimal digits. A denial holds whatever stands at the path.
  var sha256: String?
  /// What was allowed at the path before this executable, and may run still; only beside one that is allowed.
  var former: FormerExecutable?
  /// Seconds since 1970.
  var time: Double
  var by: String
  var how: How

  private(set) subscript(direction: Direction) -> Decision? {
    get { direction == .inbound ? inbound : outbound }
    set { if direction == .inbound { inbound = newValue } else { outbound = newValue } }
  }

  var allowsAnything: Bool { inbound == .allow || outbound == .allow }

  var decidesAnything: Bool { inbound != nil || outbound != nil }

  /// What holds for an executable with this SHA-256; `nil` where nothing is decided.
  func permission(_ direction: Direction, sha256: String?) -> ApplicationPermission? {
    if self[direction] == .deny { return .denied }
    if let sha256, former?.sha256 == sha256, former?[direction] == true { return .allowed }
    guard self[direction] == .allow else { return nil }
    return sha256 == self.sha256 && sha256 != nil ? .allowed : .changed
  }

  /// Whether an executable with this SHA-256 at the path may do less than is allowed here.
  func isChanged(_ sha256: String) -> Bool {
    [Direction.inbound, .outbound].contains { permission($0, sha256: sha256) == .changed }
  }

  /// - Parameter decision: `nil` to leave the way undecided. Only an allowance leaves the former executable what it may do.
  mutating func decide(_ direction: Direction, _ decision: Decision?) {
    self[direction] = decision
    if decision != .allow { former?[direction] = false }
    tidy()
  }

  /// What is allowed from now on is this executable; what another one at its path was allowed is not decided for it, but what runs
  /// that one still keeps it.
  mutating func renew(_ sha256: String) {
    guard sha256 != self.sha256 else { return }
    let (before, again) = (self.sha256, former?.sha256 == sha256 ? former : nil)
    former = before.map { FormerExecutable(sha256: $0, inbound: inbound == .allow, outbound: outbound == .allow) }
    for way in [Direction.inbound, .outbound] {
      if self[way] == .allow { self[way] = nil }
      if again?[way] == true, self[way] == nil { self[way] = .allow }
    }
    self.sha256 = sha256
  }

  /// What nothing is allowed to is not remembered.
  mutating func tidy() {
    if !allowsAnything { sha256 = nil }
    if sha256 == nil || former.map({ !$0.inbound && !$0.outbound }) ?? true { former = nil }
  }

  var report: PermissionReport {
    var report = PermissionReport(
      path: path, user: user.map { UserNames.name(of: $0) ?? "\($0)" }, inbound: inbound?.rawValue,
      outbound: outbound?.rawValue, sha256: sha256, time: time, by: by, how: how.rawValue)
    report.former = former.map {
      FormerExecutableReport(sha256: $0.sha256, inbound: $0.inbound ? true : nil, outbound: $0.outbound ? true : nil)
    }
    return report
  }
}
