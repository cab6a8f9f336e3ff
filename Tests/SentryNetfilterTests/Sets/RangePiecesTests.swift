import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryNetfilter

struct PiecesCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let ranges: [String]
  var without: [String] = []
  /// Each as "range > the range it is a part of".
  let pieces: [String]
}

struct RangePiecesTests {
  @Test(arguments: [
    PiecesCase(testDescription: "none", ranges: [], pieces: []),
    PiecesCase(testDescription: "one", ranges: ["10.0.0.0/8"], pieces: ["10.0.0.0/8 > 10.0.0.0/8"]),
    PiecesCase(
      testDescription: "apart and side by side",
      ranges: ["10.0.0.8-10.0.0.9", "10.0.0.1-10.0.0.3", "10.0.0.4-10.0.0.5"],
      pieces: [
        "10.0.0.1-10.0.0.3 > 10.0.0.1-10.0.0.3", "10.0.0.4/31 > 10.0.0.4/31", "10.0.0.8/31 > 10.0.0.8/31",
      ]),
    PiecesCase(
      testDescription: "one within another", ranges: ["10.0.0.0/24", "10.0.0.16/28"],
      pieces: [
        "10.0.0.0/28 > 10.0.0.0/24", "10.0.0.16/28 > 10.0.0.16/28", "10.0.0.32-10.0.0.255 > 10.0.0.0/24",
      ]),
    PiecesCase(
      testDescription: "of two that begin together, the one that ends first is the inner",
      ranges: ["10.0.0.0/30", "10.0.0.0/24"],
      pieces: ["10.0.0.0/30 > 10.0.0.0/30", "10.0.0.4-10.0.0.255 > 10.0.0.0/24"]),
    PiecesCase(
      testDescription: "two that overlap: the one that begins last, to its end",
      ranges: ["10.0.0.1-10.0.0.6", "10.0.0.4-10.0.0.9"],
      pieces: ["10.0.0.1-10.0.0.3 > 10.0.0.1-10.0.0.6", "10.0.0.4-10.0.0.9 > 10.0.0.4-10.0.0.9"]),
    PiecesCase(
      testDescription: "one that ends below others that are still open",
      ranges: ["10.0.0.0-10.0.0.20", "10.0.0.1-10.0.0.5", "10.0.0.3-10.0.0.10"],
      pieces: [
        "10.0.0.0 > 10.0.0.0-10.0.0.20", "10.0.0.1-10.0.0.2 > 10.0.0.1-10.0.0.5",
        "10.0.0.3-10.0.0.10 > 10.0.0.3-10.0.0.10", "10.0.0.11-10.0.0.20 > 10.0.0.0-10.0.0.20",
      ]),
    PiecesCase(
      testDescription: "the whole of IPv4 with a hole", ranges: ["0.0.0.0/0"], without: ["192.0.2.1"],
      pieces: ["0.0.0.0-192.0.2.0 > 0.0.0.0/0", "192.0.2.2-255.255.255.255 > 0.0.0.0/0"]),
    PiecesCase(
      testDescription: "holes at both ends, and one around all of a range",
      ranges: ["10.0.0.0-10.0.0.9", "10.0.1.0/24"],
      without: ["10.0.0.0", "10.0.0.9", "10.0.0.4-10.0.0.5", "10.0.1.0/16"],
      pieces: []),
    PiecesCase(
      testDescription: "the whole of IPv6 without the mapped block", ranges: ["::/0"], without: ["::ffff:0.0.0.0/96"],
      pieces: ["::-::fffe:ffff:ffff > ::/0", "::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff > ::/0"]),
  ])
  func pieces(_ row: PiecesCase) throws {
    let ranges = try row.ranges.map { try AddressRange($0) }
    let pieces = RangePieces.cut(ranges, without: AddressSpans(try row.without.map { try AddressRange($0) }))
    #expect(pieces.map { "\($0.range) > \(ranges[$0.owner])" } == row.pieces)
  }

  /// Against asking every range for every address.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func everyAddressIsAnsweredByTheInnermostRange(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let universe: UInt32 = 64
    func someRange() -> AddressRange? {
      let (a, b) = (UInt32.random(in: 0..<universe, using: &random), UInt32.random(in: 0..<universe, using: &random))
      return AddressRange(first: IPAddress(v4: min(a, b)), last: IPAddress(v4: max(a, b)))
    }
    let ranges = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in someRange() }
    let holes = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in someRange() }
    let pieces = RangePieces.cut(ranges, without: AddressSpans(holes))
    for (piece, next) in zip(pieces, pieces.dropFirst()) { #expect(piece.range.last < next.range.first) }
    for number in 0..<universe {
      let address = IPAddress(v4: number)
      let around = ranges.filter { $0.contains(address) }
      let begun = around.map(\.first).max()
      let innermost = around.filter { $0.first == begun }.min { $0.last < $1.last }
      let expected = holes.contains { $0.contains(address) } ? nil : innermost
      let found = pieces.first { $0.range.contains(address) }.map { ranges[$0.owner] }
      #expect(found == expected, "\(address) of \(ranges) without \(holes)")
    }
  }
}
