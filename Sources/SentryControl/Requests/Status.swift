/// How a daemon is doing.
public struct StatusReply: Codable, Sendable, Equatable {
  /// `monitor`: verdicts are computed and reported, nothing is enforced; `queue`: packets wait in the kernel for their verdict.
  public var mode: String
  /// The master switch; off, every packet passes without being judged.
  public var enabled: Bool
  public var document: DocumentReport
  /// Seconds since 1970.
  public var startTime: Double
  /// Seconds since 1970, when the numbers below were read.
  public var time: Double
  public var interfaces: [InterfaceReport]
  /// The latest rule sets, oldest first, the one in force last: how many packets each has judged.
  public var generations: [GenerationReport]
  /// The four tables of addresses, then the table of connections.
  public var tables: [TableSizeReport]
  /// Packets by verdict since the daemon started: `pass`, `delete` and so on.
  public var verdicts: [String: UInt64]
  /// Log events that did not fit between the packet thread and the journal.
  public var lostEvents: UInt64
  /// Bytes of memory that are the process's own (RssAnon); `nil` where the system does not say.
  public var memoryBytes: Int?
  /// In queue mode only.
  public var queue: QueueReport?
  /// In bridge mode only.
  public var bridge: BridgeReport?
  /// Only while rules ask for the processes behind packets.
  public var owners: OwnerReport?
  /// The limits of `Rate limit` rules, in document order; empty where verdicts are not carried out.
  public var rates: [RateReport]?
  /// Addresses that no rule triggers now, with those of the document last.
  public var protected: [ProtectedAddressReport]
  /// Packets whose sources rules would have triggered, were they not protected.
  public var preventedTriggers: UInt64
  /// Packets whose sources rules would have triggered, had the sources shown what `settings.triggerProof` asks for.
  public var unprovenTriggers: UInt64?
  /// Packets whose sources rules would have triggered, had not so many others entered in that minute.
  public var cappedTriggers: UInt64?
  /// True while the whole document is only observed.
  public var isObserved: Bool?
  /// What of `protected` cannot be found out; `nil` if all can.
  public var protectionProblem: String?
  /// How notifications are carried out; `nil` where no rule notifies.
  public var notifications: NotificationReport?
  /// The memory on disk; `nil` where none is kept.
  public var memory: MemoryReport?
  /// The document in force waits to be confirmed; `nil` if it does not.
  public var trial: TrialReport?
  public var log: LogReport?
  /// The lists that the document follows; `nil` where it follows none.
  public var lists: [FollowedListReport]?
  /// What helpers have heard; `nil` where none is switched on.
  public var helpers: HelpersReport?
  /// What becomes of programs without a permission, and of questions about them; `nil` where rules do not ask for permissions.
  public var applications: ApplicationsStatusReport?
  /// Where the web pages are to be had: `http://127.0.0.1:8787`; `nil` where there are none.
  public var web: String?
  /// Seconds that the daemon's local time is ahead of UTC: that of log files, mails and rules that ask for the time of day.
  public var utcOffset: Int?

  public init(
    mode: String, enabled: Bool, document: DocumentReport, startTime: Double, time: Double,
    interfaces: [InterfaceReport],
    generations: [GenerationReport], tables: [TableSizeReport], verdicts: [String: UInt64],
    lostEvents: UInt64, memoryBytes: Int?, queue: QueueReport? = nil,
    bridge: BridgeReport? = nil, owners: OwnerReport? = nil, rates: [RateReport]? = nil,
    protected: [ProtectedAddressReport] = [], preventedTriggers: UInt64 = 0,
    unprovenTriggers: UInt64? = nil, cappedTriggers: UInt64? = nil, isObserved: Bool? = nil,
    protectionProblem: String? = nil, notifications: NotificationReport? = nil, memory: MemoryReport? = nil,
    log: LogReport? = nil
  ) {
    self.mode = mode
    self.enabled = enabled
    self.document = document
    self.startTime = startTime
    self.time = time
    self.interfaces = interfaces
    self.generations = generations
    self.tables = tables
    self.verdicts = verdicts
    self.lostEvents = lostEvents
    self.memoryBytes = memoryBytes
    self.queue = queue
    self.bridge = bridge
    self.owners = owners
    self.rates = rates
    self.protected = protected
    self.preventedTriggers = preventedTriggers
    self.unprovenTriggers = unprovenTriggers
    self.cappedTriggers = cappedTriggers
    self.isObserved = isObserved
    self.protectionProblem = protectionProblem
    self.notifications = notifications
    self.memory = memory
    self.log = log
  }
}

/// What the helpers of `settings.helpers` have heard.
public struct HelpersReport: Codable, Sendable, Equatable {
  /// FTP's control connections that are open, or have ended in the last minute.
  public var controls: Int
  /// Connections that were announced and have not begun.
  public var announced: Int
  /// Those announced since the helpers were switched on.
  public var announcements: UInt64
  /// Announcements that were not believed: of somebody else's address, or of a port below 1024.
  public var refusals: UInt64

  public init(controls: Int, announced: Int, announcements: UInt64, refusals: UInt64) {
    self.controls = controls
    self.announced = announced
    self.announcements = announcements
    self.refusals = refusals
  }
}

/// Addresses that no rule triggers, and why.
public struct ProtectedAddressReport: Codable, Sendable, Equatable {
  /// One address, `net/length` or `first-last`.
  public var address: String
  /// `own address`, `default gateway`, `resolver`, `SSH login` or `settings.protected`.
  public var reason: String

  public init(address: String, reason: String) {
    self.address = address
    self.reason = reason
  }
}

/// The process that looks up who is behind packets, and its work since the rules first asked.
public struct OwnerReport: Codable, Sendable, Equatable {
  /// Its number; `nil` while it does not run.
  public var process: Int32?
  /// Why it does not run, or cannot answer.
  public var problem: String?
  /// Packets that wait for an answer now.
  public var waiting: Int
  public var lookups: UInt64
  /// Packets' questions that could not be asked, or were not answered in time: their packets counted as nobody's.
  public var unanswered: UInt64
  /// Sockets that it was not allowed to find the process of.
  public var hidden: UInt64
  /// Of an answer, in seconds; 0 before the first.
  public var averageWait: Double
  /// How often it ended by itself, or was ended because it did not answer.
  public var losses: UInt64

  public init(
    process: Int32? = nil, problem: String? = nil, waiting: Int = 0, lookups: UInt64 = 0, unanswered: UInt64 = 0,
    hidden: UInt64 = 0, averageWait: Double = 0, losses: UInt64 = 0
  ) {
    self.process = process
    self.problem = problem
    self.waiting = waiting
    self.lookups = lookups
    self.unanswered = unanswered
    self.hidden = hidden
    self.averageWait = averageWait
    self.losses = losses
  }
}

/// How the limit of a `Rate limit` rule is doing, in one direction.
public struct RateReport: Codable, Sendable, Equatable {
  /// The rule's number.
  public var rule: String
  public var name: String
  /// `in` or `out`.
  public var direction: String
  /// What the rule allows all flows together.
  public var bitsPerSecond: UInt64
  /// Of that, what the rules before it need now; 0 for all but the last limit of the direction, which gives way to the others.
  public var reservedBitsPerSecond: UInt64
  /// Flows that used more than a quarter of their share in the last full second.
  public var activeFlows: Int
  /// Bytes in that second: payload of TCP, whole packets of all else.
  public var bytesPerSecond: UInt64
  /// Packets that wait now.
  public var waiting: Int
  /// Packets that have waited, those that wait now included.
  public var held: UInt64
  public var dropped: UInt64
  /// Segments that passed with a smaller window than their sender had given them.
  public var loweredWindows: UInt64

  public init(
    rule: String, name: String, direction: String, bitsPerSecond: UInt64, reservedBitsPerSecond: UInt64 = 0,
    activeFlows: Int = 0, bytesPerSecond: UInt64 = 0, waiting: Int = 0, held: UInt64 = 0, dropped: UInt64 = 0,
    loweredWindows: UInt64 = 0
  ) {
    self.rule = rule
    self.name = name
    self.direction = direction
    self.bitsPerSecond = bitsPerSecond
    self.reservedBitsPerSecond = reservedBitsPerSecond
    self.activeFlows = activeFlows
    self.bytesPerSecond = bytesPerSecond
    self.waiting = waiting
    self.held = held
    self.dropped = dropped
    self.loweredWindows = loweredWindows
  }
}

/// What became of the frames that came to a bridge.
public struct BridgeReport: Codable, Sendable, Equatable {
  /// Verdicts are reported, but all frames pass.
  public var dryRun: Bool
  /// Frames sent on; each piece of a divided one counts.
  public var passed: UInt64
  /// Frames of our own making, for the ends of connections.
  public var answers: UInt64
  /// Frames that `Delay` holds.
  public var held: Int
  /// Frames whose checksum the sender had left to a network card.
  public var finished: UInt64
  /// Frames longer than the interfaces can send, which were sent in pieces.
  public var divided: UInt64
  /// Frames for this host itself, which are not sent on.
  public var forThisHost: UInt64
  /// Frames of `Route to` rules, which passed like others.
  public var routed: UInt64
  /// Frames that `Delay` had no memory for, and that passed at once.
  public var unheld: UInt64
  /// Lost: captured in part only.
  public var cut: UInt64
  /// Lost: longer than the interface can send, and nothing that could be divided.
  public var tooLong: UInt64
  /// Lost: too many others waited to be sent.
  public var noRoom: UInt64
  /// Lost: the interface was down or gone.
  public var failed: UInt64

  public init(
    dryRun: Bool = false, passed: UInt64 = 0, answers: UInt64 = 0, held: Int = 0, finished: UInt64 = 0,
    divided: UInt64 = 0, forThisHost: UInt64 = 0, routed: UInt64 = 0, unheld: UInt64 = 0, cut: UInt64 = 0,
    tooLong: UInt64 = 0, noRoom: UInt64 = 0, failed: UInt64 = 0
  ) {
    self.dryRun = dryRun
    self.passed = passed
    self.answers = answers
    self.held = held
    self.finished = finished
    self.divided = divided
    self.forThisHost = forThisHost
    self.routed = routed
    self.unheld = unheld
    self.cut = cut
    self.tooLong = tooLong
    self.noRoom = noRoom
    self.failed = failed
  }
}

/// The kernel queue in which packets wait for their verdict.
public struct QueueReport: Codable, Sendable, Equatable {
  public var number: UInt16
  /// What the kernel does with packets while nobody judges them: `fail-open` or `fail-closed`.
  public var policy: String
  /// Verdicts are reported, but all packets pass.
  public var dryRun: Bool
  /// Packets that wait now, those that `Delay` holds included.
  public var waiting: UInt64
  /// Packets that `Delay` holds.
  public var held: Int
  /// Packets that found the queue full: passed unjudged under `fail-open`, otherwise dropped.
  public var overflowed: UInt64
  /// Packets the kernel could not hand over, because too many came at once.
  public var undelivered: UInt64
  /// Decisions the kernel did not take.
  public var refused: UInt64
  /// Packets that the kernel dropped while they waited, because somebody took out a chain of its packet filter. One may stand for
  /// several.
  public var vanished: UInt64
  /// Packets sent by us, answers and those that take another way, that the system did not take.
  public var unsent: UInt64
  /// The ways out that `Route to` rules name; empty while nothing feeds the queue.
  public var ways: [WayReport]
  /// Why the kernel hands over nothing although it should; `nil` while it does.
  public var problem: String?
  /// What feeds the queue; `nil` while nothing does, as after `sentry off`.
  public var kernel: KernelPartReport?
  /// What waits, found the queue full or was not handed over is not ours to see, and 0 here.
  public var countsHidden: Bool?

  public init(
    number: UInt16, policy: String, dryRun: Bool, waiting: UInt64, held: Int, overflowed: UInt64, undelivered: UInt64,
    refused: UInt64, vanished: UInt64 = 0, unsent: UInt64, problem: String?,
    ways: [WayReport] = [], kernel: KernelPartReport?
  ) {
    self.number = number
    self.policy = policy
    self.dryRun = dryRun
    self.waiting = waiting
    self.held = held
    self.overflowed = overflowed
    self.undelivered = undelivered
    self.refused = refused
    self.vanished = vanished
    self.unsent = unsent
    self.problem = problem
    self.ways = ways
    self.kernel = kernel
  }
}

/// How the way out that a `Route to` rule names is doing.
public struct WayReport: Codable, Sendable, Equatable {
  /// The numbers of the rules that name it.
  public var rules: [String]
  public var nextHop: String
  /// Why packets for it take their normal way, as the system says it; `nil` while there is a way.
  public var problem: String?
  /// How often the way was put back after it was lost.
  public var restorations: Int
  /// Packets that the system did not take for it: larger than its interface allows, as a rule.
  public var unsent: UInt64

  public init(rules: [String], nextHop: String, problem: String? = nil, restorations: Int = 0, unsent: UInt64 = 0) {
    self.rules = rules
    self.nextHop = nextHop
    self.problem = problem
    self.restorations = restorations
    self.unsent = unsent
  }
}

/// What of ours stands in the kernel's packet filter.
public struct KernelPartReport: Codable, Sendable, Equatable {
  /// `native`: nftables hands packets to the queue; `marked`: it marks them, and iptables hands over what is marked.
  public var form: String
  /// Whose packets are handed over.
  public var interfaces: [String]
  /// How often it was put back after somebody had changed it.
  public var restorations: Int
  /// Packets that met no queue although they should have.
  public var unjudged: UInt64
  /// The numbers of the rules that the kernel decides by itself, ahead of the queue.
  public var decides: [String]
  /// Rules that cannot be judged everywhere.
  public var notCovered: [UncoveredRule]
  /// What the kernel drops of triggered addresses by itself; `nil` if it does not.
  public var blocks: BlockingReport?
  /// Why it does not; `nil` if it does.
  public var blocksNot: String?
  /// Flows whose packets pass without a judgement; `nil` where none may.
  public var flows: FlowsReport?
  /// Why none may; `nil` if they may.
  public var flowsNot: String?

  public init(
    form: String, interfaces: [String], restorations: Int, unjudged: UInt64, decides: [String],
    notCovered: [UncoveredRule], blocks: BlockingReport? = nil, blocksNot: String? = nil,
    flows: FlowsReport? = nil, flowsNot: String? = nil
  ) {
    self.form = form
    self.interfaces = interfaces
    self.restorations = restorations
    self.unjudged = unjudged
    self.decides = decides
    self.notCovered = notCovered
    self.blocks = blocks
    self.blocksNot = blocksNot
    self.flows = flows
    self.flowsNot = flowsNot
  }
}

/// How the kernel blocks triggered addresses by itself, with sets.
public struct BlockingReport: Codable, Sendable, Equatable {
  /// The number of the rule it does that for.
  public var rule: String
  /// Addresses, nets and parts of ranges in the kernel.
  public var entries: Int
  /// Entries of the table that are not in the kernel: the queue judges what they send.
  public var leftToQueue: Int
  /// Packets.
  public var dropped: UInt64
  /// Entries that were put into the kernel, changed or taken out.
  public var changes: UInt64
  /// From an entry in the table until it blocks: the last time, and the slowest since the start.
  public var lagMilliseconds: Double
  public var slowestLagMilliseconds: Double
  /// How long it took to put the whole table into the kernel, the last time.
  public var loadMilliseconds: Double
  /// Connections that ended because an address was triggered.
  public var endedConnections: UInt64
  /// Comparisons of the table with the kernel, and what differed and was put right.
  public var checks: UInt64
  public var differences: UInt64
  /// True while something that was taken out of the table by hand is still in the kernel, or may be; `nil` otherwise.
  public var removing: Bool?
  /// What the kernel refused; `nil` if nothing.
  public var problem: String?

  public init(
    rule: String, entries: Int, leftToQueue: Int, dropped: UInt64, changes: UInt64, lagMilliseconds: Double,
    slowestLagMilliseconds: Double, loadMilliseconds: Double, endedConnections: UInt64, checks: UInt64,
    differences: UInt64, removing: Bool? = nil, problem: String?
  ) {
    self.rule = rule
    self.entries = entries
    self.leftToQueue = leftToQueue
    self.dropped = dropped
    self.changes = changes
    self.lagMilliseconds = lagMilliseconds
    self.slowestLagMilliseconds = slowestLagMilliseconds
    self.loadMilliseconds = loadMilliseconds
    self.endedConnections = endedConnections
    self.checks = checks
    self.differences = differences
    self.removing = removing
    self.problem = problem
  }
}

/// How packets pass in the kernel that need no judgement.
public struct FlowsReport: Codable, Sendable, Equatable {
  /// Flows in the kernel, each direction by itself.
  public var entries: Int
  /// What they have carried so far, as of the last second.
  public var packets: UInt64
  public var bytes: UInt64
  /// The number of the rule that was the last to want to see the packets of a flow; `nil` if none has.
  public var wantedBy: String?
  /// What the kernel refused; `nil` if nothing.
  public var problem: String?

  public init(entries: Int, packets: UInt64, bytes: UInt64, wantedBy: String?, problem: String?) {
    self.entries = entries
    self.packets = packets
    self.bytes = bytes
    self.wantedBy = wantedBy
    self.problem = problem
  }
}

/// A rule that cannot be judged everywhere, and why.
public struct UncoveredRule: Codable, Sendable, Equatable {
  public var number: String
  public var reason: String

  public init(number: String, reason: String) {
    self.number = number
    self.reason = reason
  }
}

/// The document in force.
public struct DocumentReport: Codable, Sendable, Equatable {
  /// As the caller named it, usually its path.
  public var name: String
  /// Seconds since 1970.
  public var appliedTime: Double
  /// Rules in it, disabled ones included.
  public var ruleCount: Int
  /// Counts the documents applied since the daemon started; the first is 1.
  public var generation: UInt32
  /// What was done to the document since it came; `nil` as long as it is what was sent.
  public var edits: EditsReport?

  public init(name: String, appliedTime: Double, ruleCount: Int, generation: UInt32, edits: EditsReport? = nil) {
    self.name = name
    self.appliedTime = appliedTime
    self.ruleCount = ruleCount
    self.generation = generation
    self.edits = edits
  }
}

/// Edits of the rules in force, each of which made a generation of its own.
public struct EditsReport: Codable, Sendable, Equatable {
  public var count: Int
  /// The latest one in a few words: `rule 2.1.5 disabled`.
  public var last: String
  /// When the document itself was applied, in seconds since 1970; `appliedTime` is that of the latest edit.
  public var documentTime: Double

  public init(count: Int, last: String, documentTime: Double) {
    self.count = count
    self.last = last
    self.documentTime = documentTime
  }
}

/// One interface's packets since the daemon opened it.
///
/// When nothing is on its way, `received` is `judged` + `unjudged` + `dropped`, and `judged` is `judgedEarlier` +
/// `judgedByCurrentRules`. (The loopback interface is the exception: the kernel counts its frames twice.) In queue mode `received`
/// is what the queue has handed over, and `dropped` is 0: what the queue lost is counted for all interfaces together.
public struct InterfaceReport: Codable, Sendable, Equatable {
  public var name: String
  /// False once the interface has gone or cannot be read any more; `problem` says why.
  public var capturing: Bool
  public var problem: String?
  /// What the document says of it.
  public var filters: Bool
  public var external: Bool
  /// Frames the kernel saw for us, both directions, those it had to drop included.
  public var received: UInt64
  /// Frames the rules, or the checks before them, have judged.
  public var judged: UInt64
  /// Of `judged`, by the rules before the ones in force.
  public var judgedEarlier: UInt64
  /// Of `judged`, by the rules in force.
  public var judgedByCurrentRules: UInt64
  /// Frames passed while the master switch was off.
  public var unjudged: UInt64
  /// Frames the capture ring had no room for.
  public var dropped: UInt64
  /// IP packets, judged or not, by direction.
  public var inbound: UInt64
  public var outbound: UInt64
  /// Frames in the last full second.
  public var packetsPerSecond: UInt64

  public init(
    name: String, capturing: Bool, problem: String? = nil, filters: Bool, external: Bool, received: UInt64 = 0,
    judged: UInt64 = 0, judgedEarlier: UInt64 = 0, judgedByCurrentRules: UInt64 = 0, unjudged: UInt64 = 0,
    dropped: UInt64 = 0, inbound: UInt64 = 0, outbound: UInt64 = 0, packetsPerSecond: UInt64 = 0
  ) {
    self.name = name
    self.capturing = capturing
    self.problem = problem
    self.filters = filters
    self.external = external
    self.received = received
    self.judged = judged
    self.judgedEarlier = judgedEarlier
    self.judgedByCurrentRules = judgedByCurrentRules
    self.unjudged = unjudged
    self.dropped = dropped
    self.inbound = inbound
    self.outbound = outbound
    self.packetsPerSecond = packetsPerSecond
  }
}

/// How many packets one set of rules has judged, on all interfaces.
public struct GenerationReport: Codable, Sendable, Equatable {
  public var document: DocumentReport
  public var judged: UInt64

  public init(document: DocumentReport, judged: UInt64) {
    self.document = document
    self.judged = judged
  }
}

/// How full a table is.
public struct TableSizeReport: Codable, Sendable, Equatable {
  /// `trigger`, `address`, `authorize` or `invalid`; `connections` for the table of connections.
  public var table: String
  /// Entries, expired ones that no sweep has removed yet included.
  public var count: Int
  /// Entries made or refreshed in the last full second.
  public var changesPerSecond: UInt64

  public init(table: String, count: Int, changesPerSecond: UInt64) {
    self.table = table
    self.count = count
    self.changesPerSecond = changesPerSecond
  }
}
