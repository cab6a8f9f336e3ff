import Foundation
import SentryTestSupport
import Testing

/// `sentry test`, and what a document whose tests fail is refused.
@Suite struct TestDocumentsTests {
  static let document = TestFiles.path("Documents/Default.plist")

  /// The first two tests are right, the third is wrong.
  static let failing = """
    { rules = (
        { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; }
      );
      tests = (
        { packet = "tcp 203.0.113.9:40000 > me:23 syn"; expect = delete; rule = 1; },
        { name = web; packet = "tcp 203.0.113.9:40000 > me:80 syn"; expect = pass; rule = none; },
        { name = "no telnet\\033[31m"; packet = "tcp 203.0.113.9:40000 > me:23 syn"; expect = pass; }
      );
    }
    """

  @Test func theDefaultDocumentKeepsItsPromises() async throws {
    let run = try await Program.sentry.run(["test", Self.document])
    #expect(run.status == 0)
    let words = run.output.split(separator: " ")
    #expect(run.output.hasSuffix(" tests passed\n"))
    #expect(words.dropFirst().first.flatMap { Int($0) } ?? 0 >= 40)
  }

  @Test func aFailureNamesPlaceExpectationAndOutcome() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("my.plist", Self.failing)
    let run = try await Program.sentry.run(["test", path])
    #expect(run.status == 1)
    #expect(
      run.output == """
        \(path):7:44: error: expected pass, found delete by rule 1 telnet [testFailed]
            { name = "no telnet\\033[31m"; packet = "tcp 203.0.113.9:40000 > me:23 syn"; expect = pass; }
                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ in the test 'no telnet␛[31m'
        \(path): 2 tests passed, 1 failed

        """)
  }

  @Test func verboseTellsOfEveryPacketAndMovesNoCursor() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("my.plist", Self.failing)
    let run = try await Program.sentry.run(["test", "--verbose", "--filter", "telnet", path])
    #expect(run.status == 1)
    #expect(run.output.contains("FAILED  no telnet␛[31m\n"))
    #expect(run.output.contains("          tcp 203.0.113.9:40000 > me:23 syn\n            delete by rule 1 telnet\n"))
    #expect(!run.output.contains("\u{1B}"))
    #expect(run.output.hasSuffix("0 tests passed, 1 failed\n"))
  }

  @Test func aFilterChoosesTests() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("my.plist", Self.failing)
    let web = try await Program.sentry.run(["test", "--filter", "WEB", path])
    #expect(web.status == 0)
    #expect(web.output == "\(path): 1 test passed\n")
    let none = try await Program.sentry.run(["test", "--filter", "nothing like it", path])
    #expect(none.status == 2)
  }

  @Test func theReportForPrograms() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("my.plist", Self.failing)
    let run = try await Program.sentry.run(["test", "--format", "json", path])
    #expect(run.status == 1)
    let reports = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    let report = try #require(reports.first)
    #expect(report["passed"] as? Int == 2 && report["failed"] as? Int == 1)
    let tests = try #require(report["tests"] as? [[String: Any]])
    #expect(tests.map { $0["passed"] as? Bool } == [true, true, false])
    #expect(tests[0]["name"] as? String == "tcp 203.0.113.9:40000 > me:23 syn")
    let packet = try #require((tests[2]["packets"] as? [[String: Any]])?.first)
    #expect(packet["line"] as? Int == 7 && packet["column"] as? Int == 44)
    #expect(packet["expected"] as? String == "pass")
    #expect(packet["found"] as? String == "delete by rule 1 telnet")
  }

  @Test func unreadableDocumentsEndWith65() async throws {
    let folder = try TemporaryFolder()
    let bad = try folder.write(
      "bad.plist",
      "{ rules = ({ enabled = 1; }); tests = ({ packet = \"tcp me:1 > 203.0.113.9:2 sny\"; expect = pass; }); }")
    let run = try await Program.sentry.run(["test", bad, Self.document])
    #expect(run.status == 65)
    #expect(run.errors.contains("bad.plist:1:77: error: "))
    #expect(run.errors.contains("did you mean 'syn'?"))
    // The other document is still tested.
    #expect(run.output.hasSuffix(" tests passed\n"))
    #expect(try await Program.sentry.run(["test", folder.path("nothing.plist")]).status == 66)
  }

  @Test func aDocumentWithoutTestsPasses() async throws {
    let path = TestFiles.path("Samples/first.plist")
    let run = try await Program.sentry.run(["test", path])
    #expect(run.status == 0)
    #expect(run.output == "\(path): no tests\n")
  }

  @Test func nobodyStartsWithADocumentThatBreaksItsPromises() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("my.plist", Self.failing)
    let run = try await Program.sentry.run(["run", path, "-i", "lo", "--socket", folder.path("socket")])
    #expect(run.status == 65)
    #expect(run.errors.contains("my.plist:7:44: error: expected pass, found delete by rule 1 telnet [testFailed]"))
    #expect(run.errors.hasSuffix("sentry: \(path): 1 test failure; sentry did not start\n"))
  }
}
