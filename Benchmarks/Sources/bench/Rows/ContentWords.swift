import SentryPacket
import SentryRules

private let row = "100 content words"

/// What a hundred content rules make of web traffic's speed: requests and pages of 200 to 1,400 bytes, one in fifty
/// with one of the words, against the same document without those rules. The rules look at the first 64 bytes, as those do that
/// name no place, or at all of the payload.
func measureContentWords() throws {
  for (place, window) in [("in the first 64 bytes", ""), ("anywhere", "[0:1460]")] {
    try measureContentWords(place, window, isWordFirst: window.isEmpty)
  }
}

private func measureContentWords(_ place: String, _ window: String, isWordFirst: Bool) throws {
  var numbers = Numbers(seed: 12)
  let words = distinctWords(100, &numbers)
  let frames = webTraffic(words, isWordFirst: isWordFirst, &numbers)
  let withWords = ruleSet(of: webDocument(words.map { rule("Data content", "\(window)\($0)") }))
  let withoutWords = ruleSet(of: webDocument([anyPacket]))
  var searching = Judging(withWords, frames)
  guard searching.deciders().count(where: { $0 != nil }) == frames.count / 50 else {
    fail("\(row): words were not found")
  }
  var passing = Judging(withoutWords, frames)
  let times = inTurn({ searching.judge() }, { passing.judge() })
  Figure(
    row: row, measure: "\(place): packets/s against those without content rules", value: times.second / times.first,
    unit: "×", wanted: .atLeast(0.5)
  ).report()
  for (measure, time) in [("with content rules", times.first), ("without", times.second)] {
    Figure(
      row: row, measure: "\(place): \(measure)", value: time * 1e9 / Double(frames.count), unit: "ns/packet"
    ).report()
  }
}

private func webDocument(_ rules: [String]) -> String {
  documentText([rule("Protocol", "6", [rule("Dest port", "80", rules)])])
}

private func webTraffic(_ words: [String], isWordFirst: Bool, _ numbers: inout Numbers) -> HeldFrames {
  var frames = HeldFrames()
  for number in 0..<500 {
    let length = Int.random(in: 200...1_400, using: &numbers)
    var text = payload(of: length, &numbers)
    if number % 50 == 0 {
      let word = words[number / 50 * 10]
      text = isWordFirst ? Array(word.utf8) + text : payload(of: length, endingWith: word, &numbers)
    }
    let client = IPAddress(v4: 0xC612_0000 | UInt32(number))
    frames.append(tcpFrame(from: client, 40_000, to: IPAddress(v4: 0xC000_020A), 80, text))
  }
  return frames
}
