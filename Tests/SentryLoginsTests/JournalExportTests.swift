import SentryTestSupport
import Testing

@testable import SentryLogins

@Suite struct JournalExportTests {
  private static let text: [UInt8] =
    Array(
      "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795356000500000\n_COMM=sshd\n_UID=0\nSYSLOG_IDENTIFIER=sshd-session\nMESSAGE=Invalid user a\n\n"
        .utf8)
    + Array("__CURSOR=s=2\n_COMM=sshd\nMESSAGE\n".utf8) + [9, 0, 0, 0, 0, 0, 0, 0] + Array("two\nlines\n\n".utf8)

  private func entries(_ bytes: [UInt8], size: Int) -> ([JournalExport.Entry], JournalExport) {
    var export = JournalExport()
    var found: [JournalExport.Entry] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      export.feed(bytes[start..<min(start + size, bytes.count)]) { found.append($0) }
    }
    return (found, export)
  }

  @Test(arguments: [1, 2, 3, 7, 50, 1_000])
  func entriesComeInPieces(size: Int) throws {
    let (found, export) = entries(Self.text, size: size)
    try #require(found.count == 2)
    #expect(!export.isBroken)
    #expect(found.map(\.time) == [1_795_356_000.5, nil])
    #expect(found.map(\.isRoots) == [true, false])
    #expect(found[0].program == Array("sshd-session".utf8) && found[0].message == Array("Invalid user a".utf8))
    #expect(found[1].program == Array("sshd".utf8) && found[1].message == Array("two\nlines".utf8))
    #expect(found[1].cursor == Array("s=2".utf8))
  }

  /// What a user runs can have a name of its own choice.
  @Test func onlyRootsLinesCountForSSH() {
    let reader = LoginReader("sshd", "vsftpd")
    let failure = Array("Failed password for root from 192.0.2.7 port 5 ssh2".utf8)
    #expect(reader.event(message: failure.span, of: Array("sshd".utf8), isRoots: false) == nil)
    #expect(reader.event(message: failure.span, of: Array("sshd".utf8), isRoots: true) != nil)
    let other = Array("[bob] FAIL LOGIN: Client \"192.0.2.7\"".utf8)
    #expect(reader.event(message: other.span, of: Array("vsftpd".utf8), isRoots: false) != nil)
  }

  @Test func longFieldsAreLeftOut() {
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 200_000)
    let (found, _) = entries(
      Array("A=1\nMESSAGE=".utf8) + long + Array("\n_COMM=a\n\n__CURSOR=b\n\n".utf8), size: 4_096)
    #expect(found.map(\.message) == [[], []])
    #expect(found.map(\.program) == [Array("a".utf8), []])
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func anyBytesAreReadToTheirEnd(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var bytes = Self.text
    for _ in 0..<8 {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    _ = entries(bytes, size: 5)
  }

  @Test func anAbsurdLengthEndsIt() {
    #expect(entries(Array("MESSAGE\n".utf8) + [UInt8](repeating: 255, count: 8) + Self.text, size: 3).1.isBroken)
  }
}
