internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// A replay to be done, on one core or several.
struct ReplayRun {
  let labels = RuleLabels()
  private let rules: LoadedRules
  private let interface: EngineInterface
  private let local: AddressSpans
  private let triggers: AddressList
  private let outputs: ReplayOutputs.Paths
  private let linkType: LinkType

  struct Result {
    var outcome: ReplayOutcome
    /// Reading, decoding, judging: without the start of the program and without guessing local addresses.
    var elapsed: Duration
    /// What is wrong with the captures behind what was judged.
    var damage: CaptureError?
    /// Why one core has done it all.
    var obstacle: ReplayObstacle?
  }

  /// - Parameters:
  ///   - interface: where the replayed packets arrive.
  ///   - triggers: what the tables hold before the first packet.
  ///   - linkType: of captures that are written.
  init(
    _ ruleSet: RuleSet, interface: EngineInterface, local: AddressSpans, triggers: AddressList,
    outputs: ReplayOutputs.Paths, linkType: LinkType
  ) {
    rules = LoadedRules(ruleSet, labels: labels)
    self.interface = interface
    self.local = local
    self.triggers = triggers
    self.outputs = outputs
    self.linkType = linkType
  }

  /// Judges every frame, and says on standard error why one core must do what several were to do.
  ///
  /// - Parameter salt: another one deals the addresses otherwise.
  func judge(
    _ inputs: consuming sending CaptureInputs, jobs: Int, salt: UInt64 = 0, progress: inout ProgressBar
  ) throws -> Result {
    guard jobs > 1 else { return try judgeOnOneCore(inputs, progress: &progress) }
    let router = ShardRouter(
      shards: jobs, local: local, ipv6PrefixLength: rules.ruleSet.settings.triggerIPv6Prefix, salt: salt)
    var result: Result
    if let obstacle = ReplayObstacle(rules, interface, triggers, router, outputs: outputs.all) {
      tell(obstacle, jobs)
      result = try judgeOnOneCore(inputs, progress: &progress)
      result.obstacle = obstacle
      return result
    }
    var parallel = ParallelReplay(
      jobs: jobs,
      ShardWorker.Setting(
        rules: rules, labels: labels, interface: interface, local: local, triggers: triggers, router: router,
        keepsJudgements: outputs.areAny))
    switch try judgeTogether(inputs, &parallel, progress: &progress) {
    case .finished(let outcome, let damage):
      return Result(outcome: outcome, elapsed: parallel.elapsed, damage: damage)
    case .stopped(let obstacle, var inputs):
      tell(obstacle, jobs)
      try inputs.rewind()
      result = try judgeOnOneCore(inputs, progress: &progress)
      result.obstacle = obstacle
      result.elapsed += parallel.elapsed
      return result
    }
  }

  /// What was written is closed afterwards, also if it is to be begun anew.
  private func judgeTogether(
    _ inputs: consuming sending CaptureInputs, _ parallel: inout ParallelReplay, progress: inout ProgressBar
  ) throws -> ParallelReplay.Ending {
    var outputs = try openOutputs()
    let ending = try parallel.run(inputs, &outputs, progress: &progress)
    try outputs.finish()
    return ending
  }

  private func tell(_ obstacle: ReplayObstacle, _ jobs: Int) {
    Console.writeError("--jobs \(jobs): one core does it all, because \(obstacle)")
  }

  private func openOutputs() throws -> ReplayOutputs { try ReplayOutputs(outputs, rules.ruleSet, linkType: linkType) }

  private func judgeOnOneCore(_ inputs: consuming CaptureInputs, progress: inout ProgressBar) throws -> Result {
    var session = ReplaySession(
      rules, labels: labels, interface: interface, local: local, triggers: triggers, outputs: try openOutputs())
    let severalFiles = inputs.count > 1
    var damage: CaptureError?
    do {
      try inputs.forEach { path, file throws in
        session.nameFile(severalFiles ? path : nil)
        try session.judge(&file, progress: &progress)
      }
    } catch let error as CaptureError {
      damage = error
    }
    try session.finishOutputs()
    return Result(outcome: session.outcome, elapsed: session.elapsed, damage: damage)
  }
}
