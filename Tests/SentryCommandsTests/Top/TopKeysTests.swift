import Testing

@testable import SentryCommands

private struct KeyCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// As a terminal sends it, in pieces.
  let input: [String]
  let keys: [TopKey]
}

@Suite struct TopKeysTests {
  @Test(arguments: [
    KeyCase(testDescription: "letters", input: ["qs?"], keys: [.character("q"), .character("s"), .character("?")]),
    KeyCase(testDescription: "arrows", input: ["\u{1B}[A\u{1B}[B"], keys: [.up, .down]),
    KeyCase(testDescription: "arrows in application mode", input: ["\u{1B}OA\u{1B}OB"], keys: [.up, .down]),
    KeyCase(testDescription: "pages", input: ["\u{1B}[5~\u{1B}[6~"], keys: [.pageUp, .pageDown]),
    KeyCase(
      testDescription: "both ends, as three terminals send them",
      input: ["\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}OH\u{1B}OF"], keys: [.home, .end, .home, .end, .home, .end]),
    KeyCase(testDescription: "Tab and its other way", input: ["\t\u{1B}[Z"], keys: [.tab, .backTab]),
    KeyCase(
      testDescription: "Control-C, -Z and -L", input: ["\u{3}\u{1A}\u{C}"], keys: [.interrupt, .suspend, .redraw]),
    KeyCase(testDescription: "Return", input: ["\r"], keys: [.enter]),
    KeyCase(testDescription: "an escape alone", input: ["\u{1B}"], keys: [.escape]),
    KeyCase(testDescription: "an escape and a letter", input: ["\u{1B}q"], keys: [.escape, .character("q")]),
    KeyCase(testDescription: "a sequence in two pieces", input: ["\u{1B}[", "A"], keys: [.up]),
    KeyCase(testDescription: "in three", input: ["\u{1B}[", "5", "~q"], keys: [.pageUp, .character("q")]),
    KeyCase(
      testDescription: "a key that means nothing", input: ["\u{1B}[24~\u{1B}[1;5C", "q"], keys: [.character("q")]),
    KeyCase(testDescription: "letters beyond ASCII", input: ["äq"], keys: [.character("q")]),
    KeyCase(
      testDescription: "a sequence without end", input: ["\u{1B}[" + String(repeating: "1", count: 40), "q"],
      keys: [.character("q")]),
  ])
  fileprivate func keysAreRead(_ c: KeyCase) {
    var keys = TopKeys()
    #expect(c.input.flatMap { keys.keys(in: Array($0.utf8)) } == c.keys)
  }
}
