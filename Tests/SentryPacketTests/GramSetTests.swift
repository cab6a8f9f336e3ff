import SentryPacket
import SentryTestSupport
import Testing

@Suite struct GramSetTests {
  /// Few grams of four go another way than many, or shorter ones, or such that are not four bytes apart.
  @Test(arguments: [
    (1, 1, 3), (2, 1, 40), (4, 1, 200), (4, 3, 200), (4, 4, 8), (4, 4, 400), (4, 4, 1_024), (4, 4, 5_000),
  ])
  func `no gram of the set is missed, in whatever case, and few others are said to be in it`(
    length: Int, stride: Int, count: Int
  ) {
    var random = SplitMix64(state: UInt64(length * 1_000_000 + stride * 100_000 + count))
    var set = GramSet(length: length, stride: stride, count: count)
    let members = (0..<count).map { _ in (0..<length).map { _ in randomByte(&random) } }
    for member in members { set.insert(member[...]) }
    let known = Set(members.map(folded))

    var (others, wrong) = (0, 0)
    for _ in 0..<300 {
      let asked = Int.random(in: 1...64, using: &random)
      let before = Int.random(in: 0...9, using: &random)
      var frame = (0..<(before + (asked - 1) * stride + length)).map { _ in randomByte(&random) }
      for index in 0..<asked where Int.random(in: 0..<8, using: &random) == 0 {
        let member = members.randomElement(using: &random) ?? []
        let start = before + index * stride
        frame.replaceSubrange(start..<(start + length), with: Bool.random(using: &random) ? member : upper(member))
      }
      let answers = set.answers(in: frame.span.bytes, from: before, count: asked)
      #expect(asked == 64 || answers >> UInt64(asked) == 0)
      for index in 0..<asked {
        let start = before + index * stride
        let isAnswered = answers >> UInt64(index) & 1 != 0
        if known.contains(folded(Array(frame[start..<(start + length)]))) {
          #expect(isAnswered)
        } else if length == 4 {
          others += 1
          wrong += isAnswered ? 1 : 0
        }
      }
    }
    #expect(wrong * 20 <= others)
  }

  @Test func `grams that do not all lie in the frame are not looked for`() {
    var set = GramSet(length: 4, stride: 4, count: 1)
    set.insert(Array("word".utf8)[...])
    let frame = Array("word....word".utf8)
    #expect(set.answers(in: frame.span.bytes, from: 0, count: 3) == 0b101)
    #expect(set.answers(in: frame.span.bytes, from: 0, count: 4) == 0)
    #expect(set.answers(in: frame.span.bytes, from: 1, count: 3) == 0)
    #expect(set.answers(in: frame.span.bytes, from: -4, count: 3) == 0)
    #expect(set.answers(in: frame.span.bytes, from: .max, count: 1) == 0)
    #expect(set.answers(in: frame.span.bytes, from: 0, count: 0) == 0)
    #expect(set.answers(in: [UInt8](repeating: 0, count: 1_024).span.bytes, from: 0, count: 65) == 0)
  }

  @Test func `a gram's hash is that of its bytes`() {
    for length in [1, 2, 4] {
      let set = GramSet(length: length, stride: 1, count: 1)
      let frame = Array("aBcDeF".utf8)
      #expect(set.hash(in: frame.span.bytes, at: 1) == GramSet.hash(of: frame[1..<(1 + length)]))
      #expect(GramSet.hash(of: frame[1..<(1 + length)]) == GramSet.hash(of: Array("bcde".utf8).prefix(length)))
    }
  }

  private func randomByte(_ random: inout SplitMix64) -> UInt8 {
    UInt8.random(in: 0...255, using: &random)
  }

  /// What the set takes for the same (a bit that capital letters lack).
  private func folded(_ bytes: [UInt8]) -> [UInt8] { bytes.map { $0 | 0x20 } }

  private func upper(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 } }
}
