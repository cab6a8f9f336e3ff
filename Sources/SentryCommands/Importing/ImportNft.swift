internal import ArgumentParser
internal import SentryImport

extension ImportCommand {
  /// `sentry import nft`
  struct Nft: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "nft",
      abstract: "Make a document of nftables' rules.",
      discussion: """
        Reads what "nft list ruleset" prints: the filters for what comes in and what goes out, with their sets and the chains \
        they lead to. A rule that cannot be taken over stands in the document switched off, and is told with its line; the exit \
        status is 1 then.

          nft list ruleset | sentry import nft - > my.plist
        """)

    @Argument(help: ArgumentHelp("What nft printed; - reads standard input.", valueName: "file"))
    var file: String

    @OptionGroup var own: OwnAddresses

    @OptionGroup var output: ImportOutput

    func run() throws {
      let bytes = try FileInput.read(file)
      try output.write(
        ImportedRules(nft: bytes, fileName: FileInput.displayName(file), options: own.options))
    }
  }
}
