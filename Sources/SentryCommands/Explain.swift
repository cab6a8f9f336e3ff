internal import ArgumentParser
internal import SentryCapture
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryService

/// `sentry explain`: what becomes of one packet, and why.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what becomes of one packet, and why.",
    discussion: """
      Shows the packet's way through the rules: each rule it meets, the value the rule saw, whether it matched, what its \
      action did, and what is different afterwards. For a frame of a capture everything before it has happened already. \
      Of several --packet the last is explained, the others come before it.

        sentry explain Documents/Default.plist Samples/port-scan.pcap --frame 3
        sentry explain my.plist --packet 'tcp 203.0.113.9:40000 > me:23 syn in external'
      """)

  @Argument(help: ArgumentHelp("A document: text, XML or binary property list.", valueName: "doc"))
  var document: String

  @Argument(help: ArgumentHelp("A capture: pcap or pcapng; - reads standard input.", valueName: "pcap"))
  var capture: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Which frame of the capture, counting from 1.", valueName: "n"),
    transform: Self.frame(numbered:))
  var frame: UInt64?

  @Option(help: ArgumentHelp("A packet in one line; docs/Notation.md tells how.", valueName: "line"))
  var packet: [String] = []

  @OptionGroup var place: ReplayPlace

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @Flag(help: "Show each rule on a line of its own, also those that did not match.")
  var all = false

  func validate() throws {
    switch (capture, frame, packet.isEmpty) {
    case (nil, nil, true): throw ValidationError("Name a capture and a --frame, or describe a --packet.")
    case (_?, nil, true): throw ValidationError("Which frame of the capture? Say --frame.")
    case (nil, _?, true): throw ValidationError("Which capture is the frame in?")
    case (_?, _, false), (nil, _?, false): throw ValidationError("Either a frame of a capture, or --packet.")
    default: break
    }
  }

  private static func frame(numbered text: String) throws -> UInt64 {
    guard let number = UInt64(text), number > 0 else {
      throw ValidationError("frames are counted from 1, found '\(text)'")
    }
    return number
  }

  func run() throws {
    let ruleSet = try DocumentFile.load(document).ruleSet
    let explained: ExplainedPacket
    if let capture, let frame {
      do {
        explained = try explain(frame: frame, of: capture, ruleSet)
      } catch let error as CaptureError {
        throw CommandFailure(error)
      }
    } else {
      explained = try ExplainedPacket.describing(packet, place, ruleSet)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(ExplanationReport(explained)))
    case .text:
      let style = Style(isOn: Console.outputHasColour)
      Console.write(ExplanationText(explained, showsAllRules: all, style).text)
    }
  }

  private func explain(frame: UInt64, of capture: String, _ ruleSet: RuleSet) throws -> ExplainedPacket {
    let networks = try place.localNetworks(ruleSet)
    var inputs = try CaptureInputs(paths: [capture], rewindable: networks == nil)
    inputs.warnOfUndecodedLinks()
    var progress = ProgressBar(title: "explain", total: inputs.byteCount * (networks == nil ? 2 : 1))
    defer { progress.finish() }
    let local = try networks ?? LocalGuess.networks(in: &inputs, progress: &progress)
    var search = FrameSearch(frame, ruleSet, interface: place.interface(ruleSet), local: local)
    try inputs.forEach { _, file throws in try search.run(&file, progress: &progress) }
    progress.finish()
    guard let explained = search.explained else {
      throw CommandFailure(
        .usage, "\(FileInput.displayName(capture)) has no frame \(frame): it holds \(counted(search.frames, "frame"))")
    }
    return explained
  }
}
