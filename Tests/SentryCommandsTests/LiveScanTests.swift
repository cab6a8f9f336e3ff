import Foundation
import SentryTestSupport
import Testing

/// What a scanner finds out about a host that the shipped document protects.
@Suite(
  .serialized,
  .enabled(
    if: LiveQueue.isPossible && Program("nmap").isThere && ScapyProgram.isThere,
    "needs nmap, Scapy and what queue mode needs"))
struct LiveScanTests {
  /// The shipped document, whose triggers last some seconds; without its tests, which count on more.
  private static func impatientDocument(in folder: TemporaryFolder) throws -> String {
    let text = TestFiles.text("Documents/Default.plist")
    let end = try #require(text.range(of: "\n  // TESTS."))
    let shortened = text[..<end.lowerBound].replacing("triggerDuration = 3600;", with: "triggerDuration = 12;")
    #expect(shortened.contains("triggerDuration = 12;"))
    return try folder.write("impatient.plist", shortened + "\n}\n")
  }

  private func withProtectedHost(_ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try Self.impatientDocument(in: folder)) { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 80)
      try await body(cable, daemon)
      withExtendedLifetime(server) {}
    }
  }

  private func canConnect(from address: String, on cable: Cable, patience: Int) async throws -> Bool {
    try await cable.run(
      at: .sender, "nc", "-z", "-w", "\(patience)", "-s", address, Cable.watchedAddress, "80"
    ).status == 0
  }

  private func scan(_ options: String, port: Int, on cable: Cable) async throws -> String {
    let run = try await cable.script(
      at: .sender,
      "nmap \(options) -n -Pn --max-retries 0 -e cable0 -S \(Cable.attacker) -p \(port) \(Cable.watchedAddress)")
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(
    .timeLimit(.minutes(12)),
    arguments: [
      (options: "-sS", port: 23, rule: "2.1.5.1"), (options: "-sU", port: 111, rule: "2.1.3"),
      (options: "-sN", port: 2_049, rule: "2.1.4"),
    ])
  func firstProbeOfATriggerPortLocksTheScannerOut(options: String, port: Int, rule: String) async throws {
    try await withProtectedHost { cable, daemon in
      #expect(try await canConnect(from: Cable.attacker, on: cable, patience: 10))
      _ = try await scan(options, port: port, on: cable)
      try await waitUntil("the scanner is triggered") {
        let list = try await daemon.triggered()
        return list.contains("\(Cable.attacker) ") && list.contains(rule)
      }
      // Every other port is closed to it, and to nobody else.
      #expect(try await scan("-sS", port: 80, on: cable).contains("80/tcp filtered"))
      #expect(try await canConnect(from: Cable.innocent, on: cable, patience: 10))
      #expect(try await !canConnect(from: Cable.attacker, on: cable, patience: 1))
      #expect(try await daemon.matches(ofRule: "2.1.1") > 0)
      // Who keeps quiet is forgiven.
      try await waitUntil("the entry has expired") { try await !daemon.triggered().contains(Cable.attacker) }
      #expect(try await canConnect(from: Cable.attacker, on: cable, patience: 10))
    }
  }

  /// The kernel puts fragments together before the queue sees them; these never get so far.
  @Test(.timeLimit(.minutes(12)))
  func tinyFragmentsAreDeletedAheadOfDefragmentation() async throws {
    try await withProtectedHost { cable, daemon in
      #expect(try await scan("-sS -f", port: 23, on: cable).contains("23/tcp filtered"))
      try await waitUntil("the kernel's counts are read") { try await daemon.matches(ofRule: "1.1") >= 2 }
      #expect(try await !daemon.triggered().contains(Cable.attacker), "no packet was put together")
      #expect(try await daemon.queue().kernel?.decides.contains("1.1") == true)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func sourceRoutedPacketsAreDeletedAheadOfTheQueue() async throws {
    try await withProtectedHost { cable, daemon in
      try await cable.countArrivals("tcp dport 80")
      let sent = try await cable.run(
        at: .sender, "python3", "-c",
        """
        from scapy.all import *
        for option in (b'\\x83\\x03\\x04\\x00', b'\\x89\\x03\\x04\\x00'):
            send(IP(src='\(Cable.attacker)', dst='\(Cable.watchedAddress)', options=[IPOption(option)]) /
                 TCP(sport=40000, dport=80, flags='S'), verbose=False)
        """)
      #expect(sent.status == 0, "\(sent.errors)")
      try await waitUntil("the kernel's counts are read") {
        let loose = try await daemon.matches(ofRule: "1.4.1")
        let strict = try await daemon.matches(ofRule: "1.4.2")
        return loose == 1 && strict == 1
      }
      #expect(try await cable.arrivals() == 0)
    }
  }
}

/// Scapy is a library of Python's.
private enum ScapyProgram {
  static var isThere: Bool {
    FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/scapy/__init__.py")
  }
}
