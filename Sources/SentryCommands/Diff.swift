internal import ArgumentParser
internal import SentryControl
internal import SentryRules
internal import SentryService

/// `sentry diff`: what changed between two documents.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how two documents differ, rule by rule.",
    discussion: """
      Comments, layout and form do not matter, nor do numbers that changed only because rules came or went before. The \
      exit status is 1 if there are differences.

        sentry diff Documents/Default.plist my.plist
        sentry diff --format json old.nsy new.plist
      """)

  @Argument(help: ArgumentHelp("The document before; - reads standard input.", valueName: "doc"))
  var old: String

  @Argument(help: ArgumentHelp("The document after; - reads standard input.", valueName: "doc"))
  var new: String

  @Option(help: "How to report.")
  var format = ReportFormat.text

  func validate() throws {
    if old == "-", new == "-" { throw ValidationError("only one of the two can be standard input") }
  }

  func run() throws {
    let (before, after) = (try ruleSet(old), try ruleSet(new))
    let difference = DifferenceReport(RuleDifference(from: before, to: after))
    switch format {
    case .json: Console.writeLine(try jsonText(difference))
    case .text: Console.write(DifferenceText.text(of: difference, style: Style(isOn: Console.outputHasColour)))
    }
    if !difference.isEmpty { throw CommandFailure(.findings) }
  }

  private func ruleSet(_ path: String) throws(CommandFailure) -> RuleSet {
    let file = DocumentFile(path: path, reading: try FileInput.read(path))
    guard let ruleSet = file.document.ruleSet else {
      file.printFindings(to: .error, summary: true)
      throw CommandFailure(.unusableData, "\(file.name) has errors; nothing was compared")
    }
    return ruleSet
  }
}
