internal import ArgumentParser
internal import SentryImport

extension ImportCommand {
  /// `sentry import iptables-save`
  struct IptablesSave: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "iptables-save",
      abstract: "Make a document of iptables' rules.",
      discussion: """
        Reads what iptables-save prints: of the table filter the chains INPUT and OUTPUT, and those they lead to. A rule that \
        cannot be taken over stands in the document switched off, and is told with its line; the exit status is 1 then.

          iptables-save | sentry import iptables-save - > my.plist
          ip6tables-save | sentry import iptables-save --ipv6 - > my.plist
        """)

    @Argument(help: ArgumentHelp("What iptables-save printed; - reads standard input.", valueName: "file"))
    var file: String

    @Flag(name: .customLong("ipv6"), help: "The rules are those of ip6tables-save.")
    var isIPv6 = false

    @OptionGroup var output: ImportOutput

    func run() throws {
      let bytes = try FileInput.read(file)
      try output.write(
        ImportedRules(
          iptablesSave: bytes, isIPv6: isIPv6, fileName: FileInput.displayName(file), options: ImportOutput.names))
    }
  }
}
