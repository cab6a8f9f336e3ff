internal import ArgumentParser
internal import Foundation
internal import SentryCapture
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// `sentry replay`: runs captures through a document's rules and reports what became of their packets.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run captures through a document's rules and report.",
    discussion: """
      Prints every rule with its matches, the verdicts, and the addresses that were remembered. Time is the packets' own. \
      Direction is seen from --local; without it, the address that occurs in most packets is taken for this host, and \
      said so on standard error.

        sentry replay Documents/Default.plist Samples/port-scan.pcap
        tcpdump -i eth0 -c 1000 -w - | sentry replay --local 192.0.2.0/24 my.plist -
      """)

  @Argument(help: ArgumentHelp("A document: text, XML or binary property list.", valueName: "doc"))
  var document: String

  @Argument(help: ArgumentHelp("Captures: pcap or pcapng; - reads standard input.", valueName: "pcap"))
  var captures: [String]

  @OptionGroup var place: ReplayPlace

  @Option(
    help: ArgumentHelp(
      "Addresses in the tables from the first packet's time on, as `triggered import` reads them.", valueName: "file"))
  var triggers: String?

  @Option(
    help: ArgumentHelp(
      "Cores to use, for the same result; where a rule looks across addresses, one does it all, and the reason is told.",
      valueName: "n"))
  var jobs = 1

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @Option(help: ArgumentHelp("Write one JSON line per IP packet.", valueName: "file"))
  var verdicts: String?

  @Option(help: ArgumentHelp("Write the packets that passed (or were delayed) as a capture.", valueName: "file"))
  var writePassed: String?

  @Option(help: ArgumentHelp("Write the packets that did not pass as a capture.", valueName: "file"))
  var writeDeleted: String?

  func run() throws {
    let ruleSet = try DocumentFile.load(document).ruleSet
    do {
      try replay(ruleSet)
    } catch let error as CaptureError {
      throw CommandFailure(error)
    }
  }

  /// - Throws: a usage error.
  func validate() throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    guard (1...cores).contains(jobs) else {
      throw ValidationError(
        "--jobs \(jobs): \(cores == 1 ? "this machine has one core" : "expected 1 to \(cores), the cores of this machine")"
      )
    }
  }

  private func replay(_ ruleSet: RuleSet) throws {
    let files = [document] + captures + (triggers.map { [$0] } ?? [])
    let paths = ReplayOutputs.Paths(verdicts: verdicts, passed: writePassed, deleted: writeDeleted)
    try paths.all.check(against: files)
    let networks = try place.localNetworks(ruleSet)
    let list = try addressList(ruleSet)
    var inputs = try CaptureInputs(paths: captures, rewindable: networks == nil || jobs > 1)
    inputs.warnOfUndecodedLinks()
    try inputs.checkOneLinkType(for: writePassed ?? writeDeleted)
    let linkType = inputs.firstLinkType
    var progress = ProgressBar(title: "replay", total: inputs.byteCount * (networks == nil ? 2 : 1))
    defer { progress.finish() }
    let local = try networks ?? LocalGuess.networks(in: &inputs, progress: &progress)
    let run = ReplayRun(
      ruleSet, interface: place.interface(ruleSet), local: local, triggers: list, outputs: paths, linkType: linkType)
    let result = try run.judge(inputs, jobs: jobs, progress: &progress)
    progress.finish()
    try print(ReplayReport(result.outcome, of: ruleSet, labels: run.labels, elapsed: result.elapsed), ruleSet)
    noteWithheldTriggers(result.outcome.totals)
    noteLists(of: ruleSet)
    // What was read until then was worth telling all the same.
    if let damage = result.damage { throw damage }
  }

  /// What the tables of the report do not show.
  private func noteWithheldTriggers(_ totals: EngineTotals) {
    if totals[.limit] > 0 {
      Console.writeError(
        "note: \(counted(totals[.limit], "packet")) did not trigger their source: too many others had in that minute "
          + "(settings.triggersPerMinute)")
    }
    if totals[.unproven] > 0 {
      Console.writeError(
        "note: \(counted(totals[.unproven], "packet")) did not trigger their source (settings.triggerProof)")
    }
  }

  /// What a running sentry would have in its tables, too.
  private func noteLists(of ruleSet: RuleSet) {
    let names = ruleSet.lists.filter(\.isEnabled).map(\.name)
    guard !names.isEmpty else { return }
    Console.writeError(
      "note: lists are not followed here (\(names.joined(separator: ", "))); --triggers starts with the addresses of a file"
    )
  }

  private func print(_ report: ReplayReport, _ ruleSet: RuleSet) throws(CommandFailure) {
    switch format {
    case .json: Console.writeLine(try jsonText(report))
    case .text: Console.write(report.text(ruleSet, Style(isOn: Console.outputHasColour)))
    }
  }

  /// What `--triggers` names.
  ///
  /// - Throws: after telling them, if there are lines that cannot be read: the result would be that of another list.
  private func addressList(_ ruleSet: RuleSet) throws(CommandFailure) -> AddressList {
    guard let triggers else { return AddressList([]) }
    let bytes = try FileInput.read(triggers)
    let duration = AddressDuration(seconds: ruleSet.settings.triggerDuration)
    let list = AddressList(reading: bytes, defaults: AddressList.Defaults(duration: duration))
    let source = SourceText(fileName: FileInput.displayName(triggers), bytes: list.findings.isEmpty ? [] : bytes)
    for line in list.findings.rendered(in: source, usesColor: Console.errorHasColour) { Console.writeError(line) }
    guard list.rejectedLines == 0 else {
      throw CommandFailure(
        .unusableData,
        "\(source.fileName): \(counted(list.rejectedLines, "line")) cannot be read; nothing was replayed")
    }
    return list
  }
}

extension CommandFailure {
  init(_ error: CaptureError) {
    let status: ExitStatus =
      switch error {
      case .cannotOpen, .noSuchInterface: .noInput
      case .notACapture, .damaged, .mixedInterfaces: .unusableData
      case .cannotSpool, .cannotWrite, .interfaceGone, .notBridgeable, .captureFailed, .queueInUse,
        .queueNotSupported, .systemCall:
        .inputOutput
      case .notPermitted, .queueNotPermitted, .sendingNotPermitted: .notPermitted
      }
    self.init(status, error.description)
  }
}
