internal import ArgumentParser
internal import SentryDiagnostics
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
          ip6tables-save > v6.rules
          iptables-save | sentry import iptables-save - --ipv6-file v6.rules > my.plist
        """)

    @Argument(help: ArgumentHelp("What iptables-save printed; - reads standard input.", valueName: "file"))
    var file: String

    @Flag(name: .customLong("ipv6"), help: "The rules are those of ip6tables-save.")
    var isIPv6 = false

    @Option(
      help: ArgumentHelp("What ip6tables-save printed: both become one document.", valueName: "file"))
    var ipv6File: String?

    @OptionGroup var own: OwnAddresses

    @OptionGroup var output: ImportOutput

    func validate() throws {
      if isIPv6, ipv6File != nil { throw ValidationError("--ipv6 says that there are no rules of IPv4: leave it out") }
    }

    func run() throws {
      guard let ipv6File else {
        return try output.write(
          ImportedRules(
            iptablesSave: FileInput.read(file), isIPv6: isIPv6, fileName: FileInput.displayName(file),
            options: own.options))
      }
      let rules = ImportedRules.ofBothFamilies(
        iptablesSave: try Self.text(of: file), ip6tablesSave: try Self.text(of: ipv6File), options: own.options)
      try output.write(rules.ipv4, with: rules.ipv6)
    }

    private static func text(of file: String) throws -> SourceText {
      SourceText(fileName: FileInput.displayName(file), bytes: try FileInput.read(file))
    }
  }
}
