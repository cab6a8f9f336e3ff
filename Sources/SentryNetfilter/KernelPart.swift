// Our part in the kernel: what hands packets to the queue.
//
// Installing goes in this order, so that at no moment something happens that the policy does not name:
//
// 1. The form is chosen: would the kernel take a rule with the `queue` expression?
// 2. Of the marked form, one step for each family replaces our rules in iptables: no packet is marked yet, so they lead
//    nothing anywhere.
// 3. One transaction puts our table in the place of whatever is there under its name. Marked packets that meet no queue
//    are dropped or passed by its last chains, as the policy says.
//
// If a step fails, what was done is taken back.
//
// The kernel drops everything that waits in any queue as soon as a chain with a hook goes, whoever it belongs to. So
// updates leave such chains where they are and change only what is in them, and removing has three steps: `stopFeeding`;
// all that waits gets its verdict, which is the caller's part; `remove`. That begins with our table: without it no packet
// is marked.

internal import Glibc

/// What is in the kernel, and the means to change it. One owner, one thread at a time.
struct KernelPart: ~Copyable {
  private var nftables: NftablesHandle
  private var requests: NetlinkRequests
  private(set) var status: NetfilterStatus?
  /// What the kernel listed right after we wrote it.
  private var written: [NetfilterPart: String] = [:]
  private var writtenChains = ChainListing.Signature()
  /// Families whose table `mangle` was not there before us.
  private var madeMangle: [MangleRules.Family] = []
  private var unjudged = RestartingCount()
  /// What stands is about to be removed, and hands nothing over meanwhile.
  private var isClosing = false

  init() throws(NetfilterError) {
    let nftables = try NftablesHandle()
    let requests = try NetlinkRequests()
    self.nftables = nftables
    self.requests = requests
  }

  // MARK: Installing

  mutating func install(_ feed: QueueFeed, form: FeedForm?) throws(NetfilterError) -> NetfilterStatus {
    let form = try chooseForm(form, for: feed)
    for family in Self.families(of: form) { try family.checkTools() }
    let tables = try listTables()
    let hadOwn = tables.contains("table inet \(FeedRuleset.table)")
    let leftover = try leftRules(tables)
    let isFirst = status == nil
    let status = NetfilterStatus(
      form: form, feed: feed, replacedLeftover: isFirst && (hadOwn || !leftover.isEmpty), restorations: 0)
    do throws(NetfilterError) {
      try writeMangle(feed, form, replacing: leftover, tables)
      try nftables.run(FeedRuleset(feed: feed, form: form).replacing, to: "install the queue's rules")
      try removeMangle(leftover, notOf: form)
      try rememberWritten(feed, form)
    } catch {
      try? remove()
      throw error
    }
    self.status = status
    return status
  }

  mutating func update(_ feed: QueueFeed) throws(NetfilterError) -> Bool {
    guard let old = status else { throw .refused(asked: "update the queue's rules", said: "none are installed") }
    var feed = feed
    if let blocking = old.feed.blocking { feed.blocking?.adopt(blocking) }
    guard feed != old.feed else { return false }
    do throws(NetfilterError) {
      try renew(feed, old.form, after: old.feed)
    } catch {
      try renew(old.feed, old.form, after: feed)
      throw error
    }
    status?.feed = feed
    return true
  }

  /// Makes sets, as many as there is room for; of the others those that are not `used` make way.
  mutating func add(_ sets: [BlockSet], keeping used: Set<BlockSet>) throws(NetfilterError) {
    guard let status, var blocking = status.feed.blocking else { return }
    blocking.makeRoom(for: sets, keeping: used)
    blocking.add(sets)
    guard blocking != status.feed.blocking else { return }
    var feed = status.feed
    feed.blocking = blocking
    let ruleset = FeedRuleset(feed: feed, form: status.form)
    try nftables.run(ruleset.renewingBlocked(after: status.feed), to: "make a set of addresses")
    self.status?.feed = feed
    try rememberTable(ruleset)
  }

  private mutating func renew(_ feed: QueueFeed, _ form: FeedForm, after old: QueueFeed) throws(NetfilterError) {
    let ruleset = FeedRuleset(feed: feed, form: form)
    try nftables.run(ruleset.renewing(after: old), to: "renew the queue's rules")
    guard MangleRules.areOthers(for: feed, than: old) else { return try rememberTable(ruleset) }
    for family in Self.families(of: form) { try family.replace(try family.installed(), for: feed) }
    try rememberWritten(feed, form)
  }

  /// - Throws: `.notInKernel` if the native form is wanted and the kernel lacks it.
  private mutating func chooseForm(_ wanted: FeedForm?, for feed: QueueFeed) throws(NetfilterError) -> FeedForm {
    if wanted == .marked { return .marked }
    let asked = "hand packets to the queue by nftables"
    do throws(NetfilterError) {
      try nftables.check(FeedRuleset.trial(queue: feed.queue), to: asked)
      return .native
    } catch {
      guard case .refused(_, let said) = error, said.hasPrefix("No such file or directory") else { throw error }
      guard wanted == .native else { return .marked }
      throw .notInKernel(asked: asked, part: "'queue' expression", module: "nft_queue", said: said)
    }
  }

  private mutating func writeMangle(
    _ feed: QueueFeed, _ form: FeedForm, replacing leftover: [MangleRules.Family: [String]], _ tables: Set<String>
  ) throws(NetfilterError) {
    for rules in Self.families(of: form) {
      if !tables.contains(rules.family.nftablesTable), !rules.family.hasOlderTable {
        madeMangle.append(rules.family)
      }
      try rules.replace(leftover[rules.family] ?? [], for: feed)
    }
  }

  private func removeMangle(_ leftover: [MangleRules.Family: [String]], notOf form: FeedForm) throws(NetfilterError) {
    let families = Self.families(of: form).map(\.family)
    for (family, found) in leftover where !families.contains(family) { try MangleRules(family: family).remove(found) }
  }

  /// - Throws: `.refused` if it is not all there: somebody else was at work at the same time.
  private mutating func rememberWritten(_ feed: QueueFeed, _ form: FeedForm) throws(NetfilterError) {
    var written: [NetfilterPart: String] = [:]
    for rules in Self.families(of: form) {
      let installed = try rules.installed()
      guard installed.count == MangleRules.lineCount else { throw Self.disturbed }
      written[rules.part] = installed.joined(separator: "\n")
    }
    self.written = written
    try rememberTable(FeedRuleset(feed: feed, form: form))
  }

  private mutating func rememberTable(_ ruleset: FeedRuleset) throws(NetfilterError) {
    let table = try ChainListing.read(&requests, to: Self.listing)
    guard ruleset.isWhole(table) else { throw Self.disturbed }
    writtenChains = table.signature.of(Set(ruleset.chainNames))
  }

  private static let listing = "list the queue's rules"
  private static let disturbed = NetfilterError.refused(
    asked: "install the queue's rules", said: "somebody else is changing them, too")

  // MARK: Removing

  mutating func stopFeeding() throws(NetfilterError) {
    guard let status else { return }
    var ruleset = FeedRuleset(feed: status.feed, form: status.form)
    ruleset.handsOver = false
    isClosing = true
    try nftables.run(ruleset.renewing(after: status.feed), to: "stop handing packets to the queue")
  }

  mutating func remove() throws(NetfilterError) {
    defer { isClosing = false }
    let tables = try listTables()
    if tables.contains("table inet \(FeedRuleset.table)") {
      try nftables.run(FeedRuleset.removing, to: "remove the queue's rules")
    }
    for (family, found) in try leftRules(tables) { try MangleRules(family: family).remove(found) }
    for family in madeMangle { try removeIfEmpty(family.nftablesTable) }
    madeMangle = []
    written = [:]
    writtenChains = ChainListing.Signature()
    status = nil
  }

  /// iptables makes its table when it first needs it. If that was for us, and nobody else has put anything there, it goes.
  private mutating func removeIfEmpty(_ table: String) throws(NetfilterError) {
    guard try listTables().contains(table) else { return }
    let listing = try nftables.run("list \(table)", to: "look into \(table)", form: .stateless)
    let isEmpty = listing.split(separator: "\n").allSatisfy { line in
      let words = line.split { $0 == " " || $0 == "\t" }
      return switch words.first ?? "" {
      case "table", "chain", "}", "#", "": true
      case "type": line.hasSuffix("policy accept;")
      default: false
      }
    }
    if isEmpty { try nftables.run("delete \(table)", to: "remove \(table)") }
  }

  // MARK: Watching

  mutating func damage() throws(NetfilterError) -> [NetfilterPart] {
    guard let status, !isClosing else { return [] }
    var damaged: [NetfilterPart] = []
    let ruleset = FeedRuleset(feed: status.feed, form: status.form)
    let table = try ChainListing.read(&requests, to: Self.listing)
    if table.signature.of(Set(ruleset.chainNames)) != writtenChains { damaged.append(.table) }
    for rules in Self.families(of: status.form)
    where try rules.installed().joined(separator: "\n") != written[rules.part] {
      damaged.append(rules.part)
    }
    return damaged
  }

  mutating func restore() throws(NetfilterError) -> [NetfilterPart] {
    let damaged = try damage()
    guard !damaged.isEmpty, let status else { return [] }
    if damaged.contains(.table) { try restoreTable(FeedRuleset(feed: status.feed, form: status.form)) }
    for rules in Self.families(of: status.form) where damaged.contains(rules.part) {
      try rules.replace(try rules.installed(), for: status.feed)
    }
    if damaged.contains(.table) { try rememberTable(FeedRuleset(feed: status.feed, form: status.form)) }
    self.status?.restorations += 1
    return damaged
  }

  /// What else is in our table stays, unless somebody has put chains there that stand in our way.
  private mutating func restoreTable(_ ruleset: FeedRuleset) throws(NetfilterError) {
    let asked = "put the queue's rules back"
    do throws(NetfilterError) {
      try nftables.run(ruleset.renewing(after: ruleset.feed), to: asked)
    } catch {
      try nftables.run(ruleset.replacing, to: asked)
    }
  }

  mutating func counts() throws(NetfilterError) -> KernelCounts? {
    guard let status else { return nil }
    let listing = try ChainListing.read(&requests, to: "read the queue's counters")
    let early = status.feed.early?.decided.map { decided in
      let counter = listing[EarlyChain.comment(decided.number)]
      return KernelCount(rule: decided.rule, number: decided.number, packets: counter.packets, bytes: counter.bytes)
    }
    return KernelCounts(
      early: early ?? [], blocked: try blockedCount(status.feed.blocking),
      unjudged: unjudged.total(listing[FeedRuleset.unjudgedComment].packets))
  }

  private mutating func blockedCount(_ blocking: BlockingFeed?) throws(NetfilterError) -> KernelCount {
    guard let plan = blocking?.plan else { return KernelCount(rule: -1, number: "", packets: 0, bytes: 0) }
    let counter = try BlockedCounter.read(&requests)
    return KernelCount(rule: plan.rule, number: plan.number, packets: counter.packets, bytes: counter.bytes)
  }

  // MARK: Looking

  mutating func found() throws(NetfilterError) -> FoundFeed? {
    let tables = try listTables()
    let table = "table inet \(FeedRuleset.table)"
    let rules = try leftRules(tables).values.flatMap { $0 }
    guard tables.contains(table) || !rules.isEmpty else { return nil }
    var listing = rules.joined(separator: "\n")
    if tables.contains(table) {
      listing += "\n" + (try nftables.run("list \(table)", to: "list the queue's rules", form: [.stateless, .terse]))
    }
    return FoundFeed(listing: listing)
  }

  private mutating func listTables() throws(NetfilterError) -> Set<String> {
    let lines = try nftables.run("list tables", to: "list the tables of nftables").split(separator: "\n")
    return Set(lines.map { String($0) })
  }

  /// Our rules in iptables, by family. Asks only where there can be some: asking alone could load modules.
  private func leftRules(_ tables: Set<String>) throws(NetfilterError) -> [MangleRules.Family: [String]] {
    var left: [MangleRules.Family: [String]] = [:]
    for family in MangleRules.Family.allCases where tables.contains(family.nftablesTable) || family.hasOlderTable {
      let rules = MangleRules(family: family)
      guard rules.hasTools else { continue }
      let found = try rules.installed()
      if !found.isEmpty { left[family] = found }
    }
    return left
  }

  private static func families(of form: FeedForm) -> [MangleRules] {
    guard form == .marked else { return [] }
    return MangleRules.Family.allCases.filter(\.isInKernel).map { MangleRules(family: $0) }
  }
}
