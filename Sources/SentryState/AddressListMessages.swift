// What is said of a line in an address list that cannot be read.

internal import SentryDiagnostics
internal import SentryPacket

extension Diagnostic {
  static func badListAddress(_ error: AddressRangeTextError, _ text: String, at field: Range<Int>) -> Diagnostic {
    Diagnostic(.badListAddress, at: Place(range: field), error.message(about: text.shown))
  }

  static func refusedListAddress(_ reason: String, at field: Range<Int>) -> Diagnostic {
    Diagnostic(.badListAddress, at: Place(range: field), reason)
  }

  static func unknownTable(_ text: String, at field: Range<Int>) -> Diagnostic {
    let names = AddressTableKind.allCases.map(\.name).joined(separator: ", ")
    return Diagnostic(
      .unknownTable, at: Place(range: field), "no table is called '\(text.shown)'; expected one of \(names)")
  }

  static func badListText(at field: Range<Int>) -> Diagnostic {
    Diagnostic(.invalidEncoding, at: Place(range: field), "the text is not UTF-8")
  }

  static func badListDuration(_ text: String, at field: Range<Int>) -> Diagnostic {
    Diagnostic(
      .badListDuration, at: Place(range: field),
      "'\(text.shown)' is no duration; expected an index from 0 to 6, a number with a unit (90s, 10m, 1h, 2d), or unlimited",
      hint: UInt32(text).map { "write \($0)s for seconds" })
  }

  static func tooManyFields(at field: Range<Int>) -> Diagnostic {
    Diagnostic(
      .tooManyFields, at: Place(range: field),
      "a line has at most four fields: address, table, triggered by, duration")
  }

  static func moreListFindings(than limit: Int, at place: Range<Int>) -> Diagnostic {
    Diagnostic(
      .tooManyFindings, at: Place(range: place), "more than \(limit) findings; from here on they are not told")
  }
}

extension String {
  /// As much of it as a message should quote.
  fileprivate var shown: String { count <= 60 ? self : prefix(60) + "…" }
}
