internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryRules

/// What an edit is done to.
enum EditSubject {
  /// The document at a path; `-` is standard input, and the result goes to standard output.
  case file(String)
  /// The text of the rules in force.
  case running
}

/// Where the result of an edit goes, for every command that edits.
struct EditOptions: ParsableArguments {
  @Flag(help: "Print the result instead of writing it.")
  var dryRun = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the result to another file; - is standard output.", valueName: "file"))
  var output: String?

  @Flag(help: "Running rules: also where that ends your own SSH connection.")
  var force = false

  @OptionGroup var socket: SocketOption

  func validate() throws {
    if dryRun, output != nil { throw ValidationError("--dry-run and --output exclude each other") }
  }
}

/// `--running` in the place of a document.
struct RunningOption: ParsableArguments {
  @Flag(help: "Work on the rules in force, in the place of a document.")
  var running = false

  /// Takes the document's path from the front of `arguments`, unless the running rules are meant.
  func subject(takingFrom arguments: inout [String]) throws -> EditSubject {
    if running { return .running }
    guard !arguments.isEmpty else { throw ValidationError("name a document, or --running for the rules in force") }
    return .file(arguments.removeFirst())
  }
}

/// `--after`, `--before` and `--into`: where rules come to stand.
struct TargetOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Put them right behind this rule.", valueName: "rule"))
  var after: String?

  @Option(help: ArgumentHelp("Put them right before this rule.", valueName: "rule"))
  var before: String?

  @Option(help: ArgumentHelp("Put them below this rule, as its first children.", valueName: "rule"))
  var into: String?

  func validate() throws {
    if [after, before, into].compactMap(\.self).count > 1 {
      throw ValidationError("--after, --before and --into exclude each other")
    }
  }

  var isGiven: Bool { after != nil || before != nil || into != nil }

  /// Without any of them the end of the top level.
  func target(in document: EditableDocument) throws(EditError) -> EditTarget {
    if let after { return .after(try document.rule(named: after)) }
    if let before { return .before(try document.rule(named: before)) }
    if let into { return .into(try document.rule(named: into)) }
    return .end
  }
}
