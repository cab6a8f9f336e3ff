import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// Rules that ask for the process behind a packet.
@Suite struct OwnerTests {
  private static let curl = LocalProcess(executable: "/usr/bin/curl", user: 1_000)
  private static let wget = LocalProcess(executable: "/usr/bin/wget", user: 33)

  private static let syn = Frame.tcp(from: Bench.host, 40_000, to: Bench.stranger, 443, flags: .syn)

  private func verdict(_ bench: inout Bench, _ process: LocalProcess?, at seconds: Double = 0) -> Verdict {
    bench.judgement(
      Self.syn.span.bytes, linkType: Frame.Link.ethernet.linkType, wireLength: Self.syn.count,
      time: Bench.time(seconds), process: process
    ).verdict
  }

  @Test func whoIsNamedIsMetAndNobodyElse() throws {
    var bench = try Bench(rule("Application", "==", "curl", then: "Delete"))
    #expect(verdict(&bench, Self.curl) == .delete)
    #expect(verdict(&bench, Self.wget) == .pass)
    #expect(verdict(&bench, nil) == .pass)
  }

  @Test func notEqualMeetsOthersAndNobodysPackets() throws {
    var bench = try Bench(rule("Application", "!=", "/usr/bin/curl", then: "Delete"))
    #expect(verdict(&bench, Self.curl) == .pass)
    #expect(verdict(&bench, Self.wget) == .delete)
    #expect(verdict(&bench, nil) == .delete)
    #expect(verdict(&bench, LocalProcess(executable: nil, user: 0)) == .delete)
  }

  @Test func aPacketHasNothingOfTheOneBefore() throws {
    var bench = try Bench(rule("User", "==", "33", then: "Delete"))
    #expect(verdict(&bench, Self.wget) == .delete)
    #expect(verdict(&bench, nil) == .pass)
    #expect(verdict(&bench, Self.wget) == .delete)
  }

  /// One path may have names of the rules in every form at once.
  @Test func allFormsOfANameCountAtOnce() throws {
    var bench = try Bench(
      rule("Application", "==", "/usr/bin/curl", then: "->"), rule("Application", "==", "curl", then: "->"),
      rule("Application", "a=A", "/USR/BIN/CURL", then: "->"), rule("Application", "a=A", "Curl", then: "->"),
      rule("Application", "==", "wget", then: "->"), rule("Application", "a=A", "/opt/curl", then: "->"))
    _ = verdict(&bench, Self.curl)
    #expect(bench.counts("1", "2", "3", "4", "5", "6") == [1, 1, 1, 1, 0, 0])
  }

  @Test func theExplanationShowsWhoWasSeen() throws {
    var bench = try Bench(rule("Application", "==", "wget", then: "->"), rule("User", "==", "1000", then: "->"))
    let time = Bench.time(0)
    func seen(_ process: LocalProcess?) -> [Explanation.SeenValue] {
      let explanation = bench.engine.explain(
        Self.syn.span.bytes, linkType: Frame.Link.ethernet.linkType, wireLength: Self.syn.count, time: time,
        interface: 0, process: process)
      return explanation.visits.map(\.seen)
    }
    #expect(seen(LocalProcess(executable: "/usr/bin/curl", user: 0)) == [.value("/usr/bin/curl"), .value("0 (root)")])
    #expect(
      seen(nil) == [.absent("no process of this host is known"), .absent("no process of this host is known")])
  }
}
