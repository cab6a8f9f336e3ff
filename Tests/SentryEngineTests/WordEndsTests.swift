import Testing

@testable import SentryEngine

@Suite struct WordEndsTests {
  @Test(arguments: [
    "q", "qu", "que", "quit", "quitx", "promisc", "password", "passwords", "GET /index.html", "/cgi-bin/phf?Qalias=x",
  ])
  func `a word stands where its bytes are, in whatever case, and nowhere else`(_ word: String) {
    let frame = Array("--\(word.uppercased())--".utf8)
    for start in -3...(frame.count + 3) {
      #expect(mayStand(Array(word.utf8), at: start, of: frame) == (start == 2))
    }
  }

  @Test(arguments: 1...16) func `a word of up to sixteen bytes is compared whole`(_ length: Int) {
    let word = (0..<length).map { UInt8(0x61 + $0) }
    for place in word.indices {
      var other = word
      other[place] = 0x7A
      #expect(!mayStand(word, at: 0, of: other))
    }
  }

  private func mayStand(_ word: [UInt8], at start: Int, of frame: [UInt8]) -> Bool {
    WordEnds(word).mayStand(at: start, of: frame.span.bytes)
  }
}
