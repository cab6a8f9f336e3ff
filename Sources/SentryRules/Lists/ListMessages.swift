// What is said of `lists` in a document.

internal import SentryDiagnostics
internal import SentryPropertyList

extension Diagnostic {
  static func listIsNoDictionary(_ node: PropertyListNode) -> Diagnostic {
    Diagnostic(
      .badList, at: node.place, "a list to follow is a dictionary, found \(node.shown)",
      hint: "such as { name = spamhaus; source = \"https://…\"; format = drop; table = trigger; refresh = 12h; }")
  }

  static func listWithout(_ key: ListKey, _ example: String, at place: Place) -> Diagnostic {
    Diagnostic(.badList, at: place, "a list to follow needs its \(key.rawValue)", hint: example)
  }

  static func badList(
    _ key: ListKey, _ node: PropertyListNode, expected: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      .badList, at: node.place, "\(key.rawValue) of a list must be \(expected), found \(node.shown)", hint: hint)
  }

  static func badList(_ key: ListKey, _ error: ValueError, at place: Place) -> Diagnostic {
    Diagnostic(.badList, at: place, "\(key.rawValue) of a list: \(error.message)", hint: error.hint)
  }

  static func duplicateList(_ name: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .badList, at: place, "there is another list called '\(name.shown)': entries could not tell whose they are")
  }

  static func authorizesUnprotected(_ list: ListSubscription, at place: Place) -> Diagnostic {
    Diagnostic(
      .authorizesUnprotected, .warning, at: place,
      "list '\(list.name)' authorizes whom a page fetched over http names: anybody on the way can add himself",
      hint: "https://… if the server has it; otherwise fetch and verify it yourself, and name the file")
  }

  static func listLargerThanTable(_ number: Int, capacity: Int, at place: Place) -> Diagnostic {
    Diagnostic(
      .badList, at: place, "atMost is \(number), but a table has room for \(capacity) entries",
      hint: "settings = { addressCapacity = \(number); } makes room")
  }
}

extension ValueError {
  static func notAListSource(_ text: String) -> ValueError {
    ValueError(
      "expected http://…, https://… or the path of a file from /, found '\(text.shown)'",
      hint: text.contains("/") && !text.contains(":") ? "a path must begin with '/'" : nil)
  }

  static func notAListFile(_ text: String) -> ValueError {
    ValueError("expected the path of a file, found '\(text.shown)'")
  }
}
