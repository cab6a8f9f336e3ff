import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryProcesses

@Suite struct OwnerMessagesTests {
  private static let question = OwnerQuestion(
    number: 7,
    flow: LocalFlow(
      local: IPAddress(v4: 0xC000_0201), 40_000, remote: IPAddress(high: 1, low: 2), 443, protocolNumber: 6),
    interface: 3)

  @Test func aQuestionArrivesAsItWasAsked() {
    var bytes: [UInt8] = []
    Self.question.write(to: &bytes)
    #expect(bytes.count == OwnerQuestion.byteCount)
    #expect(bytes.withRawSpan { OwnerQuestion(reading: $0) } == Self.question)
  }

  @Test(arguments: [OwnerAnswer.Outcome.noSocket, .noProcess, .hidden, .process, .notSupported])
  func anAnswerArrivesAsItWasGiven(_ outcome: OwnerAnswer.Outcome) throws {
    let identity = ExecutableIdentity(device: 1, inode: 2, size: 3, modified: -4, changed: .max)
    let answer = OwnerAnswer(
      number: 9, outcome: outcome, user: outcome == .noSocket ? nil : 1_000, process: 4_711,
      identity: outcome == .process ? identity : nil, listens: outcome == .noProcess)
    var bytes: [UInt8] = []
    answer.write(Array("/usr/bin/curl".utf8)[...], to: &bytes)
    #expect(bytes.count == OwnerAnswer.headSize + 13)
    let (read, path) = try #require(bytes.withRawSpan { OwnerAnswer.read($0) })
    #expect(read == answer)
    #expect(String(decoding: bytes[path], as: UTF8.self) == "/usr/bin/curl")
  }

  @Test func aPathIsCutAtItsLargestSize() throws {
    var bytes: [UInt8] = []
    let path = [UInt8](repeating: 0x61, count: 5_000)
    OwnerAnswer(number: 1, outcome: .process, user: 0).write(path[...], to: &bytes)
    let (_, range) = try #require(bytes.withRawSpan { OwnerAnswer.read($0) })
    #expect(range.count == 4_096)
  }

  @Test(arguments: 0..<60 as Range<Int>)
  func otherLengthsAreNoMessages(length: Int) {
    let bytes = [UInt8](repeating: 0, count: length)
    let isQuestion = bytes.withRawSpan { OwnerQuestion(reading: $0) } != nil
    #expect(isQuestion == (length == OwnerQuestion.byteCount))
    let isAnswer = bytes.withRawSpan { OwnerAnswer.read($0) } != nil
    #expect(isAnswer == (length == OwnerAnswer.headSize))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func hostileBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var bytes = (0..<OwnerAnswer.longest).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    // The length of the path is right: otherwise nothing else is read.
    (bytes[8], bytes[9]) = (UInt8(OwnerAnswer.pathSize & 255), UInt8(OwnerAnswer.pathSize >> 8))
    _ = bytes.withRawSpan { OwnerAnswer.read($0) }
    _ = bytes.withRawSpan { SocketMessage(reading: $0) }
    _ = bytes.withRawSpan { OwnerQuestion(reading: $0.extracting(0..<OwnerQuestion.byteCount)) }
  }
}
