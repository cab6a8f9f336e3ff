import SentryTestSupport
import Testing

@testable import SentryCommands

/// A terminal as far as `Screen` uses one: cursor position, erase display, graphic rendition, characters (ECMA-48).
struct Emulator {
  private(set) var rows: [[Character]]
  private(set) var written = 0
  private var row = 0
  private var column = 0

  init(width: Int, height: Int, filledWith character: Character = " ") {
    rows = Array(repeating: Array(repeating: character, count: width), count: height)
  }

  var lines: [String] { rows.map { String($0) } }

  mutating func take(_ text: String) throws {
    var rest = Substring(text)
    while let character = rest.popFirst() {
      guard character == "\u{1B}" else {
        try #require(rows.indices.contains(row) && rows[row].indices.contains(column), "outside: \(row), \(column)")
        rows[row][column] = character
        written += 1
        column += 1
        continue
      }
      try #require(rest.popFirst() == "[")
      let parameters = rest.prefix { $0.isNumber || $0 == ";" }
      rest = rest.dropFirst(parameters.count)
      let numbers = parameters.split(separator: ";").compactMap { Int($0) }
      switch rest.popFirst() {
      case "H": (row, column) = (numbers[0] - 1, numbers[1] - 1)
      case "J":
        try #require(numbers == [2])
        rows = rows.map { $0.map { _ in " " } }
      case "m": break
      case let final: Issue.record("unexpected \(String(describing: final))")
      }
    }
  }
}

@Suite struct ScreenTests {
  @Test func textStandsWhereItWasPut() {
    var screen = Screen(width: 10, height: 2)
    #expect(screen.put("abc", row: 0, column: 2) == 5)
    screen.put("end", row: 1, endingAt: 10)
    #expect(screen.lines(Style(isOn: false)) == ["  abc", "       end"])
  }

  struct Clipping: Sendable, CustomTestStringConvertible {
    let testDescription: String, text: String, column: Int
    var columns = Int.max
    let line: String
  }

  @Test(arguments: [
    Clipping(testDescription: "what does not fit is left out", text: "abcdef", column: 3, line: "   ab"),
    Clipping(testDescription: "nor into fewer columns", text: "abcdef", column: 0, columns: 2, line: "ab"),
    Clipping(testDescription: "no columns, no text", text: "abc", column: 0, columns: 0, line: ""),
    Clipping(testDescription: "fewer than none", text: "abc", column: 0, columns: -3, line: ""),
    Clipping(testDescription: "behind the screen", text: "abc", column: 5, line: ""),
    Clipping(testDescription: "before it", text: "abc", column: -1, line: ""),
    Clipping(testDescription: "a wide character takes two", text: "中x", column: 0, line: "中x"),
    Clipping(testDescription: "half of it does not fit", text: "中中中", column: 0, line: "中中"),
    Clipping(testDescription: "what combines stays with its letter", text: "e\u{301}x", column: 0, line: "e\u{301}x"),
  ])
  func textIsCut(_ c: Clipping) {
    var screen = Screen(width: 5, height: 1)
    screen.put(c.text, row: 0, column: c.column, columns: c.columns)
    #expect((screen.lines(Style(isOn: false)).first ?? "") == c.line)
  }

  @Test(arguments: ["\u{1B}[2J", "\u{9B}31m", "a\rb\nc", "\u{202E}evil", "\u{7}\u{8}\u{0}", "\u{1B}]0;title\u{7}"])
  func nothingSteersTheTerminal(_ hostile: String) throws {
    var screen = Screen(width: 20, height: 2)
    screen.put(hostile, row: 0, column: 0)
    let update = screen.update(from: Screen(width: 20, height: 2), hasColour: true)
    var emulator = Emulator(width: 20, height: 2)
    try emulator.take(update)
    for scalar in emulator.lines.joined().unicodeScalars {
      #expect(
        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.properties.generalCategory != .format)
    }
    #expect(emulator.lines[1].allSatisfy { $0 == " " })
  }

  @Test func plainTerminalGetsASCIIOnly() {
    var screen = Screen(width: 8, height: 1, isPlain: true)
    screen.put("größe中", row: 0, column: 0)
    #expect(screen.lines(Style(isOn: false)) == ["gr??e?"])
  }

  @Test func writingOverHalfAWideCharacterLeavesNone() {
    var screen = Screen(width: 4, height: 1)
    screen.put("中中", row: 0, column: 0)
    screen.put("x", row: 0, column: 1)
    #expect(screen.lines(Style(isOn: false)) == [" x中"])
    screen.put("y", row: 0, column: 2)
    #expect(screen.lines(Style(isOn: false)) == [" xy"])
  }

  @Test func onlyWhatDiffersIsWritten() throws {
    var old = Screen(width: 20, height: 3)
    old.put("packets 100", row: 1, column: 0)
    var new = old
    new.put("200", row: 1, column: 8)
    #expect(new.update(from: old, hasColour: true) == "\u{1B}[2;9H\u{1B}[0m2")
    #expect(new.update(from: new, hasColour: true).isEmpty)
  }

  @Test func colourIsLeftOutWhereItIsNotWanted() {
    var screen = Screen(width: 4, height: 1)
    screen.put("x", row: 0, column: 0, style: [.red, .bold])
    let blank = Screen(width: 4, height: 1)
    #expect(screen.update(from: blank, hasColour: true) == "\u{1B}[1;1H\u{1B}[0;1;31mx\u{1B}[0m")
    #expect(screen.update(from: blank, hasColour: false) == "\u{1B}[1;1H\u{1B}[0;1mx\u{1B}[0m")
    #expect(screen.lines(Style(isOn: true)) == ["\u{1B}[0;1;31mx\u{1B}[0m"])
  }

  @Test func anotherSizeIsDrawnAnew() throws {
    var screen = Screen(width: 6, height: 2)
    screen.put("hello", row: 1, column: 0)
    for old in [nil, Screen(width: 7, height: 2)] {
      var emulator = Emulator(width: 6, height: 2, filledWith: "#")
      try emulator.take(screen.update(from: old, hasColour: true))
      #expect(emulator.lines == ["      ", "hello "])
    }
  }

  /// Whatever was shown before: after the update the terminal shows the screen.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func updatesBringAnyScreenAbout(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var shown = Screen(width: 12, height: 4)
    var emulator = Emulator(width: 12, height: 4)
    for _ in 0..<20 {
      var next = random.next() % 3 == 0 ? Screen(width: 12, height: 4) : shown
      for _ in 0..<random.next() % 6 {
        let text = String(
          (0..<random.next() % 8).map { _ in Character(Unicode.Scalar(UInt8(0x20 + random.next() % 95))) })
        next.put(
          text, row: Int(random.next() % 5), column: Int(random.next() % 13),
          style: CellStyle(rawValue: UInt8(random.next() % 64)))
      }
      try emulator.take(next.update(from: shown, hasColour: random.next() % 2 == 0))
      shown = next
      #expect(emulator.lines == (0..<4).map { row in String((0..<12).map { next[row, $0].character ?? " " }) })
    }
  }
}
