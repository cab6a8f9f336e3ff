import Foundation
import SentryTestSupport
import Testing

@testable import SentryNotifier

@Suite struct ScriptRunTests {
  private let folder: TemporaryFolder

  init() throws {
    BrokenPipes.areErrors
    folder = try TemporaryFolder()
    try folder.setMode(0o755, of: folder.url.path)
  }

  private func run(_ name: String, _ input: String = "{}") -> NoticeOutcome {
    ScriptRun.outcome(of: ScriptOrder(folder: folder.url.path, name: name, input: input))
  }

  @Test func itReadsTheEventAndItsFirstLineIsTold() throws {
    _ = try folder.writeScript("page-me", "read line; echo; echo \"got $line\"; echo more")
    #expect(run("page-me", #"{"rule":"2.5"}"#) == .done(#"got {"rule":"2.5"}"#))
  }

  @Test func whoSaysNothingTellsNothing() throws {
    _ = try folder.writeScript("quiet", "exit 0")
    #expect(run("quiet", String(repeating: "x", count: 1 << 20)) == .done(nil))
  }

  @Test func whatItWritesCannotSteerATerminal() throws {
    _ = try folder.writeScript("sly", #"printf '\033[2Jhello\007\n'"#)
    #expect(run("sly") == .done(" [2Jhello "))
  }

  @Test func aMegabyteIsReadAndForgotten() throws {
    _ = try folder.writeScript("loud", "head -c 1000000 /dev/zero | tr '\\0' x; echo; head -c 1000000 /dev/zero >&2")
    guard case .done(let text?) = run("loud") else { return #expect(Bool(false), "it failed") }
    #expect(text.count <= 500 && text.hasPrefix("xxx"))
  }

  @Test func anEndThatIsNotWellIsAFailure() throws {
    _ = try folder.writeScript("bad", "echo hello; echo no paper >&2; exit 3")
    _ = try folder.writeScript("killed", "kill -TERM $$")
    #expect(run("bad").failure == "ended with status 3: no paper")
    #expect(run("killed").failure == "was ended by signal 15")
  }

  /// The one waits for ever, and so does what it has started, which has its pipes open.
  @Test(.timeLimit(.minutes(12))) func whatHangsIsKilledWithItsGroup() async throws {
    _ = try folder.writeScript("hang", "sleep 1000 & echo $! > '\(folder.path("child"))'; sleep 1001")
    let clock = ContinuousClock()
    let start = clock.now
    #expect(run("hang").failure == "had not ended in time and was killed")
    #expect(clock.now - start >= .seconds(10))
    let child = try #require(Int32(folder.text("child").trimmingCharacters(in: .newlines)))
    try await waitUntil("its child is gone") { kill(child, 0) != 0 || isZombie(child) }
  }

  @Test func whatItLeavesBehindIsKilled() async throws {
    _ = try folder.writeScript("fork", "sleep 1000 & echo $! > '\(folder.path("child"))'; echo done")
    #expect(run("fork") == .done("done"))
    let child = try #require(Int32(folder.text("child").trimmingCharacters(in: .newlines)))
    try await waitUntil("its child is gone") { kill(child, 0) != 0 || isZombie(child) }
  }

  private func isZombie(_ process: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    return status.contains(") Z ")
  }

  @Test func itsEnvironmentIsOurs() throws {
    setenv("SENTRY_TEST_SECRET", "secret", 1)
    _ = try folder.writeScript("environment", "env | sort | tr '\\n' ' '")
    guard case .done(let text?) = run("environment") else { return #expect(Bool(false), "it failed") }
    #expect(text.contains("PATH=/usr/local/sbin:"))
    #expect(!text.contains("SECRET"))
  }

  @Test(arguments: ["", ".", "..", ".hidden", "../sh", "/bin/sh", "a/b", "a\u{0}b"])
  func namesAreNoPaths(_ name: String) throws {
    #expect(throws: ScriptFolder.Refusal.notAName) { try ScriptFolder(path: "/bin", owner: 0).path(of: name) }
  }

  @Test func aLinkMustNotLeadOut() throws {
    let inside = try folder.writeScript("inside", "echo inside")
    try FileManager.default.createSymbolicLink(atPath: folder.path("in"), withDestinationPath: inside)
    try FileManager.default.createSymbolicLink(atPath: folder.path("out"), withDestinationPath: "/bin/sh")
    #expect(run("in") == .done("inside"))
    #expect(run("out").failure?.contains("leads out of the folder") == true)
    try FileManager.default.createDirectory(atPath: folder.path("below"), withIntermediateDirectories: true)
    #expect(run("below").failure?.contains("no file") == true)
  }

  @Test func othersMustNotWrite() throws {
    _ = try folder.writeScript("open", "echo open", mode: 0o757)
    _ = try folder.writeScript("group", "echo open", mode: 0o775)
    #expect(run("open").failure?.contains("others than its owner may write") == true)
    #expect(run("group").failure?.contains("others than its owner may write") == true)
    _ = try folder.writeScript("fine", "echo fine")
    try folder.setMode(0o777, of: folder.url.path)
    #expect(run("fine").failure?.contains("others than its owner may write") == true)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root")) func onlyRootsAndTheDaemonsOwnAreRun() throws {
    let path = try folder.writeScript("mine", "echo mine")
    try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: path)
    #expect(run("mine").failure == "is not run: \(path) belongs to neither root nor the daemon's user")
    let order = ScriptOrder(folder: folder.url.path, name: "mine", input: "{}", owner: 65_534)
    #expect(ScriptRun.outcome(of: order) == .done("mine"))
  }

  /// Bytes and characters are counted apart.
  @Test func theFolderMayHaveAnyName() throws {
    let place = folder.path("Schlüssel-für-später")
    try FileManager.default.createDirectory(atPath: place + "/x", withIntermediateDirectories: true)
    for path in [place, place + "/x"] { try folder.setMode(0o755, of: path) }
    _ = try folder.writeScript("Schlüssel-für-später/a", "echo a")
    let below = try folder.writeScript("Schlüssel-für-später/x/b", "echo b")
    try FileManager.default.createSymbolicLink(atPath: place + "/b", withDestinationPath: below)
    #expect(ScriptRun.outcome(of: ScriptOrder(folder: place, name: "a", input: "")) == .done("a"))
    let outcome = ScriptRun.outcome(of: ScriptOrder(folder: place, name: "b", input: ""))
    #expect(outcome.failure?.contains("leads out of the folder") == true)
  }

  @Test func itMustBeThereAndExecutable() throws {
    _ = try folder.writeScript("text", "echo", mode: 0o644)
    #expect(run("text").failure?.contains("is not executable") == true)
    #expect(run("none").failure?.hasPrefix("is not there") == true)
    _ = try folder.write("noise", [0x7F, 0x00, 0x01])
    try folder.setMode(0o755, of: folder.path("noise"))
    #expect(run("noise").failure?.contains("#!") == true)
    let outcome = ScriptRun.outcome(of: ScriptOrder(folder: "/nowhere", name: "a", input: ""))
    #expect(outcome.failure?.contains("/nowhere is no folder") == true)
  }
}
