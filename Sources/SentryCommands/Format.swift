internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryRules

/// `sentry format`: the canonical text of a document.
struct Format: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a document in its canonical text form.",
    discussion: """
      Names without numbers, each rule's number in a comment behind its brace, one indentation; every comment stays. A \
      document that is formatted already stays as it is.

        sentry format my.plist
        sentry format --in-place my.plist
        sentry format --check my.plist
      """)

  @Argument(help: ArgumentHelp("The document; - reads standard input.", valueName: "doc"))
  var document: String

  @Flag(help: "Write the result back.")
  var inPlace = false

  @Flag(help: "Only say whether it is formatted: exit status 1 if not.")
  var check = false

  func validate() throws {
    if inPlace, check { throw ValidationError("--in-place and --check exclude each other") }
    if inPlace, document == "-" { throw ValidationError("--in-place needs a file") }
  }

  func run() throws {
    let bytes = try FileInput.read(document)
    let file = FormattedFile(path: document, reading: bytes)
    guard !file.formatted.document.hasErrors else { throw file.refusal() }
    if check {
      guard !file.formatted.isText(bytes) else { return }
      Console.writeError("\(file.name) is not formatted")
      throw CommandFailure(.findings)
    }
    if !inPlace { return Console.write(file.formatted.write) }
    if !file.formatted.isText(bytes) { try FileReplacement.write(to: document, file.formatted.write) }
  }
}

/// A document on its way to another form.
struct FormattedFile {
  let name: String
  let formatted: FormattedDocument

  init(path: String, reading bytes: [UInt8]) {
    name = FileInput.displayName(path)
    formatted = FormattedDocument(reading: bytes, fileName: name)
  }

  /// Says what is wrong with it.
  func refusal() -> CommandFailure {
    let errors = formatted.document.diagnostics.filter { $0.severity == .error }
    for line in errors.rendered(in: formatted.document.source, usesColor: Console.errorHasColour) {
      Console.writeError(line)
    }
    return CommandFailure(.unusableData, "\(name) has errors; nothing was done")
  }
}
