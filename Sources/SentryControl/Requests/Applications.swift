/// Programs of this host that listen, have connections, or have a permission.
public struct ApplicationsReply: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// The rules in force ask for permissions: without, those below change nothing.
  public var asked: Bool
  /// What the document says of programs without a permission; `nil` if it leaves them to the rules.
  public var policy: ApplicationPolicyReport?
  /// By path.
  public var applications: [ApplicationReport]
  /// Questions that wait for an answer.
  public var questions: Int
  /// Questions that were asked since the start, and what became of them.
  public var counts: ApplicationCountsReport
  /// Why permissions are not read or kept; `nil` if all is well.
  public var problem: String?
  /// What keeps programs from being told, and what would help; `nil` if nothing does.
  public var warning: String?

  public init(
    time: Double, asked: Bool, policy: ApplicationPolicyReport? = nil, applications: [ApplicationReport] = [],
    questions: Int = 0, counts: ApplicationCountsReport = ApplicationCountsReport(), problem: String? = nil
  ) {
    self.time = time
    self.asked = asked
    self.policy = policy
    self.applications = applications
    self.questions = questions
    self.counts = counts
    self.problem = problem
  }
}

/// `settings.applications`.
public struct ApplicationPolicyReport: Codable, Sendable, Equatable {
  /// `ask`, `allow` or `deny`.
  public var unknown: String
  /// Seconds that a question waits for its answer.
  public var timeoutSeconds: Int
  /// `allow` or `deny`: what holds where nobody answers.
  public var otherwise: String
  /// Why nobody is asked although `unknown` says so; `nil` if people are, or it does not.
  public var silence: String?

  public init(unknown: String, timeoutSeconds: Int, otherwise: String, silence: String? = nil) {
    self.unknown = unknown
    self.timeoutSeconds = timeoutSeconds
    self.otherwise = otherwise
    self.silence = silence
  }
}

/// What became of questions since the start.
public struct ApplicationCountsReport: Codable, Sendable, Equatable {
  public var asked: UInt64
  public var allowed: UInt64
  public var denied: UInt64
  public var timedOut: UInt64
  /// Connections that could not be asked about, because too many waited: judged as if nobody had answered.
  public var unasked: UInt64

  public init(
    asked: UInt64 = 0, allowed: UInt64 = 0, denied: UInt64 = 0, timedOut: UInt64 = 0, unasked: UInt64 = 0
  ) {
    self.asked = asked
    self.allowed = allowed
    self.denied = denied
    self.timedOut = timedOut
    self.unasked = unasked
  }
}

/// A program of this host.
public struct ApplicationReport: Codable, Sendable, Equatable {
  /// The path of its executable, as it is: not yet fit to be shown.
  public var path: String
  /// Its processes with sockets, lowest first; empty if none runs.
  public var processes: [UInt32]
  /// The users whose sockets they are, by name.
  public var users: [String]
  /// Where it listens: `22/tcp`, by protocol and port.
  public var listens: [String]
  /// TCP connections, and UDP sockets with another end.
  public var connections: Int
  /// Other ends of those, each address once.
  public var peers: Int
  /// What has been decided about it: at most one for everybody, then those for single users.
  public var permissions: [PermissionReport]
  /// What is at its path now is not what was allowed.
  public var changed: Bool
  /// What holds for a while, and is not kept: where nothing is decided; `nil` if nothing does.
  public var temporary: [TemporaryPermissionReport]?

  public init(
    path: String, processes: [UInt32] = [], users: [String] = [], listens: [String] = [], connections: Int = 0,
    peers: Int = 0, permissions: [PermissionReport] = [], changed: Bool = false
  ) {
    self.path = path
    self.processes = processes
    self.users = users
    self.listens = listens
    self.connections = connections
    self.peers = peers
    self.permissions = permissions
    self.changed = changed
  }
}

/// What holds for a program for a while.
public struct TemporaryPermissionReport: Codable, Sendable, Equatable {
  /// `inbound`: connections that others open. `outbound`: those that the program opens.
  public var direction: String
  /// `allow` or `deny`.
  public var answer: String
  /// `nil`: until the daemon ends.
  public var remainingSeconds: Double?
  /// Who has answered, by user name; `nil` if nobody has in time.
  public var by: String?
  /// It holds for processes that run a file in whose place is another by now; `nil` if that is not so.
  public var replaced: Bool?

  public init(
    direction: String, answer: String, remainingSeconds: Double? = nil, by: String? = nil, replaced: Bool? = nil
  ) {
    self.direction = direction
    self.answer = answer
    self.remainingSeconds = remainingSeconds
    self.by = by
    self.replaced = replaced
  }
}

/// What has been decided about a program.
public struct PermissionReport: Codable, Sendable, Equatable {
  public var path: String
  /// Whose processes it is about, by name; `nil` for everybody's.
  public var user: String?
  /// Connections that others open: `allow`, `deny`, or `nil` if that is not decided.
  public var inbound: String?
  /// Connections that it opens, likewise.
  public var outbound: String?
  /// The SHA-256 of the executable when it was allowed, as 64 hexadecimal digits; `nil` where nothing is allowed.
  public var sha256: String?
  /// The executable that was allowed at the path before this one, as far as what runs it still may go on; `nil` if there is none.
  public var former: FormerExecutableReport?
  /// Seconds since 1970 of the decision.
  public var time: Double
  /// Who decided, by user name.
  public var by: String
  /// `command` or `asked`.
  public var how: String

  public init(
    path: String, user: String? = nil, inbound: String? = nil, outbound: String? = nil, sha256: String? = nil,
    time: Double, by: String, how: String
  ) {
    self.path = path
    self.user = user
    self.inbound = inbound
    self.outbound = outbound
    self.sha256 = sha256
    self.time = time
    self.by = by
    self.how = how
  }
}

/// An executable that was allowed at a path until another was: what processes that run it still may do.
public struct FormerExecutableReport: Codable, Sendable, Equatable {
  /// 64 hexadecimal digits.
  public var sha256: String
  /// Connections that others open are allowed; `nil` if not.
  public var inbound: Bool?
  /// Connections that it opens are; `nil` if not.
  public var outbound: Bool?

  public init(sha256: String, inbound: Bool? = nil, outbound: Bool? = nil) {
    self.sha256 = sha256
    self.inbound = inbound
    self.outbound = outbound
  }
}

/// Allows or denies a program, or takes back what was decided about one way.
public struct PermissionRequest: Codable, Sendable, Equatable {
  /// The path of its executable, from the root.
  public var path: String
  /// For a way about which nothing shall be decided any longer.
  public static let undecided = "undecided"

  /// `allow`, `deny`, `undecided`, or `nil`, which leaves what was decided before; one of both must be given.
  public var inbound: String?
  public var outbound: String?
  /// A user's name or number, for the processes of that user alone.
  public var user: String?
  /// Also if that ends the SSH connection that the caller comes by.
  public var force: Bool?

  public init(
    path: String, inbound: String? = nil, outbound: String? = nil, user: String? = nil, force: Bool? = nil
  ) {
    self.path = path
    self.inbound = inbound
    self.outbound = outbound
    self.user = user
    self.force = force
  }
}

public struct PermissionReply: Codable, Sendable, Equatable {
  public var permission: PermissionReport
  /// The rules in force ask for permissions.
  public var asked: Bool

  public init(permission: PermissionReport, asked: Bool) {
    self.permission = permission
    self.asked = asked
  }
}

/// Takes back what was decided about a program.
public struct ForgetPermissionRequest: Codable, Sendable, Equatable {
  public var path: String
  /// Only what was decided for this user; `nil`: all.
  public var user: String?
  /// Also if that ends the SSH connection that the caller comes by.
  public var force: Bool?

  public init(path: String, user: String? = nil, force: Bool? = nil) {
    self.path = path
    self.user = user
    self.force = force
  }
}

public struct ForgetPermissionReply: Codable, Sendable, Equatable {
  /// What was decided until now; empty if nothing was.
  public var forgotten: [PermissionReport]
  /// What held for a while; `nil` if nothing did.
  public var temporary: [TemporaryPermissionReport]?

  public init(forgotten: [PermissionReport]) { self.forgotten = forgotten }
}
