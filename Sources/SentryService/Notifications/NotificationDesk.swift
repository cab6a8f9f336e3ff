// How notifications are carried out.
//
// The packet thread writes an event and goes on. The journal hands events over to `NoticeIntake`, which sorts out what is too much.
// The desk takes what is left, makes orders of it, and sends them to a process without any right (`Notifier`), a few at a time; those
// that wait are bounded, too. What comes back is told: failures, and what was found out. What gets no answer fails by itself. A process
// that answers nothing at all is ended; if it ends, it is started again after a pause, which grows while that goes on. Alerts have
// processes of their own (`AlertDesk`).

internal import DequeModule
internal import Logging
internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryNotifier
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

/// Carries out the notifications of rules: `Alert`, `Email`, `URL` and `Script`.
actor NotificationDesk {
  private struct Job {
    var kind: EngineEvent.Kind
    /// What messages call it.
    var title: String
    /// The label of the rule that wants it; `nil` for what several want.
    var rule: UInt32?
    var work: Work
    var attempts = 0

    init(kind: EngineEvent.Kind, title: String, rule: UInt32?, work: Work) {
      (self.kind, self.title, self.rule, self.work) = (kind, title, rule, work)
    }

    init(kind: EngineEvent.Kind, title: String, rule: UInt32?, _ request: NoticeWork) {
      self.init(kind: kind, title: title, rule: rule, work: .request(request))
    }
  }

  private enum Work {
    case request(NoticeWork)
    /// Its text.
    case alert(String)
  }

  /// How long what is waited for.
  struct Patience: Sendable {
    /// What has not been answered for so long has failed; it is more than anything takes that is under way.
    var job = Duration.seconds(60)
    /// A process that has answered nothing for so long, though something waits for an answer, hangs.
    var process = Duration.seconds(90)
    /// Before the process is started again.
    var pauses: ClosedRange<Duration> = .seconds(1)...(.seconds(60))
    /// When the daemon ends, what is on its way has so long.
    var farewell = Duration.seconds(5)
  }

  private static let jobsAtOnce = 8
  static let jobsWaiting = 256
  private static let alertTitle = "Sentry Security Alert"
  private static let defaultScript = "default"

  nonisolated let intake: NoticeIntake
  private let options: NotificationOptions
  private let patience: Patience
  private let route: NotificationRoute
  private let alerts: AlertDesk
  private let labels: RuleLabels
  private let interfaces: [String]
  private let isDryRun: Bool
  private let log: Logger
  /// Says what has become of a notification, and which rule it was of.
  private let tell: @Sendable (_ text: String, _ rule: UInt32?) -> Void
  private var mails: MailDesk
  /// What the rules in force may do.
  private var wanted: Set<EngineEvent.Kind>
  /// What was said of that already.
  private var remarks: Set<String> = []

  private var client: NotifierClient?
  private var startedAt = ContinuousClock.now
  private var nextStart = ContinuousClock.now
  private var pause: Duration
  /// Since when no answer came though one was due; `nil` if none is.
  private var silentSince: ContinuousClock.Instant?
  private var problem: String?
  private var losses: UInt64 = 0
  private var hasToldOfLoss = false

  private var waiting: Deque<Job> = []
  private var underWay: [UInt32: (job: Job, since: ContinuousClock.Instant)] = [:]
  private var lastNumber: UInt32 = 0
  private var hasToldOfRoom = false
  private var sent: [EngineEvent.Kind: UInt64] = [:]
  private var failed: [EngineEvent.Kind: UInt64] = [:]
  private var unplaced: [EngineEvent.Kind: UInt64] = [:]

  init(
    _ options: NotificationOptions, intake: NoticeIntake, rules: RuleSet, labels: RuleLabels, interfaces: [String],
    isDryRun: Bool, patience: Patience = Patience(), log: Logger,
    tell: @escaping @Sendable (_ text: String, _ rule: UInt32?) -> Void
  ) {
    self.options = options
    self.patience = patience
    pause = patience.pauses.lowerBound
    self.intake = intake
    self.labels = labels
    self.interfaces = interfaces
    self.isDryRun = isDryRun
    self.log = log
    self.tell = tell
    route = NotificationRoute(options)
    alerts = AlertDesk(route.confinement, command: options.command)
    mails = MailDesk(way: route.mailWay, host: ThisMachine.name, settings: rules.settings)
    wanted = rules.notifications
  }

  // MARK: Life

  /// Other rules are in force.
  func follow(_ rules: RuleSet) {
    intake.follow(StormControl.Limits(rules.settings))
    mails.follow(rules.settings)
    wanted = rules.notifications
    remark()
  }

  /// Says once what rules in force cannot do here.
  private func remark() { for text in limits where remarks.insert(text).inserted { tell(text, nil) } }

  private var limits: [String] {
    let script = wanted.contains(.script) ? route.scriptRefusal.map { "no script is run: \($0)" } : nil
    let mail = wanted.contains(.email) ? route.mailRemark : nil
    return [script, mail].compactMap(\.self)
  }

  /// Carries out what comes in until the task is cancelled.
  func run() async {
    remark()
    await withDiscardingTaskGroup { group in
      group.addTask {
        for await _ in self.intake.announcements { await self.work() }
      }
      group.addTask {
        while !Task.isCancelled {
          await self.work()
          try? await Task.sleep(for: .seconds(1))
        }
      }
    }
  }

  /// Nothing comes any more: what is gathered is sent, what is under way gets a moment.
  func end() async {
    take(intake.finish())
    if !waiting.isEmpty { startIfDue() }
    let deadline = ContinuousClock.now + patience.farewell
    while hasHope, .now < deadline {
      pump()
      try? await Task.sleep(for: .milliseconds(20))
    }
    let left = waiting.count + underWay.count
    if left > 0 { tell("\(counted(left, "notification")) could not be carried out before the end", nil) }
    client?.close()
    client = nil
  }

  /// Something may still be carried out.
  private var hasHope: Bool {
    !underWay.isEmpty
      || waiting.contains { job in
        if case .alert = job.work { true } else { client != nil }
      }
  }

  private func work() {
    take(intake.takeAll())
    giveUpStuck()
    trustAgain()
    startIfDue()
    pump()
  }

  // MARK: From notices to jobs

  private func take(_ items: [NoticeIntake.Item]) {
    for item in items {
      switch item {
      case .event(let event): take(notice(of: event))
      case .minute(let suppressed): endMinute(suppressed)
      }
    }
  }

  private func notice(of event: EngineEvent) -> Notice {
    Notice(
      kind: event.kind, label: labels.label(event.label),
      entry: LogEntry(event, labels: labels, interfaces: interfaces, isDryRun: isDryRun))
  }

  private func take(_ notice: Notice) {
    let parameter = Substring(notice.label.parameter).trimmed
    let rule = labels.number(of: notice.label)
    switch notice.kind {
    case .email:
      if let mail = mails.mail(notice) { add(mail, notice.title, rule) }
    case .url: add(Job(kind: .url, title: "\(notice.title): \(parameter)", rule: rule, .probe(String(parameter))))
    case .script:
      let name = parameter.isEmpty ? Self.defaultScript : String(parameter)
      let input = JSONLogFormat().line(notice.entry) ?? "{}"
      let order = ScriptOrder(folder: options.scriptFolder, name: name, input: input)
      add(
        Job(kind: .script, title: "\(notice.title): \(name)", rule: rule, .script(order)), refusal: route.scriptRefusal)
    case .alert: add(Job(kind: .alert, title: notice.title, rule: rule, work: .alert(notice.alertText)))
    default: break
    }
  }

  private func add(_ mail: MailOrder, _ title: String, _ rule: UInt32? = nil) {
    add(Job(kind: .email, title: title, rule: rule, .mail(mail)), refusal: route.mailRefusal)
  }

  private func endMinute(_ suppressed: [StormControl.Suppression]) {
    for suppression in suppressed {
      let rule = labels.label(suppression.rule).text
      let what = counted(suppression.count, "more notification")
      tell(
        "\(what) of rule \(rule) (\(suppression.kind.notificationName)) within a minute: not carried out",
        suppression.rule)
    }
    let mailed = suppressed.filter { $0.kind == .email }.map { (rule: labels.label($0.rule), count: $0.count) }
    for mail in mails.endMinute(suppressed: mailed, time: WallClock.seconds()) { add(mail, "Email of several rules") }
  }

  /// - Parameter refusal: why this is not carried out here.
  private func add(_ job: Job, refusal: String? = nil) {
    if let refusal { return fail(job, because: refusal) }
    guard waiting.count < Self.jobsWaiting else {
      unplaced[job.kind, default: 0] += 1
      if !hasToldOfRoom {
        tell("more notifications wait than there is room for: the latest are not carried out", job.rule)
      }
      hasToldOfRoom = true
      return
    }
    waiting.append(job)
  }

  // MARK: To the process and back

  private func pump() {
    while underWay.count < Self.jobsAtOnce, let index = waiting.firstIndex(where: canBegin) {
      let job = waiting.remove(at: index)
      guard begin(job) else { return waiting.insert(job, at: index) }
    }
    if waiting.count < Self.jobsWaiting / 2 { hasToldOfRoom = false }
  }

  /// Alerts need no process of ours.
  private func canBegin(_ job: Job) -> Bool { if case .alert = job.work { true } else { client != nil } }

  /// - Returns: false if it cannot be handed over now.
  private func begin(_ job: Job) -> Bool {
    lastNumber &+= 1
    var job = job
    job.attempts += 1
    switch job.work {
    case .alert(let text):
      underWay[lastNumber] = (job, .now)
      Task { [alerts, number = lastNumber] in
        let outcome = await alerts.show(title: Self.alertTitle, text: text)
        self.finish(NoticeReply(number: number, outcome))
      }
    case .request(let work):
      guard let client else { return false }
      switch client.send(NoticeRequest(number: lastNumber, work: work)) {
      case .sent:
        underWay[lastNumber] = (job, .now)
        silentSince = silentSince ?? .now
      case .tooLong: fail(job, because: "it is too long")
      case .full, .closed: return false
      }
    }
    return true
  }

  private func take(_ reply: NoticeReply) {
    finish(reply)
    silentSince = hasRequestsUnderWay ? .now : nil
  }

  private var hasRequestsUnderWay: Bool {
    underWay.values.contains { if case .request = $0.job.work { true } else { false } }
  }

  /// What comes too late was told of already.
  private func finish(_ reply: NoticeReply) {
    guard let job = underWay.removeValue(forKey: reply.number)?.job else { return }
    if reply.isDone {
      sent[job.kind, default: 0] += 1
      if let text = reply.text { tell("\(job.title): \(text)", job.rule) }
    } else {
      fail(job, because: reply.text ?? "for an unknown reason")
    }
    pump()
  }

  private func fail(_ job: Job, because reason: String) {
    failed[job.kind, default: 0] += 1
    tell("\(job.title) failed: \(reason)", job.rule)
  }

  // MARK: The process

  private func startIfDue() {
    guard client == nil, isNeeded, nextStart <= .now else { return }
    guard let confinement = route.confinement else {
      problem = "there is no user '\(options.user)' without rights"
      return planNextStart()
    }
    do throws(ProcessError) {
      let new = try NotifierClient(confinement, command: options.command)
      client = new
      startedAt = .now
      problem = nil
      Task { [replies = new.replies, process = new.process] in
        for await reply in replies { self.take(reply) }
        self.lose(process)
      }
    } catch {
      problem = "\(error)"
      planNextStart()
    }
  }

  /// Alerts do without it.
  private var isNeeded: Bool {
    !wanted.subtracting([.alert]).isEmpty || waiting.contains { if case .request = $0.work { true } else { false } }
  }

  private func planNextStart() {
    nextStart = .now + pause
    pause = min(pause * 2, patience.pauses.upperBound)
  }

  /// One that has lived for a while does not end at once when it is started.
  private func trustAgain() {
    guard client != nil, .now - startedAt >= patience.pauses.upperBound else { return }
    pause = patience.pauses.lowerBound
    hasToldOfLoss = false
  }

  /// It has ended by itself, or was ended.
  private func lose(_ process: Int32) {
    guard let client, client.process == process else { return }
    self.client = nil
    losses += 1
    problem = "it has ended"
    planNextStart()
    silentSince = nil
    let unanswered = underWay.sorted { $0.key < $1.key }
    if !hasToldOfLoss { tell("the process that carries out notifications has ended; it is started again", nil) }
    hasToldOfLoss = true
    // A mail may come twice then; that is better than not at all.
    for (number, (job, _)) in unanswered.reversed() {
      guard case .request = job.work else { continue }
      underWay[number] = nil
      if job.kind == .email, job.attempts < 2 {
        waiting.prepend(job)
      } else {
        fail(job, because: "the process that carries out notifications has ended")
      }
    }
  }

  /// What is late fails by itself. A process that hangs is ended, and noticed as lost.
  private func giveUpStuck() {
    let now = ContinuousClock.now
    for (number, (job, _)) in underWay.filter({ now - $0.value.since >= patience.job }).sorted(by: { $0.key < $1.key })
    {
      underWay[number] = nil
      fail(job, because: "it was not answered in time")
    }
    if let silentSince, now - silentSince >= patience.process { client?.close() }
  }

  // MARK: Reports

  /// `nil` while no rule may notify, and none has.
  func report() -> NotificationReport? {
    let kinds = EngineEvent.notifications.map { kind in
      NotificationReport.Kind(
        action: kind.notificationName, sent: sent[kind, default: 0], failed: failed[kind, default: 0],
        suppressed: intake.suppressed(kind) &+ unplaced[kind, default: 0])
    }
    guard !wanted.isEmpty || client != nil || kinds.contains(where: { $0.sent + $0.failed + $0.suppressed > 0 }) else {
      return nil
    }
    return NotificationReport(
      process: client?.process, user: options.user, problem: problem ?? limits.first,
      waiting: waiting.count + underWay.count,
      losses: losses, kinds: kinds)
  }
}

extension RuleSet {
  /// What rules that are not switched off notify by.
  fileprivate var notifications: Set<EngineEvent.Kind> {
    Set(rules.lazy.filter(\.isEnabled).compactMap { EngineEvent.Kind(notificationOf: $0.action.operation) })
  }
}
