internal import ArgumentParser
internal import SentryJournal
internal import SentryPacket

/// `--rule`, `--address` and the other restrictions of a log.
struct LogFilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Entries of a rule: its number, with all rules below it, or its name; 0 for the checks before the rules.",
      valueName: "rule"))
  var rule: String?

  @Option(
    help: ArgumentHelp(
      "Packets from or to an address, a net or a range: 203.0.113.9, 203.0.113.0/24, 2001:db8::/32.",
      valueName: "address"), transform: TableArgument.range)
  var address: AddressRange?

  @Option(help: ArgumentHelp("What happened to the packet, or was done because of it.", valueName: "verdict"))
  var verdict: LogVerdict?

  @Option(help: ArgumentHelp("Words that entries have, in any order; parts of words do.", valueName: "words"))
  var text: String?

  @Option(
    help: ArgumentHelp(
      "From this moment on: 2026-11-22, '2026-11-22 04:30', 04:30 of today, or how long ago: 10m, 2h, 7d.",
      valueName: "moment"), transform: { try MomentArgument.moment($0) })
  var since: Timestamp?

  @Option(
    help: ArgumentHelp("Up to this moment.", valueName: "moment"), transform: { try MomentArgument.moment($0) })
  var until: Timestamp?

  var filter: EventFilter {
    var filter = EventFilter()
    filter.rule = rule
    filter.addresses = address
    filter.verdict = verdict?.kind
    filter.text = text ?? ""
    filter.since = since
    filter.until = until
    return filter
  }
}
