import Foundation
import SentryImport
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// Documents made of rules as people have them hold nothing that `sentry check` would warn of.
@Suite struct ImportedDocumentTests {
  static let samples = ["ipfw", "iptables", "nft"].flatMap { folder in
    TestFiles.files(in: "Samples/Firewalls/\(folder)", endingIn: "")
  }

  private static func imported(_ name: String) -> ImportedRules {
    var options = ImportOptions()
    options.ownAddresses = ["192.0.2.10", "2001:db8::10"].compactMap { IPAddress($0) }
    options.defaultAction = .deny
    let bytes = Array(TestFiles.text(name).utf8)
    if name.hasSuffix(".nft") { return ImportedRules(nft: bytes, fileName: name, options: options) }
    if name.hasSuffix(".save") {
      return ImportedRules(iptablesSave: bytes, isIPv6: false, fileName: name, options: options)
    }
    return ImportedRules(ipfw: bytes, fileName: name, options: options)
  }

  @Test(arguments: samples)
  func nothingIsFoundInIt(_ name: String) throws {
    let text = try #require(Self.imported(name).text)
    #expect(RuleDocument(reading: Array(text.utf8)).findings(on: nil).filter { $0.severity >= .warning } == [])
  }
}
