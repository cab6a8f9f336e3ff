// What stands in our table, `inet sentry`. In the order packets meet it:
//
//     prerouting   early            ahead of defragmentation (-400): what fragments must be asked; first of all,
//                  blocked          drops what triggered addresses send, where a rule says so and nothing else can happen to it
//                  flows-in         just before mangle (-150): lets pass what needs no judgement
//                  inbound          then: hands to the queue, or marks for it
//                  inbound-judged   just after mangle: packets still marked have met no queue
//     postrouting  outbound         the same before NAT (100), with flows-out
//                  outbound-judged
//
// Of the marked form, the rule of iptables clears the bit before it queues a packet, so a packet that still has it after
// mangle was never judged: our rule was not there yet, or any more, or a rule of somebody else accepted the packet first.
// The policy decides, and a counter tells. No packet leaves a chain of ours with a bit of ours.

internal import SentryPacket

/// The rules of a feed as nftables reads them.
struct FeedRuleset {
  static let table = "sentry"
  static let comment = "kept by sentry"

  enum Chain: String, CaseIterable {
    case early
    case blocked
    case inbound
    case inboundJudged = "inbound-judged"
    case outbound
    case outboundJudged = "outbound-judged"
    case flowsIn = "flows-in"
    case flowsOut = "flows-out"
  }

  let feed: QueueFeed
  let form: FeedForm
  /// False while our part is about to be removed: packets pass as if they had been judged.
  var handsOver = true

  init(feed: QueueFeed, form: FeedForm) {
    self.feed = feed
    self.form = form
  }

  var chains: [Chain] {
    var chains: [Chain] = [.inbound, .outbound]
    if feed.keepsFlows { chains.insert(contentsOf: [.flowsIn, .flowsOut], at: 0) }
    if feed.early != nil || feed.blocking != nil { chains.insert(.early, at: 0) }
    if feed.blocking != nil { chains.insert(.blocked, at: 0) }
    if form == .marked { chains += [.inboundJudged, .outboundJudged] }
    return chains
  }

  /// Puts our table in the place of whatever is there under its name.
  var replacing: String { Self.removing + tableText { rules(of: $0) } }

  /// Renews the rules of our chains and leaves alone what else is in our table: sets keep what they hold. Chains that are no longer
  /// needed are emptied, and sets of the old feed that are not removed. No chain is deleted: with one that has a hook, the kernel
  /// would drop what waits in the queue.
  func renewing(after old: QueueFeed?) -> String {
    let emptied = Chain.allCases.filter { chains.contains($0) || $0.isOptional }
    let unused = BlockingFeed.unused(old?.blocking, feed.blocking)
    let losesFlows = old?.keepsFlows == true && !feed.keepsFlows
    let declarations = unused.flatMap(\.declaration) + (losesFlows ? FlowRules.declarations : [])
    return Self.tableText(emptied, declarations) { _ in [] }
      + emptied.map { "flush chain inet \(Self.table) \($0.rawValue)\n" }.joined()
      + (unused.map(\.name) + (losesFlows ? FlowRules.setNames : []))
      .map { "delete set inet \(Self.table) \($0)\n" }.joined()
      + tableText { rules(of: $0) }
  }

  /// Adds the sets that are not there, takes out those that are no longer used, and asks for the others.
  func renewingBlocked(after old: QueueFeed) -> String {
    let declarations = feed.blocking?.declarations ?? []
    let unused = BlockingFeed.unused(old.blocking, feed.blocking)
    return Self.tableText([.blocked], declarations) { _ in [] }
      + "flush chain inet \(Self.table) \(Chain.blocked.rawValue)\n"
      + unused.map { "delete set inet \(Self.table) \($0.name)\n" }.joined()
      + Self.tableText([.blocked], []) { rules(of: $0) }
  }

  /// Takes our table out; without effect where there is none.
  static let removing = "add table inet \(table)\ndelete table inet \(table)\n"

  /// The names of our chains.
  var chainNames: [String] { chains.map(\.rawValue) }

  /// Whether all rules are there.
  func isWhole(_ listing: ChainListing) -> Bool {
    chains.allSatisfy { listing.signature.rules[$0.rawValue, default: []].count == rules(of: $0).count }
  }

  /// Asks for the `queue` expression in a table that is only tried, never made.
  static func trial(queue: UInt16) -> String {
    """
    table inet \(table)-trial {
      chain inbound {
        \(Chain.inbound.hook.joined())
        queue num \(queue)
      }
    }

    """
  }

  // MARK: Chains

  private func tableText(_ rules: (Chain) -> [String]) -> String {
    let flows = feed.keepsFlows ? FlowRules.declarations : []
    return Self.tableText(chains, (feed.blocking?.declarations ?? []) + flows, rules)
  }

  private static func tableText(
    _ chains: [Chain], _ declarations: [String], _ rules: (Chain) -> [String]
  ) -> String {
    var blocks = chains.map { chain in
      let lines = chain.hook + rules(chain)
      return "  chain \(chain.rawValue) {\n" + lines.map { "    \($0)\n" }.joined() + "  }\n"
    }
    if !declarations.isEmpty { blocks.insert(declarations.map { "  \($0)\n" }.joined(), at: 0) }
    return "table inet \(table) {\n  comment \"\(comment)\"\n\n" + blocks.joined(separator: "\n") + "}\n"
  }

  private func rules(of chain: Chain) -> [String] {
    guard !feed.interfaces.isEmpty else { return [] }
    return switch chain {
    case .early:
      ["\(isNone("iifname")) accept"] + passOwn + (feed.blocking == nil ? [] : ["jump \(Chain.blocked.rawValue)"])
        + (feed.early?.rules ?? [])
    case .blocked: feed.blocking?.rules ?? []
    case .inbound:
      [exemptOwn, leaveAlone(isNone("iifname"))] + jump(.flowsIn) + handOver
    case .outbound:
      // What we send to this very host keeps its bit until it arrives.
      ["oifname \"lo\" accept", exemptOwn, leaveAlone(isNone("oifname"))] + jump(.flowsOut) + handOver
    case .flowsIn: feed.keepsFlows ? FlowRules.rules(.inbound, pass) : []
    case .flowsOut: feed.keepsFlows ? FlowRules.rules(.outbound, pass) : []
    case .inboundJudged, .outboundJudged: [unjudged]
    }
  }

  /// The interface has none of our names. Up to some four, comparing them one by one takes less time than a set of names.
  private func isNone(_ interface: String) -> String {
    let names = feed.interfaces.map { "\"\($0)\"" }
    guard names.count > 4 else { return names.map { "\(interface) != \($0)" }.joined(separator: " ") }
    return "\(interface) != { \(names.joined(separator: ", ")) }"
  }

  /// What the daemon sends to this very host keeps its bit until it arrives, and arrives nowhere else.
  private var passOwn: [String] { feed.interfaces.contains("lo") ? ["\(has(feed.ownMark)) accept"] : [] }

  /// Packets that the daemon made.
  private var exemptOwn: String {
    "\(has(feed.ownMark)) \(clear(feed.ownMark | queueBit)) accept comment \"made by sentry\""
  }

  /// Packets of interfaces that are not filtered. If somebody set our bit, they must not go to the queue for it.
  private func leaveAlone(_ condition: String) -> String { "\(condition) \(pass)" }

  private var pass: String { form == .marked ? "\(clear(feed.queueMark)) accept" : "accept" }

  private func jump(_ chain: Chain) -> [String] { feed.keepsFlows ? ["jump \(chain.rawValue)"] : [] }

  private var handOver: [String] {
    guard handsOver else { return [] }
    return switch form {
    case .native: ["queue num \(feed.queue)\(feed.policy == .failOpen ? " bypass" : "")"]
    case .marked: ["meta mark set meta mark | \(hexadecimal(feed.queueMark))"]
    }
  }

  private var unjudged: String {
    let verdict = feed.policy == .failClosed ? "drop" : clear(feed.queueMark)
    return "\(has(feed.queueMark)) counter \(verdict) comment \"\(Self.unjudgedComment)\""
  }

  static let unjudgedComment = "not judged"

  private var queueBit: UInt32 { form == .marked ? feed.queueMark : 0 }

  private func has(_ bit: UInt32) -> String { "meta mark & \(hexadecimal(bit)) != 0" }

  private func clear(_ bits: UInt32) -> String { "meta mark set meta mark & \(hexadecimal(~bits))" }
}

extension FeedRuleset.Chain {
  /// Not every feed needs it.
  fileprivate var isOptional: Bool { [.early, .blocked, .flowsIn, .flowsOut].contains(self) }

  /// The priorities around mangle's -150 (linux/netfilter_ipv4.h).
  fileprivate var hook: [String] {
    switch self {
    case .early: ["type filter hook prerouting priority -450; policy accept;"]
    case .blocked, .flowsIn, .flowsOut: []
    case .inbound: ["type filter hook prerouting priority -151; policy accept;"]
    case .inboundJudged: ["type filter hook prerouting priority -149; policy accept;"]
    case .outbound: ["type filter hook postrouting priority -151; policy accept;"]
    case .outboundJudged: ["type filter hook postrouting priority -149; policy accept;"]
    }
  }
}
