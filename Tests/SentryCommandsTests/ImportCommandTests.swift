import Foundation
import SentryTestSupport
import Testing

/// `import` as a user meets it.
@Suite struct ImportCommandTests {
  private static func sample(_ name: String) -> String { TestFiles.path("Samples/Firewalls/\(name)") }

  @Test func theDocumentLoadsAndNothingIsToldThatIsNot() async throws {
    let run = try await Program.sentry.run(
      ["import", "ipfw", "--me", "192.0.2.10", Self.sample("ipfw/client.rules")])
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    let folder = try TemporaryFolder()
    let check = try await Program.sentry.run(["check", try folder.write("client.plist", run.output)])
    #expect(check.status == 0, "\(check.output)")
    // Formatted as we write.
    let format = try await Program.sentry.run(["format", "--check", folder.path("client.plist")])
    #expect(format.status == 0, "\(format.output)\(format.errors)")
  }

  @Test func whatIsNotTakenOverIsToldWithItsLine() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "nat.rules", "00050 divert 8668 ip from any to any via en0\n65535 allow ip from any to any\n")
    let run = try await Program.sentry.run(["import", "ipfw", path])
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("\(path):1:7: error: 'divert' hands packets"), "\(run.errors)")
    #expect(run.errors.hasSuffix("\(path): a document of 2 rules, 1 error\n"), "\(run.errors)")
    #expect(run.output.contains(#"nodeName = "00050 divert 8668 ip from any to any via en0"; enabled = 0;"#))
    let report = try await Program.sentry.run(["import", "ipfw", "--format", "json", path])
    let object = try #require(JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any])
    #expect(object["errors"] as? Int == 1 && object["rules"] as? Int == 2)
    #expect(object["document"] as? String == run.output)
  }

  @Test func bothFamiliesBecomeOneDocument() async throws {
    let folder = try TemporaryFolder()
    let four = try folder.write("v4", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m set -j DROP\nCOMMIT\n")
    let six = try folder.write("v6", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m limit -j DROP\nCOMMIT\n")
    let run = try await Program.sentry.run(["import", "iptables-save", four, "--ipv6-file", six])
    #expect(run.status == 1)
    #expect(run.errors.contains("\(four):3:13: error: match 'set'"), "\(run.errors)")
    #expect(run.errors.contains("\(six):3:13: error: match 'limit'"), "\(run.errors)")
    #expect(run.output.contains("nodeName = IPv4;") && run.output.contains("nodeName = IPv6;"), "\(run.output)")
  }

  @Test func aWarningCountsIfStrict() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("short.rules", "00050 allow ip from any to any via lo0\n")
    #expect(try await Program.sentry.run(["import", "ipfw", path]).status == 0)
    #expect(try await Program.sentry.run(["import", "ipfw", "--strict", path]).status == 1)
    #expect(try await Program.sentry.run(["import", "ipfw", "--strict", "--default", "deny", path]).status == 0)
  }

  @Test(arguments: ["ipfw", "nft", "iptables-save"])
  func whatIsNoFirewallGivesNoDocument(_ firewall: String) async throws {
    let run = try await Program.sentry.run(["import", firewall, "/bin/sh"])
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.contains("[notFirewallRules]"))
    #expect(try await Program.sentry.run(["import", firewall, "/nowhere"]).status == 66)
  }

  @Test(arguments: [["--me", "here"], ["--default", "maybe"], ["--interface", "en0"], ["--interface", "=eth0"]])
  func badOptionsAreUsageErrors(_ options: [String]) async throws {
    let run = try await Program.sentry.run(["import", "ipfw", Self.sample("ipfw/client.rules")] + options)
    #expect(run.status == 2 && run.output.isEmpty)
  }

  @Test func namesOfInterfacesAreMapped() async throws {
    let run = try await Program.sentry.run([
      "import", "ipfw", "--ipv4-only", "--default", "deny", "--interface", "en0=eth0", Self.sample("ipfw/simple.sh"),
    ])
    #expect(run.status == 0)
    #expect(run.output.contains("interfaceNames = { en0 = eth0; };") || run.output.contains("en0 = eth0"))
    #expect(run.output.contains(#"nodeName = "IPv6, which these rules did not see""#))
  }

  @Test func theOthersAreImported() async throws {
    for (firewall, sample) in [("nft", "nft/server.nft"), ("iptables-save", "iptables/client.save")] {
      let run = try await Program.sentry.run(["import", firewall, Self.sample(sample)])
      #expect(run.status == 0 && run.output.contains("filterActionName = Pass"), "\(run.errors)")
    }
  }
}
