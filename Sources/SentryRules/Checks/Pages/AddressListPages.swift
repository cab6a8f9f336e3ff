// What the guide says about lists of addresses that are imported: docs/Tables.md.

internal import SentryDiagnostics

let addressListPages: [FindingPage] = [
  FindingPage(
    .badListAddress, .error, "a line without a usable address",
    meaning: "The line is left out; all others are imported.",
    example: .told("203.0.113.300"),
    remedy: "Write an address, a net as 203.0.113.0/24, or a range as 203.0.113.9-203.0.113.20."),
  FindingPage(
    .unknownTable, .error, "a line for a table that does not exist",
    meaning: "The line is left out: to guess a table could block an address that was to be let in.",
    example: .told("203.0.113.9\tblocked"),
    remedy: "Write trigger, address, authorize or invalid, or leave the field empty."),
  FindingPage(
    .badListDuration, .error, "a line without a usable duration",
    meaning: "The line is left out; all others are imported.",
    example: .told("203.0.113.9\ttrigger\toffice\tlong"),
    remedy: "Write an index from 0 to 6, a number with a unit (90s, 10m, 1h, 2d), or unlimited."),
  FindingPage(
    .tooManyFields, .error, "a line with more than four fields",
    meaning: "The line is left out: fields stand between tabs, and there is no fifth.",
    example: .told("203.0.113.9\ttrigger\toffice\t3\tagain"),
    remedy: "Keep address, table, triggered by and duration."),
]
