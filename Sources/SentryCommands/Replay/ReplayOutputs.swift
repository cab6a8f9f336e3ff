internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

/// What a replay writes beside the report.
struct ReplayOutputs: ~Copyable {
  private var verdicts: VerdictLines?
  private var passed: CaptureWriter?
  private var deleted: CaptureWriter?

  /// Where it is to be written.
  struct Paths {
    var verdicts: String?
    var passed: String?
    var deleted: String?

    var areAny: Bool { verdicts != nil || passed != nil || deleted != nil }

    var all: OutputPaths { OutputPaths(writing: [verdicts, passed, deleted]) }
  }

  /// Creates the files, or empties them.
  init(_ paths: Paths, _ ruleSet: RuleSet, linkType: LinkType) throws {
    verdicts = try paths.verdicts.map { try VerdictLines(path: $0, ruleSet: ruleSet) }
    passed = try paths.passed.map { try CaptureWriter(path: $0, linkType: linkType) }
    deleted = try paths.deleted.map { try CaptureWriter(path: $0, linkType: linkType) }
  }

  var areAny: Bool { verdicts != nil || passed != nil || deleted != nil }

  /// Writes down what became of a frame.
  mutating func write(
    _ judgement: Judgement, _ frame: RawSpan, _ header: FrameHeader
  ) throws(CommandFailure) {
    if judgement.kind != .notIP {
      try verdicts?.append(judgement, frame: header.number, time: header.time)
    }
    if judgement.verdict.letsThrough {
      passed?.write(frame, header)
    } else {
      deleted?.write(frame, header)
    }
  }

  /// With several captures, verdict lines name the one they are about.
  mutating func nameFile(_ name: String?) {
    if let name { verdicts?.nameFile(name) }
  }

  /// Writes out what is still in buffers.
  mutating func finish() throws {
    try verdicts?.flush()
    try passed.take()?.finish()
    try deleted.take()?.finish()
  }
}
