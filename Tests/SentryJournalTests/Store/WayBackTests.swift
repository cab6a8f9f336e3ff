import SentryJournal
import SentryTestSupport
import Testing

/// Documents as a row: `a b c -1` is a, b and c applied, then one step back.
struct WayCase: Sendable, CustomTestStringConvertible {
  let testDescription: String, applied: String, way: String

  init(_ description: String, _ applied: String, way: String) {
    (testDescription, self.applied, self.way) = (description, applied, way)
  }
}

@Suite struct WayBackTests {
  @Test(arguments: [
    WayCase("nothing", "", way: ""),
    WayCase("one", "a", way: "a"),
    WayCase("the latest comes first", "a b c", way: "c b a"),
    WayCase("one step back leaves behind what it came from", "a b c -1", way: "b a"),
    WayCase("twice one step leads two back", "a b c -1 -1", way: "a"),
    WayCase("two steps at once", "a b c -2", way: "a"),
    WayCase("on from there", "a b c -1 d", way: "d b a"),
    WayCase("the same document applied again is no step back", "a b a", way: "a b a"),
    WayCase("and one can go back over it", "a b a -1", way: "b a"),
    WayCase("steps over what is kept no more", "c -4", way: "?"),
    WayCase("a step at the very beginning of what is kept", "-1 b", way: "b ?"),
  ])
  func theWayBack(_ c: WayCase) {
    var documents: [StoredDocument] = []
    for word in c.applied.split(separator: " ") {
      var document = StoredDocument(time: 0, user: "", name: String(word), isChosen: true, text: "")
      if let steps = Int(word) {
        document.change = StoredDocument.change(ofRollback: -steps)
        document.name = target(of: -steps, after: documents)
      }
      documents.append(document)
    }
    #expect(StoredDocument.wayBack(through: documents).map(\.name).joined(separator: " ") == c.way)
  }

  private func target(of steps: Int, after documents: [StoredDocument]) -> String {
    let way = StoredDocument.wayBack(through: documents)
    return way.indices.contains(steps) ? way[steps].name : "?"
  }

  @Test(arguments: [nil, "rule 2 disabled", "rollback -1", "rollback x", "rollbacks"])
  func otherChangesAreNoSteps(_ change: String?) {
    let document = StoredDocument(time: 0, user: "", name: "", change: change, isChosen: true, text: "")
    #expect(!document.cameBack)
  }

  // MARK: What is kept

  /// Applies and goes back; keeps the whole list, and what is said to be worth keeping.
  private struct Desk {
    var all: [StoredDocument] = []
    var kept: [StoredDocument] = []
    /// The names on the way as far as one should be able to go, the latest last: followed here on the side.
    var names: [String] = []

    mutating func note(_ name: String, steps: Int? = nil) {
      let document = StoredDocument(
        time: 0, user: "", name: name, change: steps.map { StoredDocument.change(ofRollback: $0) }, isChosen: true,
        text: "")
      all.append(document)
      kept = StoredDocument.kept(of: kept + [document])
      names.removeLast(steps.map { $0 + 1 } ?? 0)
      names = (names + [name]).suffix(11)
    }

    /// The way through what is kept.
    var way: [String] { StoredDocument.wayBack(through: kept).map(\.name) }
  }

  @Test func tenStepsBackOneByOne() {
    var desk = Desk()
    for number in 1...12 { desk.note("\(number)") }
    for step in 1...10 {
      desk.note(desk.way[1], steps: 1)
      #expect(desk.way.first == "\(12 - step)")
      #expect(desk.kept.last?.cameBack == true)
    }
    #expect(desk.way == ["2"])
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func whatIsKeptLeadsBackAsEverythingDoes(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var (desk, written) = (Desk(), Desk())
    for number in 0..<200 {
      // What waits for the disk is kept apart from what is written, which may be long ago.
      if Int.random(in: 0..<10, using: &random) == 0 { written = desk }
      let before = desk.way
      if before.count > 1, Bool.random(using: &random) {
        let steps = Int.random(in: 1..<before.count, using: &random)
        desk.note(before[steps], steps: steps)
      } else {
        desk.note("\(number)")
      }
      let expected = Array(desk.names.reversed())
      #expect(desk.way == expected)
      let waiting = desk.all.dropFirst(written.all.count).reduce(into: []) { waiting, document in
        waiting = StoredDocument.kept(of: waiting + [document])
      }
      #expect(waiting.count <= 11)
      // What was written and is not given up yet may lead further.
      let way = StoredDocument.wayBack(through: written.kept + waiting).map(\.name)
      #expect(way.prefix(expected.count) == expected[...])
    }
  }
}
