import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Web pages of a real daemon, fetched as a browser of that host would.
@Suite(
  .serialized, .enabled(if: LiveQueue.isPossible && Program("curl").isThere, "needs curl and what queue mode needs"))
struct LiveDashboardTests {
  private static let place = "127.0.0.1:8787"

  private func withDaemon(
    options: [String] = ["--web", place], _ body: (Cable, LiveDaemon) async throws -> Void
  ) async throws {
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      try await LiveDaemon.with(on: cable, options: options) { daemon in try await body(cable, daemon) }
    }
  }

  /// - Returns: the answer, the status code behind it.
  private func fetch(_ cable: Cable, _ words: String) async throws -> String {
    try await cable.script(at: .watched, "curl --silent --max-time 10 --write-out '%{http_code}' \(words)").output
  }

  @Test(.timeLimit(.minutes(12)))
  func linkLogsInAndAppliesAsWhoAsked() async throws {
    try await withDaemon { cable, daemon in
      let link = try await daemon.sentry("open", "--print")
      #expect(link.status == 0)
      let url = link.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(url.hasPrefix("http://\(Self.place)/#open="))
      #expect(try await daemon.status().web == "http://\(Self.place)")
      let token = try #require(url.split(separator: "=").last)
      let jar = daemon.folder.path("cookies")
      let page = "--cookie-jar \(jar) --cookie \(jar) --header 'Origin: http://\(Self.place)'"
      let base = "http://\(Self.place)"
      #expect(try await fetch(cable, "\(base)/v1/status").hasSuffix("401"))
      #expect(try await fetch(cable, "--header 'Host: evil.example:8787' \(base)/v1/status").hasSuffix("421"))
      let login = try await fetch(cable, "\(page) --data '{\"token\":\"\(token)\"}' \(base)/web/session")
      #expect(login.hasSuffix("200"))
      let proof = try #require(login.split(separator: "\"csrf\":\"").last?.prefix { $0 != "\"" })
      let write = "\(page) --header 'Sentry-Token: \(proof)'"
      #expect(try await fetch(cable, "\(page) \(base)/v1/status").hasSuffix("200"))
      let document = LiveDaemon.defaultDocument
      let apply = try await fetch(
        cable, "\(write) --upload-file \(document) '\(base)/v1/rules?name=web.plist&confirm=60'")
      #expect(apply.hasSuffix("200"))
      #expect(try await daemon.status().trial?.user == "root")
      let confirm = try await fetch(cable, "\(write) --location --request POST \(base)/v1/confirm")
      #expect(confirm.hasSuffix("200"))
      #expect(try await daemon.status().document.name == "web.plist")
      #expect(try await daemon.status().trial == nil)
    }
  }

  /// A cookie that another user of this host has got hold of.
  @Test(.timeLimit(.minutes(12)))
  func cookieIsWorthNothingToAnotherUser() async throws {
    try await withDaemon { cable, daemon in
      let url = try await daemon.sentry("open", "--print").output.trimmingCharacters(in: .whitespacesAndNewlines)
      let token = try #require(url.split(separator: "=").last)
      let base = "http://\(Self.place)"
      let login = try await fetch(
        cable, "--include --header 'Origin: \(base)' --data '{\"token\":\"\(token)\"}' \(base)/web/session")
      let cookie = try #require(login.split(separator: "Set-Cookie: ").last?.prefix { $0 != ";" })
      let status = "--header 'Cookie: \(cookie)' \(base)/v1/status"
      #expect(try await fetch(cable, status).hasSuffix("200"))
      let other = try await cable.script(
        at: .watched,
        "setpriv --reuid 65534 --clear-groups curl --silent --max-time 10 --write-out '%{http_code}' \(status)")
      #expect(other.output.hasSuffix("401"))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func withoutPagesOpenSaysHowToHaveThem() async throws {
    try await withDaemon(options: []) { _, daemon in
      let link = try await daemon.sentry("open")
      #expect(link.status != 0)
      #expect(link.errors.contains("run it with --web 127.0.0.1:8787"))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func linkIsForTheProxy() async throws {
    try await withDaemon(options: ["--web", Self.place, "--web-origin", "https://gate.example"]) { _, daemon in
      let (link, status) = (try await daemon.sentry("open", "--print"), try await daemon.status())
      #expect(link.output.hasPrefix("https://gate.example/#open="))
      #expect(status.web == "https://gate.example")
    }
  }

  @Test(arguments: ["http://gate.example", "https://gate.example/pages", "gate.example"])
  func originIsRefused(_ origin: String) async throws {
    let run = try await Program.sentry.run(["run", "-i", "lo", "--web", Self.place, "--web-origin", origin])
    #expect(run.status == 2)
    #expect(run.errors.contains("expected https and a host"))
  }

  @Test(arguments: [
    ("--web", "192.0.2.1:8787", "--web-for-others"), ("--web", "8787", "127.0.0.1:8787"),
    ("--web", "example.org:8787", "127.0.0.1:8787"),
  ])
  func placeIsRefused(_ option: String, _ place: String, _ hint: String) async throws {
    let run = try await Program.sentry.run(["run", "-i", "lo", option, place])
    #expect(run.status == 2)
    #expect(run.errors.contains(hint))
  }
}
