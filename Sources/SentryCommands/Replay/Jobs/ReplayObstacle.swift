internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Why one core does all the work of a replay that was to use several.
enum ReplayObstacle: Error {
  // Known before the first frame.

  case rule(Rule, AcrossAddresses.Need)
  /// Packets between two addresses of this host.
  case loopback
  /// An entry of the list that several cores would have to keep alive.
  case entry(AddressList.Entry)
  /// A file that could not be begun anew.
  case output(String)

  // Found out on the way.

  case full(LimitedTable)
  case breach(ShardBreach)

  /// What is known before the first frame; `nil` if several cores can try.
  init?(
    _ rules: LoadedRules, _ interface: EngineInterface, _ triggers: AddressList, _ router: ShardRouter,
    outputs: OutputPaths
  ) {
    let shared = triggers.entries.filter { router.owner(of: $0.range) == nil }
    if let across = rules.program.firstAcrossAddresses(sharedTables: Set(shared.map(\.table))) {
      self = .rule(rules.ruleSet.rules[Int(across.rule)], across.need)
    } else if interface.isLoopback {
      self = .loopback
    } else if let entry = shared.first(where: { $0.duration != .unlimited }) {
      self = .entry(entry)
    } else if let path = outputs.firstWrittenOnce {
      self = .output(path)
    } else {
      return nil
    }
  }
}

extension ReplayObstacle: CustomStringConvertible {
  /// What comes behind "because".
  var description: String {
    switch self {
    case .rule(let rule, let need): "rule \(rule.number) \(Self.words(of: rule, need))"
    case .loopback: "on a loopback interface both ends of a flow are this host"
    case .entry(let entry):
      "\(entry.range) in table \(entry.table.name) stays for \(entry.duration.listText) after a packet from any of its addresses"
    case .output(let path):
      "\(path == "-" ? "standard output" : path) cannot be begun anew, should that be necessary"
    case .full(let table): "\(table.name) may be too small, and then one address drives out others"
    case .breach(.keepsOwnAddress(let address, let table)):
      "table \(table.name) gets \(address), which is this host or in its net"
    case .breach(.manyTriggers):
      "so many new senders trigger that the cores together may be over settings.triggersPerMinute"
    case .breach(.asksOwnRate(let address)): "the rate of \(address) is asked for, whose net this host is in"
    case .breach(.flow(let source, let destination)):
      "a packet from \(source) to \(destination) is of a flow that another core has"
    }
  }

  private static func words(of rule: Rule, _ need: AcrossAddresses.Need) -> String {
    let (property, action) = (rule.property.name, rule.action.name)
    return switch need {
    case .matchCount, .matchRate: "asks \(property), which counts packets of every address"
    case .byteCount: "asks \(property), which counts the bytes of every address"
    case .idleTime: "asks \(property), which packets of every address end"
    case .sharedEntry: "asks \(property) of an entry that stands for several addresses"
    case .ownRate: "asks \(property) of packets that this host sends, to any address"
    case .delayQueue: "says \(action), and packets of every address wait in one queue"
    case .resetCount: "says \(action), which counts packets of every address"
    }
  }
}

extension LimitedTable {
  fileprivate var name: String {
    switch self {
    case .trigger, .address, .authorize, .invalid: "table \(self)"
    case .connections: "the connection table"
    case .fragments: "the fragment table"
    case .sourceRates: "the table of sources' rates"
    case .handshakes: "the table of TLS handshakes"
    case .openings: "the table of FTP's control connections that are about to open"
    case .controls: "the table of FTP's control connections"
    case .announcements: "the table of announced connections"
    }
  }
}
