/// How it stands with permissions of programs.
public struct ApplicationsStatusReport: Codable, Sendable, Equatable {
  /// `nil` where the document leaves programs without a permission to the rules.
  public var policy: ApplicationPolicyReport?
  /// Programs that something is decided about.
  public var permissions: Int
  /// Questions that wait.
  public var questions: Int
  public var counts: ApplicationCountsReport
  /// Packets that wait for a decision.
  public var packets: Int
  /// Why permissions are not read; `nil` if they are.
  public var problem: String?
  /// What keeps programs from being told, and what would help; `nil` if nothing does.
  public var warning: String?

  public init(
    policy: ApplicationPolicyReport?, permissions: Int, questions: Int, counts: ApplicationCountsReport, packets: Int,
    problem: String?
  ) {
    self.policy = policy
    self.permissions = permissions
    self.questions = questions
    self.counts = counts
    self.packets = packets
    self.problem = problem
  }
}

/// Questions about programs, the oldest first.
public struct ApplicationQuestionsReply: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// Those that wait for an answer.
  public var waiting: [ApplicationQuestionReport]
  /// Those that were answered last, that nobody has answered in time, or that need no answer any longer; the latest last.
  public var settled: [ApplicationQuestionReport]
  /// What the document says; `nil` if it says nothing of programs without a permission.
  public var policy: ApplicationPolicyReport?

  public init(
    time: Double, waiting: [ApplicationQuestionReport] = [], settled: [ApplicationQuestionReport] = [],
    policy: ApplicationPolicyReport? = nil
  ) {
    self.time = time
    self.waiting = waiting
    self.settled = settled
    self.policy = policy
  }
}

/// May a program do that? Its packets wait for the answer.
public struct ApplicationQuestionReport: Codable, Sendable, Equatable {
  /// Goes up by one from question to question, from 1 at the daemon's start.
  public var number: Int
  /// The path of the executable, as it is: not yet fit to be shown.
  public var path: String
  /// Of the process that was seen first.
  public var process: UInt32
  /// Who owns its socket, by name; `nil` if that is not known.
  public var user: String?
  /// `inbound`: others open the connection. `outbound`: the program does.
  public var direction: String
  /// `tcp` or `udp`.
  public var transport: String
  /// The other end of the first connection: its address.
  public var peer: String
  public var peerPort: Int
  public var localPort: Int
  /// The program was allowed, and has been changed since.
  public var changed: Bool
  /// The process runs a file in whose place is another by now; `nil` if that is not so.
  public var replaced: Bool?
  /// Seconds since 1970 when it was asked.
  public var time: Double
  /// Seconds until it is answered by `otherwise`; `nil` once it is settled.
  public var remainingSeconds: Double?
  /// `allow` or `deny` once it is settled; `nil` for one that is void.
  public var answer: String?
  /// Who has answered, by user name; `nil` while it waits, or if nobody has.
  public var by: String?
  /// It needs no answer any longer: other rules are in force, or the firewall is off. `nil` if that is not so.
  public var void: Bool?
  /// For so many seconds the answer holds; `nil` for one that is kept.
  public var holdsSeconds: Int?
  /// The answer holds for the executable that the process runs, not for the one in its place, until the daemon ends; `nil` if that is
  /// not so.
  public var untilRestart: Bool?

  public init(
    number: Int, path: String, process: UInt32, user: String?, direction: String, transport: String, peer: String,
    peerPort: Int, localPort: Int, changed: Bool, time: Double, remainingSeconds: Double? = nil,
    answer: String? = nil, by: String? = nil
  ) {
    self.number = number
    self.path = path
    self.process = process
    self.user = user
    self.direction = direction
    self.transport = transport
    self.peer = peer
    self.peerPort = peerPort
    self.localPort = localPort
    self.changed = changed
    self.time = time
    self.remainingSeconds = remainingSeconds
    self.answer = answer
    self.by = by
  }
}

/// Answers a question.
public struct ApplicationAnswerRequest: Codable, Sendable, Equatable {
  /// `allow` or `deny`.
  public var answer: String
  /// The answer is not kept: the program may be asked about again after some minutes.
  public var once: Bool?
  /// Also if a denial ends the SSH connection that the caller comes by.
  public var force: Bool?

  public init(answer: String, once: Bool? = nil, force: Bool? = nil) {
    self.answer = answer
    self.once = once
    self.force = force
  }
}

public struct ApplicationAnswerReply: Codable, Sendable, Equatable {
  /// As it is settled now.
  public var question: ApplicationQuestionReport
  /// What is remembered from now on; `nil` for an answer that is not kept: `holdsSeconds` and `untilRestart` of the question say more.
  public var permission: PermissionReport?

  public init(question: ApplicationQuestionReport, permission: PermissionReport? = nil) {
    self.question = question
    self.permission = permission
  }
}
