/// The process that carries out notifications, and its work since the daemon started.
public struct NotificationReport: Codable, Sendable, Equatable {
  /// What became of the notifications of one action.
  public struct Kind: Codable, Sendable, Equatable {
    /// `Alert`, `Email`, `URL` or `Script`.
    public var action: String
    /// Carried out.
    public var sent: UInt64
    public var failed: UInt64
    /// Not carried out, because there were too many.
    public var suppressed: UInt64

    public init(action: String, sent: UInt64, failed: UInt64, suppressed: UInt64) {
      self.action = action
      self.sent = sent
      self.failed = failed
      self.suppressed = suppressed
    }
  }

  /// Its number; `nil` while it does not run.
  public var process: Int32?
  /// Who it is, where root runs the daemon.
  public var user: String
  /// Why it does not run, or what it cannot do here.
  public var problem: String?
  /// Notifications that are not carried out yet.
  public var waiting: Int
  /// How often it ended by itself, or was ended because it did not answer.
  public var losses: UInt64
  public var kinds: [Kind]

  public init(process: Int32?, user: String, problem: String?, waiting: Int, losses: UInt64, kinds: [Kind]) {
    self.process = process
    self.user = user
    self.problem = problem
    self.waiting = waiting
    self.losses = losses
    self.kinds = kinds
  }
}
