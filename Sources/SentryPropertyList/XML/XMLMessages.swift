import SentryDiagnostics

/// The findings about XML property lists: id, message and hint of each.
enum XMLMessages {
  static func unexpectedText(_ text: String, at range: Range<Int>) -> Diagnostic {
    unreadable("unexpected text '\(text)'", at: range, hint: "a text stands in <string> … </string>")
  }

  static func unfinished(at range: Range<Int>) -> Diagnostic {
    unreadable("what begins here does not end", at: range)
  }

  static func declarations(at range: Range<Int>) -> Diagnostic {
    unreadable("a document type with declarations of its own", at: range, hint: "property lists have none")
  }

  static func unknownElement(_ name: String, at range: Range<Int>) -> Diagnostic {
    unreadable(
      "property lists have no element <\(name)>", at: range,
      hint: "they have dict, key, array, string, integer, real, true, false, date and data")
  }

  static func unexpectedClosing(_ name: String, open: String?, line: Int, at range: Range<Int>) -> Diagnostic {
    unreadable(
      open.map { "expected </\($0)>, found </\(name)>" } ?? "</\(name)> closes nothing", at: range,
      hint: open.map { "it closes the <\($0)> of line \(line)" })
  }

  static func endsInside(_ name: String, line: Int, at range: Range<Int>) -> Diagnostic {
    unreadable(
      "the document ends where </\(name)> is expected", at: range, hint: "it closes the <\(name)> of line \(line)")
  }

  static func keyOutsideDictionary(at range: Range<Int>) -> Diagnostic {
    unreadable("a <key> outside a <dict>", at: range)
  }

  static func missingKey(before name: String, at range: Range<Int>) -> Diagnostic {
    unreadable("expected a <key> before this <\(name)>", at: range, hint: "in a <dict> each value has a key before it")
  }

  static func missingValue(of key: String, at range: Range<Int>) -> Diagnostic {
    unreadable("the key '\(key)' has no value", at: range, hint: "an empty text is written <string></string>")
  }

  static func noValue(at range: Range<Int>) -> Diagnostic {
    unreadable("there is no value in it", at: range, hint: "the smallest is <plist version=\"1.0\"><dict/></plist>")
  }

  static func secondRoot(at range: Range<Int>) -> Diagnostic {
    unreadable("unexpected text after the end of the document", at: range, hint: "the value before it is complete")
  }

  static func badReference(_ text: String, at range: Range<Int>) -> Diagnostic {
    unreadable("'\(text)' is no character", at: range, hint: "'&' itself is written &amp;, '<' is written &lt;")
  }

  static func badScalar(_ name: String, _ text: String, at range: Range<Int>) -> Diagnostic {
    unreadable("'\(text)' is no <\(name)>", at: range, hint: hint(for: name))
  }

  private static func hint(for name: String) -> String? {
    switch name {
    case "integer": "an integer is written 14 or -14"
    case "real": "a number is written 0.5"
    case "date": "a date is written 2008-11-03T12:00:00Z"
    case "data": "data is written in Base64"
    default: nil
    }
  }

  private static func unreadable(_ message: String, at range: Range<Int>, hint: String? = nil) -> Diagnostic {
    Diagnostic(.unreadableXML, at: .init(range: range), "the XML cannot be read: \(message)", hint: hint)
  }
}
