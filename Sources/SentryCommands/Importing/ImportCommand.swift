internal import ArgumentParser

/// `sentry import`: documents from other firewalls, one file each.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over another firewall's rules: ipfw, nft, iptables-save; or the lists of af.",
    discussion: """
      The document goes to standard output, what cannot be taken over to standard error, with its line. docs/Import.md tells \
      what is taken over, and how.

        sentry import ipfw /etc/ipfw.rules > my.plist
        nft list ruleset | sentry import nft - > my.plist
        iptables-save | sentry import iptables-save - > my.plist
        sentry import af blacklist whitelist | sentry triggered import -
      """,
    subcommands: [IPFW.self, Nft.self, IptablesSave.self, AF.self])
}
