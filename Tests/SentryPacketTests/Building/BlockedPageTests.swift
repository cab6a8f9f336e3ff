import SentryPacket
import SentryTestSupport
import Testing

@Suite struct BlockedPageTests {
  private static let request = AnsweredFrame(
    "", AnsweredSegments.tcp([.psh, .ack], payload: "GET / HTTP/1.1\r\n\r\n", from: "192.0.2.10", to: "203.0.113.9"))

  /// All segments of the page.
  private func segments(_ page: BlockedPage, answering row: AnsweredFrame = request) -> [ReadAnswer] {
    (0..<page.segmentCount).compactMap { number in
      row.answer { $0.write(page, segment: number, answering: $1, in: $2) }.map(ReadAnswer.init)
    }
  }

  private func payload(_ segment: ReadAnswer) -> ArraySlice<UInt8> {
    segment.packet[Int(segment.fields.payload.lowerBound)..<Int(segment.fields.payload.upperBound)]
  }

  @Test func ourOwnPageIsOneSegment() throws {
    let segment = try #require(segments(BlockedPage()).first)
    #expect(BlockedPage().segmentCount == 1)
    #expect(segment.flags == [.psh, .fin, .ack])
    #expect(segment.sequence == 77_777)
    #expect(segment.acknowledgement == 4_000_000_018)
    #expect("\(segment.fields.source)" == "203.0.113.9")
    #expect(payload(segment).elementsEqual(BlockedPage().response))
  }

  @Test func aLongPageIsAStreamThatEndsWithItsLastSegment() {
    let page = BlockedPage("<p>" + String(repeating: "0123456789", count: 500))
    let segments = segments(page)
    #expect(segments.count == 5)
    #expect(segments.dropLast().allSatisfy { $0.flags == [.psh, .ack] })
    #expect(segments.last?.flags == [.psh, .fin, .ack])
    #expect(segments.flatMap { payload($0) } == page.response)
    for (segment, next) in zip(segments, segments.dropFirst()) {
      #expect(next.sequence == segment.sequence + UInt32(payload(segment).count))
    }
    #expect(segments.allSatisfy { $0.acknowledgement == 4_000_000_018 })
  }

  @Test func noSegmentIsLongerThanAnyLinkCarries() {
    let request = AnsweredSegments.tcp(
      [.psh, .ack], payload: "GET / HTTP/1.1\r\n\r\n", from: "2001:db8::10", to: "2001:db8::9")
    let page = BlockedPage("<p>" + String(repeating: "0123456789", count: 500))
    let lengths = segments(page, answering: AnsweredFrame("", request)).map(\.packet.count)
    #expect(lengths.max() == 1280)
  }

  @Test(arguments: [-1, 1, .max])
  func aSegmentThatIsNotThereIsNotMade(number: Int) {
    #expect(Self.request.answer { $0.write(BlockedPage(), segment: number, answering: $1, in: $2) } == nil)
  }

  @Test func aResetOrARequestWithoutAnswerGetsNoPage() {
    for flags in [.rst, [.rst, .ack], .syn, []] as [Frame.TCPFlags] {
      let row = AnsweredFrame("", AnsweredSegments.tcp(flags, payload: "GET / HTTP/1.1\r\n\r\n"))
      #expect(segments(BlockedPage(), answering: row).isEmpty)
    }
  }

  @Test func wordsAreShownAsTheyAre() {
    let response = String(decoding: BlockedPage("1 < 2 & 3 > 2").response, as: UTF8.self)
    #expect(response.contains("<p>1 &lt; 2 &amp; 3 &gt; 2</p>"))
    #expect(response.hasPrefix("HTTP/1.0 403 Forbidden\r\n"))
  }

  @Test(arguments: ["<html><body>No.</body></html>", "\n  <!DOCTYPE html><p>No."])
  func aPageIsTakenWhole(page: String) {
    #expect(String(decoding: BlockedPage(page).response, as: UTF8.self).hasSuffix("\r\n\r\n" + page))
  }

  @Test func anEmptyTextIsNone() {
    #expect(BlockedPage("") == BlockedPage())
  }
}
