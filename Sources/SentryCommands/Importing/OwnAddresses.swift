internal import ArgumentParser
internal import SentryImport
internal import SentryPacket
internal import SentryRules

/// What rules mean by this host.
struct OwnAddresses: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An address of the host that the rules are of; may be repeated (default: all of this machine).",
      valueName: "address"),
    transform: Self.address)
  var me: [IPAddress] = []

  /// Options with the names of this machine, and these addresses.
  var options: ImportOptions {
    var options = ImportOutput.names
    options.ownAddresses = me.isEmpty ? ThisHost.facts().addresses : me
    options.ownAddressesAreAssumed = me.isEmpty
    return options
  }

  private static func address(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw ValidationError("expected an address, found '\(text)'") }
    return address
  }
}
