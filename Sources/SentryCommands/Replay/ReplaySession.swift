internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// One run of captures through a document's rules.
struct ReplaySession: ~Copyable {
  private var engine: Engine
  private let labels: RuleLabels
  /// Reading, decoding, judging: without the start of the program and without guessing local addresses.
  private(set) var elapsed = Duration.zero
  private var outputs: ReplayOutputs
  /// What the tables hold from the first packet's time on; empty afterwards.
  private var waiting: AddressList

  /// - Parameters:
  ///   - interface: where the replayed packets arrive.
  ///   - triggers: what the tables hold before the first packet.
  init(
    _ rules: LoadedRules, labels: RuleLabels, interface: EngineInterface, local: AddressSpans, triggers: AddressList,
    outputs: consuming ReplayOutputs
  ) {
    engine = Engine(rules: rules, interfaces: [interface], local: local, eventCapacity: 0)
    self.labels = labels
    self.outputs = outputs
    waiting = triggers
  }

  /// Judges every frame of `file`, from where it stands to its end.
  mutating func judge(_ file: inout CaptureFile, progress: inout ProgressBar) throws {
    let started = ContinuousClock.now
    defer { elapsed += ContinuousClock.now - started }
    let writes = outputs.areAny
    while try writes ? judgeAndWrite(&file) : judgeOnly(&file) {
      progress.update(bytesIntoFile: file.bytesRead)
    }
    progress.advance(by: file.byteCount)
  }

  /// Judges the next frames.
  ///
  /// - Returns: false at the end of the file.
  private mutating func judgeOnly(_ file: inout CaptureFile) throws(CaptureError) -> Bool {
    let linkType = file.linkType
    return try file.read(
      atMost: ProgressBar.framesPerUpdate, lookingAhead: Engine.lookAhead
    ) { frame, header, later in
      engine.expect(later, linkType: linkType)
      fillTables(at: header.time)
      _ = engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
    } > 0
  }

  /// The same, and writes down what became of each frame.
  private mutating func judgeAndWrite(_ file: inout CaptureFile) throws -> Bool {
    let linkType = file.linkType
    var failure: (any Error)?
    let count = try file.read(atMost: ProgressBar.framesPerUpdate) { frame, header in
      guard failure == nil else { return }
      fillTables(at: header.time)
      let judgement = engine.judge(
        frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
      do {
        try outputs.write(judgement, frame, header)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return count > 0
  }

  @inline(__always)
  private mutating func fillTables(at time: Timestamp) {
    if !waiting.entries.isEmpty { takeWaiting(at: time) }
  }

  private mutating func takeWaiting(at time: Timestamp) {
    engine.add(waiting, labels: labels, at: time)
    waiting = AddressList([])
  }

  /// With several captures, verdict lines name the one they are about.
  mutating func nameFile(_ name: String?) { outputs.nameFile(name) }

  /// Writes out what is still in buffers.
  mutating func finishOutputs() throws { try outputs.finish() }

  /// What has been found.
  var outcome: ReplayOutcome { ReplayOutcome(engine) }
}
