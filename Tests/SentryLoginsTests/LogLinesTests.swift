import SentryTestSupport
import Testing

@testable import SentryLogins

@Suite struct LogLinesTests {
  private func lines(_ pieces: [[UInt8]]) -> ([String], LogLines) {
    var lines = LogLines()
    var found: [String] = []
    for piece in pieces {
      lines.feed(piece[...]) { line in found.append(String(decoding: line.bytes(0..<line.count), as: UTF8.self)) }
    }
    return (found, lines)
  }

  @Test(arguments: 1...12)
  func piecesOfAnySizeMakeTheSameLines(size: Int) {
    let text = Array("one\n\ntwo and three\nfour".utf8)
    let pieces = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
    #expect(lines(pieces).0 == ["one", "", "two and three"])
  }

  @Test func aLineOfAMegabyteIsPassedOver() {
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    let (found, state) = lines([Array("a\n".utf8), long, long, Array("tail\nb\n".utf8)])
    #expect(found == ["a", "b"])
    #expect(state.tooLong == 1 && state.count == 3)
    let exact = [UInt8](repeating: UInt8(ascii: "y"), count: LogLines.longest)
    #expect(lines([exact + [10]]).0.first?.utf8.count == LogLines.longest)
    #expect(lines([exact, [10]]).0.count == 1)
    #expect(lines([exact + [UInt8(ascii: "y"), 10]]).0.isEmpty)
  }

  @Test func theRestOfALineIsNoLine() {
    var lines = LogLines()
    var found: [String] = []
    lines.beginInLine()
    lines.feed(Array("Failed password\nwhole\n".utf8)[...]) {
      found.append(String(decoding: $0.bytes(0..<$0.count), as: UTF8.self))
    }
    #expect(found == ["whole"] && lines.tooLong == 0)
  }
}
