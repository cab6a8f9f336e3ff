internal import ArgumentParser
internal import SentryPropertyList
internal import SentryRules

/// `sentry convert`: a document in another form.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a document as text, XML, binary, or for the classic program.",
    discussion: """
      The content stays: rules, settings, interfaces, and keys that mean nothing here. Comments have no place but in text.

        sentry convert --to xml my.plist -o my.xml
        sentry convert --to text saved.nsy > my.plist
        sentry convert --to classic my.plist -o my.nsy
      """)

  @Argument(help: ArgumentHelp("The document, in any form; - reads standard input.", valueName: "doc"))
  var document: String

  enum Form: String, ExpressibleByArgument, CaseIterable {
    case text
    case xml
    case binary
    case classic

    fileprivate var conversion: DocumentConversion {
      switch self {
      case .text: .text
      case .xml: .xml
      case .binary: .binary
      case .classic: .classic
      }
    }
  }

  @Option(help: "The form to write.")
  var to: Form

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to; without it, standard output.", valueName: "file"))
  var output: String?

  func run() throws {
    let write = try to == .text ? formatted() : converted()
    guard let output, output != "-" else {
      if to == .binary, Console.outputIsTerminal {
        throw CommandFailure(.usage, "the binary form is not for terminals: name a file with -o")
      }
      return Console.write(write)
    }
    try FileReplacement.write(to: output, write)
  }

  /// Text keeps the comments of a text.
  private func formatted() throws -> (ByteOutput) -> Void {
    let file = FormattedFile(path: document, reading: try FileInput.read(document))
    guard !file.formatted.document.hasErrors else { throw file.refusal() }
    return file.formatted.write
  }

  private func converted() throws -> (ByteOutput) -> Void {
    let ruleSet = try DocumentFile.load(document).ruleSet
    if to == .classic {
      for unknown in ClassicForm.unknownNames(in: ruleSet.rules) { Console.writeError(unknown.note) }
    }
    let conversion = try EditSession.refusing { try DocumentConverter(of: ruleSet, to: to.conversion) }
    return conversion.write
  }
}
