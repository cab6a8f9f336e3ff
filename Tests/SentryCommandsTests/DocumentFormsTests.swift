import Foundation
import SentryTestSupport
import Testing

/// The same rules in every form a document may have: the numbers of 2003, 2005 and 2008, names only, numbers only, aliases,
/// values of mixed types; our root, the classic one, a bare array; text, XML and binary.
@Suite struct DocumentFormsTests {
  @Test(arguments: ["Samples/mixed.pcap", "Samples/fragments.pcap"])
  func everyFormMeansTheSame(capture: String) async throws {
    let folder = try TemporaryFolder()
    let made = try await Program("python3").run([TestFiles.path("Tests/Reference/document_forms.py"), folder.url.path])
    #expect(made.status == 0, "\(made.errors)")
    let forms = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(forms.count == 75)
    var reference: String?
    for form in forms {
      let checked = try await Program.sentry.run(["check", folder.path(form)])
      #expect(checked.status == 0, "\(form): \(checked.output)")
      let report = try await replay(folder.path(form), TestFiles.path(capture))
      #expect(report == reference ?? report, "\(form) and \(forms[0]) disagree")
      reference = reference ?? report
    }
  }

  /// What the rules made of the capture, without the time it took.
  private func replay(_ document: String, _ capture: String) async throws -> String {
    let run = try await Program.sentry.run(["replay", "--format", "json", "--local", "192.0.2.10", document, capture])
    var report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    report["elapsedSeconds"] = nil
    return String(decoding: try JSONSerialization.data(withJSONObject: report, options: .sortedKeys), as: UTF8.self)
  }
}
