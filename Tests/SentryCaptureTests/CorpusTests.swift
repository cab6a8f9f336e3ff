import Foundation
import SentryCapture
import SentryPacket
import SentryTestSupport
import Testing

/// Real captures, and what other programs make of them.
@Suite(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"))
struct CorpusTests {
  /// Where tcpdump fails and we do not.
  private static let readable: [String: String] = [
    "libpcap/linktype-reserved-field-not-zero.pcap": "tcpdump cannot print the link type of a capture without frames"
  ]

  @Test(
    "every file gives as many frames as tcpdump counts, and an error where tcpdump fails",
    .enabled(if: Program("tcpdump").isThere, "tcpdump is not installed"))
  func sameCountAsTcpdump() async throws {
    let captures = Corpus.captures.filter { Self.readable[$0] == nil }
    for (capture, expected) in zip(captures, try await tcpdumpCounts(of: captures)) {
      var count = 0
      do throws(CaptureError) {
        var file = try CaptureFile(path: Corpus.path(capture))
        try file.forEach { _, _ in count += 1 }
        #expect(!expected.fails, "\(capture): tcpdump fails")
      } catch {
        #expect(expected.fails, "\(capture): \(error)")
        #expect(error.description.contains(Corpus.path(capture)))
      }
      #expect(count == expected.frames, "\(capture)")
    }
  }

  /// One shell for all files: starting hundreds of programs one by one takes longer than reading the captures.
  private func tcpdumpCounts(of captures: [String]) async throws -> [(frames: Int, fails: Bool)] {
    let tcpdump = try Program("tcpdump").path
    // As root it would give up its rights, and with them perhaps the right to read the folder.
    let user = getuid() == 0 ? "-Z root" : ""
    let script = #"for file; do count=$(\#(tcpdump) \#(user) --count -r "$file"); echo "$? ${count:-0}"; done"#
    let run = try await Program("bash").run(["-c", script, "bash"] + captures.map(Corpus.path))
    let counts = run.output.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return (frames: words.dropFirst().first.flatMap { Int($0) } ?? -1, fails: words.first != "0")
    }
    try #require(counts.count == captures.count)
    return counts
  }

  @Test("what only tcpdump refuses is read", arguments: readable.keys)
  func readsMore(capture: String) throws {
    let (frames, error) = try readAll(Corpus.path(capture))
    #expect(error == nil)
    #expect(frames.isEmpty)
  }

  @Test("writing a capture and reading it again gives the same frames", arguments: Corpus.captures)
  func writesWhatItReads(capture: String) throws {
    let folder = try TemporaryFolder()
    guard Self.readable[capture] == nil, var file = try? CaptureFile(path: Corpus.path(capture)) else { return }
    let copyPath = folder.path("copy.pcap")
    var writer = try CaptureWriter(path: copyPath, linkType: file.linkType, snapshotLength: file.snapshotLength)
    var frames: [SeenFrame] = []
    do throws(CaptureError) {
      try file.forEach { frame, header in
        writer.write(frame, header)
        frames.append(
          SeenFrame(
            number: header.number, time: header.time.nanoseconds,
            wireLength: max(header.wireLength, frame.byteCount), bytes: copy(frame)))
      }
    } catch {
      // Damaged further on: what came before is copied.
    }
    try writer.finish()
    let (copied, error) = try readAll(copyPath)
    #expect(error == nil)
    #expect(copied == frames)
  }
}
