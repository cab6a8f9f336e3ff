internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryService

/// Judges the frames of a capture up to one, and explains that.
struct FrameSearch: ~Copyable {
  private let wanted: UInt64
  private let labels = RuleLabels()
  private var engine: Engine
  private var explanation: Explanation?
  /// Frames read so far.
  private(set) var frames: UInt64 = 0

  init(_ wanted: UInt64, _ ruleSet: RuleSet, interface: EngineInterface, local: AddressSpans) {
    self.wanted = wanted
    engine = Engine(
      rules: LoadedRules(ruleSet, labels: labels), interfaces: [interface], local: local, eventCapacity: 0)
  }

  /// `nil` if the capture has no such frame.
  var explained: ExplainedPacket? {
    explanation.map {
      ExplainedPacket(explanation: $0, ruleSet: engine.rules.ruleSet, labels: labels, frame: wanted)
    }
  }

  /// Reads as far as the frame, or to the end.
  mutating func run(_ file: inout CaptureFile, progress: inout ProgressBar) throws(CaptureError) {
    let linkType = file.linkType
    while explanation == nil {
      let left = Int(clamping: wanted - frames)
      let count = try file.read(atMost: min(left, ProgressBar.framesPerUpdate)) { frame, header in
        if header.number == wanted {
          explanation = engine.explain(
            frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
        } else {
          _ = engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
        }
      }
      if count == 0 { return }
      frames += UInt64(count)
      progress.update(bytesIntoFile: file.bytesRead)
    }
  }
}
