import Foundation
import SentryTestSupport
import Testing

@testable import SentryService

/// The document's file read again.
@Suite struct ReloadTests {
  private static func rule(_ name: String, _ more: String = "") -> String {
    "{ rules = ( { nodeName = \(name); enabled = 1; propertyName = Any; filterActionName = Log; } ); \(more) }"
  }

  private func messages(_ daemon: SentryDaemon) -> [String] { daemon.journal.recent().compactMap(\.message) }

  @Test func aChangedFileIsPutInForce() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon { daemon in
      _ = try folder.write("rules.plist", Self.rule("new"))
      await daemon.reload(&file, isUsual: false)
      #expect(await daemon.active.name == path)
      #expect(await daemon.active.report.ruleCount == 1)
      #expect(await daemon.statusLine() == "monitor on test0 by \(path), 1 rule")
    }
  }

  /// Log files are moved at night; that must not undo what somebody has applied.
  @Test func anUnchangedFileLeavesWhatWasApplied() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon { daemon in
      try await daemon.expectApplied(SubmittedDocument(name: "other.plist", reading: Array(Self.rule("other").utf8)))
      await daemon.reload(&file, isUsual: false)
      #expect(await daemon.active.name == "other.plist")
      // Nothing that happens every night is worth an entry.
      #expect(messages(daemon).last?.contains("other.plist applied") == true)
    }
  }

  @Test(arguments: [
    ("{ rules = ( { nodeName = a; enabled = 1; propertyName = Nonsense; } ); }", "was refused: 1 error"),
    (rule("a", "tests = ( { packet = \"udp 203.0.113.9:1 > me:2\"; expect = delete; } );"), "was refused: "),
    (nil, "no such file"),
  ])
  func whatIsUnfitForUseChangesNothing(_ text: String?, _ reason: String) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon { daemon in
      if let text {
        _ = try folder.write("rules.plist", text)
      } else {
        try FileManager.default.removeItem(atPath: path)
      }
      await daemon.reload(&file, isUsual: false)
      #expect(await daemon.active.name == "first.plist")
      #expect(await daemon.active.report.ruleCount == 2)
      let status = await daemon.statusLine()
      #expect(status.hasPrefix("monitor on test0 by first.plist, 2 rules; "))
      #expect(status.contains(reason), "\(status)")
      #expect(status.hasSuffix("first.plist stays in force"))
      _ = try folder.write("rules.plist", Self.rule("good"))
      await daemon.reload(&file, isUsual: false)
      #expect(await daemon.statusLine() == "monitor on test0 by \(path), 1 rule")
    }
  }

  @Test func nothingChangesWhileADocumentIsOnTrial() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon { daemon in
      var terms = ApplyTerms()
      terms.trialSeconds = 60
      let trial = SubmittedDocument(name: "trial.plist", reading: Array(Self.rule("trial").utf8))
      #expect(try await daemon.apply(trial, on: terms).applied)
      _ = try folder.write("rules.plist", Self.rule("new"))
      await daemon.reload(&file, isUsual: false)
      #expect(await daemon.active.name == "trial.plist")
      #expect(messages(daemon).last?.contains("was refused: trial.plist is in force on trial") == true)
      // As the message says, it is tried again.
      _ = try await daemon.rollBack(1)
      await daemon.reload(&file, isUsual: false)
      #expect(await daemon.active.name == path)
    }
  }

  /// Logs are moved each night, and what was wrong in the evening is wrong still.
  @Test func whatWasRefusedIsStillRefused() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon { daemon in
      _ = try folder.write("rules.plist", "{")
      await daemon.reload(&file, isUsual: false)
      let count = messages(daemon).count
      await daemon.reload(&file, isUsual: false)
      // It is told once, and shown as long as it is so.
      #expect(messages(daemon).count == count)
      #expect(await daemon.statusLine().contains("was refused: "))
    }
  }

  @Test func noFileIsReadThatNobodyCouldApply() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon { daemon in
      #expect(truncate(path, 3 << 30) == 0)
      await daemon.reload(&file, isUsual: false)
      #expect(messages(daemon).last?.contains("\(path): it is longer than 67108864 bytes") == true)
      #expect(await daemon.active.name == "first.plist")
    }
  }

  @Test func withoutAFileTheRulesStay() async throws {
    var file: ReloadedFile?
    try await withDaemon { daemon in
      await daemon.reload(&file, isUsual: true)
      #expect(await daemon.statusLine() == "monitor on test0 by first.plist, 2 rules")
    }
  }

  /// The file counts for a later start as long as nobody has chosen another document.
  @Test(arguments: [true, false])
  func whatALaterStartTakes(_ isOtherChosen: Bool) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rules.plist", Documents.telnet)
    var file: ReloadedFile? = ReloadedFile(path: path)
    try await withDaemon(memory: MemoryOptions(directory: folder.url.path), origin: .usual) { daemon in
      if isOtherChosen {
        try await daemon.expectApplied(SubmittedDocument(name: "other.plist", reading: Array(Self.rule("other").utf8)))
      }
      _ = try folder.write("rules.plist", Self.rule("new"))
      await daemon.reload(&file, isUsual: true)
      _ = await daemon.flushMemory()
      #expect(try await daemon.documents().last?.name == path)
      #expect(try await daemon.documents().last?.isChosen == isOtherChosen)
    }
  }
}
