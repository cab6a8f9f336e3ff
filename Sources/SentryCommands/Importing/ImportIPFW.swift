internal import ArgumentParser
internal import SentryImport
internal import SentryRules

extension ImportCommand {
  /// `sentry import ipfw`
  struct IPFW: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ipfw",
      abstract: "Make a document of ipfw's rules.",
      discussion: """
        Reads what "ipfw list" and "ipfw show" print, and scripts of "ipfw add" commands: their variables are filled in, \
        but nothing is run. Every rule is in the document with its number in its name. One that cannot be taken over is \
        there switched off, and told with its line; the exit status is 1 then. In what differs from ipfw: docs/Import.md.

          sentry import ipfw Samples/Firewalls/ipfw/client.rules --me 192.0.2.10
          ipfw list | ssh gw sentry import ipfw - --interface en0=eth0 > my.plist
        """)

    @Argument(help: ArgumentHelp("The listing or script; - reads standard input.", valueName: "file"))
    var file: String

    @OptionGroup var own: OwnAddresses

    @Option(
      help: "What becomes of packets that no rule is for, where the file does not say: allow or deny.",
      transform: Self.default)
    var `default`: ImportOptions.Default?

    @Option(
      name: .customLong("interface"),
      help: ArgumentHelp("What an interface is called here: en0=eth0; may be repeated.", valueName: "theirs=ours"),
      transform: Self.interface)
    var interfaces: [(theirs: String, ours: String)] = []

    @Flag(name: .customLong("ipv4-only"), help: "The rules saw no IPv6, as those of Mac OS X: it passes.")
    var isIPv4Only = false

    @OptionGroup var output: ImportOutput

    func run() throws {
      var options = own.options
      options.defaultAction = `default`
      options.isIPv4Only = isIPv4Only
      options.interfaceNames = Dictionary(interfaces.map { ($0.theirs, $0.ours) }) { $1 }
      try output.write(
        ImportedRules(ipfw: try FileInput.read(file), fileName: FileInput.displayName(file), options: options))
    }

    private static func `default`(_ text: String) throws -> ImportOptions.Default {
      guard let action = ImportOptions.Default(rawValue: text) else {
        throw ValidationError("expected allow or deny, found '\(text)'")
      }
      return action
    }

    private static func interface(_ text: String) throws -> (theirs: String, ours: String) {
      let names = text.split(separator: "=", omittingEmptySubsequences: false).map { String($0) }
      guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else {
        throw ValidationError("expected two names such as en0=eth0, found '\(text)'")
      }
      return (names[0], names[1])
    }
  }
}
