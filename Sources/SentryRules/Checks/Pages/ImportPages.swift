// What the guide says about rules of other firewalls that are imported: docs/Import.md.

internal import SentryDiagnostics

let importPages: [FindingPage] = [
  FindingPage(
    .notTakenOver, .error, "a rule that the document does not have",
    meaning: """
      The rule cannot be read, or asks or does what rules here cannot. In the document it stands switched off, so that its \
      place can be seen. Whatever it allowed or denied goes to the rules behind it.
      """,
    example: .told("ipfw add 100 divert natd ip from any to any via en0"),
    remedy: "Write the rule another way, or enter what it is for in the document."),
  FindingPage(
    .takenOverDifferently, .note, "a rule that does not do quite the same",
    meaning: """
      The document has the rule, and it is for the same packets, but something about it differs, or had to be assumed. \
      Where that may matter more, it is a warning.
      """,
    example: .told("ipfw add allow tcp from any to me 22 setup limit src-addr 4"),
    remedy: "See whether that is good enough; docs/Import.md has all differences."),
  FindingPage(
    .notFirewallRules, .error, "a file without rules",
    meaning: "Nothing in the file is a rule of the firewall that was named, or it is no text at all.",
    example: .told("sentry import ipfw /usr/bin/env"),
    remedy: "Name a listing or a script of that firewall: ipfw, nft or iptables-save."),
]
