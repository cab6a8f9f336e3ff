/// A document that is in force on trial: unless somebody confirms it in time, the one before returns.
public struct TrialReport: Codable, Sendable, Equatable {
  /// The one that returns.
  public var before: DocumentReport
  /// Who has put the other in force.
  public var user: String
  /// For how long, in all.
  public var seconds: Int
  /// Seconds that are left, rounded up.
  public var remaining: Int

  public init(before: DocumentReport, user: String, seconds: Int, remaining: Int) {
    self.before = before
    self.user = user
    self.seconds = seconds
    self.remaining = remaining
  }
}

/// What `confirm` asks for.
public struct ConfirmRequest: Codable, Sendable, Equatable {
  /// Also through the SSH connection that the document came through.
  public var force: Bool?

  public init(force: Bool? = nil) { self.force = force }
}

/// The document that was on trial stays in force.
public struct ConfirmReply: Codable, Sendable, Equatable {
  public var document: DocumentReport
  /// Seconds that were left, rounded up.
  public var remaining: Int

  public init(document: DocumentReport, remaining: Int) {
    self.document = document
    self.remaining = remaining
  }
}

/// That the rules which somebody wants in force would end his own way in: packets of the SSH connection he asks through would not
/// pass.
public struct LockoutReport: Codable, Sendable, Equatable {
  /// The other end of the connection.
  public var peer: String
  /// The port it goes to.
  public var port: Int
  /// Which packet would not pass: `a packet of`, `an answer on`, `a new connection like`, `the answer to a new connection like`.
  public var packet: String
  /// The rule that would end it: its number, `0` for a check before the rules.
  public var rule: String
  /// Of the rule; may be empty. The reason, for a check before the rules.
  public var name: String
  /// `delete`, `reject` or `dropConnection`.
  public var verdict: String
  /// False where verdicts are not carried out: then this is only a warning.
  public var enforced: Bool
  /// The paths of programs that would need a permission for what comes in; `nil` if there are none.
  public var programs: [String]?

  public init(
    peer: String, port: Int, packet: String, rule: String, name: String, verdict: String, enforced: Bool
  ) {
    self.peer = peer
    self.port = port
    self.packet = packet
    self.rule = rule
    self.name = name
    self.verdict = verdict
    self.enforced = enforced
  }

  /// `rule 2 rest would delete a packet of the SSH connection from 203.0.113.9 to port 22`, and what would allow it.
  public var text: String {
    let decider = rule == "0" ? "a check before the rules (\(name))" : "rule \(rule)\(name.isEmpty ? "" : " \(name)")"
    let verb = verdict == "dropConnection" ? "drop" : verdict
    let way = programs.map { "; first: sentry applications allow \($0.joined(separator: " ")) --inbound" } ?? ""
    return "\(decider) would \(verb) \(packet) the SSH connection from \(peer) to port \(port)\(way)"
  }
}
