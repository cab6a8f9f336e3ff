// How logins that fail lead to a block.
//
// Logs are followed (`FollowedLog`): files, and the journal of units. Their lines become events (SentryLogins), which are counted by
// address. Too many failures enter the address into table trigger, as a packet of it would that a rule triggers: whoever is protected
// or authorized is not entered, and no more than `settings.triggersPerMinute`. People are told of each, and why stays to be asked for.
//
// What is counted is forgotten with the daemon; who was blocked, and how far logs were read, is kept on the disk (`LoginStore`).

internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryLogins
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Follows the logs that the document in force names, and blocks.
actor LoginDesk {
  /// What it asks of the daemon.
  struct Surroundings: Sendable {
    /// How journalctl is run: the program, and what stands before our arguments.
    var journal = JournalProcess.usualCommand
    /// Enters an address into table trigger.
    var block: @Sendable (IPAddress, AddressDuration, _ note: String) async -> SourceBlock?
    /// Says it in the daemon's own log and in the journal.
    var tell: @Sendable (String) -> Void
  }

  /// Between two looks at logs.
  private static let pause = Duration.milliseconds(200)
  /// While much comes: a pipe must not be full before.
  private static let shortPause = Duration.milliseconds(10)
  /// Seconds between two times that it is written how far logs were read.
  private static let keepingSeconds = 60.0
  /// Seconds after a block until it is written, and between two of these times.
  private static let blockKeepingSeconds = 1.0
  private static let newsSeconds = 10.0

  private let surroundings: Surroundings
  private let store: LoginStore?
  private var settings = LoginSettings()
  private var ipv6Prefix = 64
  private var isObserved = false
  private var logs: [FollowedLog] = []
  /// Where logs were that no document names any more: a trial that ends may come back to them.
  private var left: [LoginSource.Place: KeptLogins] = [:]
  private var counter = LoginCounter(LoginCounter.Limits(failures: 10, windowSeconds: 3_600, ipv6Prefix: 64))
  private var offenders = Offenders()
  private var nextKeeping = 0.0
  private var hasNews = false
  /// What was written last, without the offenders.
  private var written = KeptLogins()
  private var storeProblem: String?

  /// - Parameter stateDirectory: where it keeps what must not be forgotten; `nil`: nothing is kept.
  init(stateDirectory: String?, _ surroundings: Surroundings) {
    self.surroundings = surroundings
    store = stateDirectory.map { LoginStore(stateDirectory: $0) }
  }

  // MARK: Life

  /// Goes on where an earlier run has ended, if that was not long ago.
  ///
  /// - Returns: false if nothing is known of an earlier run.
  func begin(_ settings: Settings) -> Bool {
    let kept = store?.read()
    if let kept { offenders.restore(kept.offenders) }
    let now = WallClock.seconds()
    let isRecent = kept.map { now >= $0.time && now - $0.time < Double(settings.logins.windowSeconds) } ?? false
    change(to: settings, from: isRecent ? kept : nil)
    return kept != nil
  }

  /// Another document is in force. Logs that it names, too, are followed on; where others begin is kept at once.
  func follow(_ settings: Settings) {
    change(to: settings, from: nil)
    nextKeeping = 0
  }

  private func change(to new: Settings, from kept: KeptLogins?) {
    let now = WallClock.seconds()
    left = left.filter { now - $0.value.time < Double(new.logins.windowSeconds) }
    let old = logs
    logs = new.logins.sources.map { source in
      guard let log = old.first(where: { $0.source.place == source.place }) else {
        return FollowedLog(source, from: kept ?? left[source.place], journal: surroundings.journal, now: now)
      }
      log.read(as: source)
      return log
    }
    for log in old where !isFollowed(log) {
      log.stop()
      var place = KeptLogins(time: now)
      log.keep(in: &place)
      left[log.source.place] = place
    }
    (settings, ipv6Prefix, isObserved) = (new.logins, new.triggerIPv6Prefix, new.observe)
    counter.limits = LoginCounter.Limits(
      failures: settings.failures, windowSeconds: Double(settings.windowSeconds), ipv6Prefix: ipv6Prefix)
  }

  /// Follows logs until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let count = await look()
      await keepIfDue()
      do { try await Task.sleep(for: count > 0 ? Self.shortPause : Self.pause) } catch { break }
    }
    await look()
    await keep()
    for log in logs { log.stop() }
  }

  private func isFollowed(_ log: FollowedLog) -> Bool { logs.contains { $0 === log } }

  /// Takes what has come of all logs.
  ///
  /// - Returns: how many bytes were read.
  @discardableResult
  private func look() async -> Int {
    var count = 0
    // While somebody is blocked, another document can come.
    for log in logs where isFollowed(log) {
      let now = WallClock.seconds()
      var logins: [FollowedLog.Login] = []
      count += log.poll(into: &logins, now: now)
      if let news = log.takeNews() { surroundings.tell(news) }
      for login in logins where isFollowed(log) {
        if let tally = counter.note(login.event, at: login.time, now: now) { await block(tally, at: now) }
      }
    }
    if count == 0 { counter.sweep(at: WallClock.seconds()) }
    return count
  }

  // MARK: Blocking

  private var terms: Offenders.Terms {
    Offenders.Terms(
      blockSeconds: UInt32(settings.blockSeconds), growth: settings.growth,
      longestSeconds: UInt32(settings.longestBlockSeconds))
  }

  private func range(of address: IPAddress) -> AddressRange { address.source(byIPv6Prefix: ipv6Prefix) }

  private func block(_ tally: LoginCounter.Tally, at now: Double) async {
    let range = range(of: tally.address)
    let what = "\(counted(tally.failures, "failed login")) in \(SpokenTime.text(now - (tally.times.first ?? now)))"
    let who = "the last: \(tally.service)\(tally.user.map { ", user '\($0)'" } ?? "")"
    guard !isObserved else {
      return surroundings.tell("\(range) would be blocked: \(what), \(who) (settings.observe)")
    }
    // Lines go on to come for a moment after a block, and where nothing enforces it.
    let running = offenders.running(range, at: now)
    let seconds = running?.seconds ?? offenders.next(of: range, by: terms, at: now)
    let note = "failed logins: \(tally.service)"
    switch await surroundings.block(tally.address, AddressDuration(seconds: seconds), note) {
    case .refreshed where running != nil: break
    case .entered where running != nil:
      surroundings.tell("\(range) blocked again for \(SpokenTime.text(Double(seconds))): \(what), \(who)")
    case .entered, .refreshed:
      let offence = offenders.note(range, by: terms, reason: "\(what), \(who)", lines: tally.lines, at: now)
      hasNews = true
      nextKeeping = min(nextKeeping, max(now + Self.blockKeepingSeconds, written.time + Self.newsSeconds))
      let again = offence.count > 1 ? ", block \(offence.count) of this address" : ""
      surroundings.tell("\(range) blocked for \(SpokenTime.text(Double(offence.seconds))): \(what), \(who)\(again)")
    case .off: surroundings.tell("\(range) is not blocked, for sentry is off: \(what), \(who)")
    case .protected: surroundings.tell("\(range) is protected, and not blocked: \(what), \(who)")
    case .authorized: surroundings.tell("\(range) is in table authorize, and not blocked: \(what), \(who)")
    case .limit:
      surroundings.tell("\(range) is not blocked, for too many others were in this minute: \(what), \(who)")
    case nil: break
    }
  }

  /// Somebody has said that these are not to be blocked: they begin anew.
  func forget(_ ranges: [AddressRange]) {
    for range in ranges {
      counter.forget(range)
      offenders.forget(range)
      if range.first == range.last { offenders.forget(self.range(of: range.first)) }
      hasNews = true
    }
  }

  /// All begin anew.
  func forgetAll() {
    counter = LoginCounter(counter.limits)
    offenders = Offenders()
    hasNews = true
  }

  // MARK: Keeping

  private func keepIfDue() async {
    let now = WallClock.seconds()
    // A clock that was set back does not put it off.
    guard now >= nextKeeping || nextKeeping > now + Self.keepingSeconds else { return }
    nextKeeping = now + Self.keepingSeconds
    // Where nothing has come, it is known still how recent that is.
    let isOld = !(0..<Double(settings.windowSeconds) / 4).contains(now - written.time)
    if hasNews || places != written || isOld && !logs.isEmpty { await keep() }
  }

  private var places: KeptLogins {
    var kept = KeptLogins(time: written.time)
    for log in logs { log.keep(in: &kept) }
    return kept
  }

  /// While it is written, others are answered.
  private func keep() async {
    guard let store, hasNews || !logs.isEmpty else { return }
    hasNews = false
    written = places
    written.time = WallClock.seconds()
    var kept = written
    kept.offenders = offenders.kept
    let problem = await Task.detached { [kept] in store.write(kept) }.value
    if let problem, storeProblem == nil {
      surroundings.tell("logins: \(problem): after a restart it will not be known who was blocked before")
    }
    storeProblem = problem
    if problem != nil { hasNews = true }
  }

  // MARK: Reports

  private static let nearestShown = 20
  private static let blockedShown = 20

  func reply() -> LoginsReply {
    let now = WallClock.seconds()
    return LoginsReply(
      time: now, failures: settings.failures, windowSeconds: settings.windowSeconds,
      blockSeconds: settings.blockSeconds, sources: logs.map(\.report), counted: counter.count,
      nearest: counter.nearest(Self.nearestShown, at: now).map {
        LoginTallyReport(
          address: range(of: $0.address).description, failures: $0.failures, service: $0.service, user: $0.user,
          lastTime: $0.times.last ?? now)
      },
      blocked: offenders.kept.suffix(Self.blockedShown).reversed().map { LoginBlockReport($0.address, $0.offence) })
  }

  /// Why a range was blocked last, with the lines; `nil` if that is not known.
  func why(_ range: AddressRange) -> LoginBlockReport? {
    let range = range.first == range.last ? self.range(of: range.first) : range
    return offenders.offence(of: range).map { offence in
      var report = LoginBlockReport(range.description, offence)
      report.lines = offence.lines.map { LoginLineReport(time: $0.time, text: $0.text) }
      return report
    }
  }
}

extension LoginBlockReport {
  fileprivate init(_ address: String, _ offence: Offenders.Offence) {
    self.init(
      address: address, time: offence.time, seconds: offence.seconds, count: offence.count, reason: offence.reason)
  }
}
