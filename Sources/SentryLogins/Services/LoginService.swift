/// A program that people log in to, and what its log says of that.
public struct LoginService: Sendable {
  /// A form of a line, and what it means.
  public struct Rule: Sendable {
    public var pattern: LoginPattern
    /// `nil`: nothing, and no later rule is asked.
    public var outcome: LoginEvent.Outcome?
    /// A line with one of these texts does not count: it could have been made to look like this form.
    public var unless: [[UInt8]]

    /// - Throws: what is wrong with the pattern.
    public init(
      _ outcome: LoginEvent.Outcome?, _ pattern: String, unless: [String] = []
    ) throws(LoginPatternError) {
      self.pattern = try LoginPattern(pattern)
      self.outcome = outcome
      self.unless = unless.map { Array($0.utf8) }
    }
  }

  public var name: String
  /// Names under which it writes to syslog or the journal: `sshd` stands for `sshd` and `sshd/…`.
  public var programs: [String]
  /// In the journal, only lines of processes of root are its.
  public var isRoots = false
  /// For what stands behind its name there.
  public var messages: [Rule]
  /// For whole lines of a log of its own.
  public var lines: [Rule]

  public init(
    name: String, programs: [String] = [], isRoots: Bool = false, messages: [Rule] = [], lines: [Rule] = []
  ) {
    self.name = name
    self.programs = programs
    self.isRoots = isRoots
    self.messages = messages
    self.lines = lines
  }

  /// Of those that are known, by name; `nil` for another name.
  public static func named(_ name: String) -> LoginService? { known.first { $0.name == name } }

  /// Programs whose logs are known.
  public static let known: [LoginService] = [.sshd, .vsftpd, .dovecot, .postfix, .nginx, .apache, .samba]
}

extension LoginService {
  /// Rules of our own, which tests have shown to be right.
  static func rules(
    _ outcome: LoginEvent.Outcome?, _ patterns: [String], unless: [String] = []
  ) -> [Rule] {
    patterns.compactMap { pattern in
      do throws(LoginPatternError) {
        return try Rule(outcome, pattern, unless: unless)
      } catch {
        assertionFailure("\(pattern): \(error.message)")
        return nil
      }
    }
  }
}
