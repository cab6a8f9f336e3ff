import Glibc
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryCapture

/// Captures in a network of the tests' own; they need root.
@Suite(.enabled(if: NetworkNamespace.isPossible, "making a network namespace needs root, ip and bash"))
struct LiveCaptureTests {
  private static let port = 4711

  /// What a test saw of its own datagrams among everything that passed.
  private struct Seen {
    var frames = 0
    var datagrams = 0
    var lastNumber: UInt64 = 0
    var shortest = Int.max

    mutating func add(_ frame: RawSpan, _ header: FrameHeader, _ linkType: LinkType) {
      var fields = PacketFields()
      let kind = fields.decode(frame, linkType: linkType, wireLength: header.wireLength)
      frames += 1
      lastNumber = header.number
      guard kind == .ip, fields.has(.ports), fields.destinationPort == port else { return }
      datagrams += 1
      shortest = min(shortest, fields.payload.count)
    }
  }

  /// Waits for frames until `isDone` or, in a failing test, for ten seconds.
  private static func receive(
    from capture: LiveCapture, into seen: inout Seen, until isDone: (Seen) -> Bool
  ) throws {
    let linkType = capture.linkType
    for _ in 0..<100 where !isDone(seen) {
      var ready = pollfd(fd: capture.selectableDescriptor, events: Int16(POLLIN), revents: 0)
      // Safe: one entry, as the count says.
      _ = unsafe poll(&ready, 1, 100)
      while try capture.dispatch(maximum: 64, { seen.add($0, $1, linkType) }) > 0 {}
    }
  }

  /// Two connected interfaces, `near` with 192.0.2.1 and `far` without an address, behind which 192.0.2.2 seems to be.
  private static func connect() throws {
    try NetworkNamespace.setUp("link add near type veth peer name far")
    for interface in ["near", "far"] {
      // With IPv6 addresses of their own they would send when they like. A kernel without IPv6 has none to give.
      try? NetworkNamespace.setUp("link set \(interface) addrgenmode none")
    }
    try NetworkNamespace.setUp("link set far address 02:00:00:00:00:02 up")
    try NetworkNamespace.setUp("address add 192.0.2.1/24 dev near")
    try NetworkNamespace.setUp("link set near up")
    try NetworkNamespace.setUp("neighbor replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev near")
  }

  @Test("loopback: every datagram once, though it goes out and comes in")
  func loopback() async throws {
    try await NetworkNamespace.run {
      let capture = try LiveCapture(interface: "lo")
      #expect(capture.linkType == .ethernet)
      #expect(try capture.dispatch(maximum: 64) { _, _ in } == 0)
      try NetworkNamespace.sendDatagrams(100, of: 32, to: "127.0.0.1", port: Self.port)
      var seen = Seen()
      try Self.receive(from: capture, into: &seen) { $0.datagrams >= 100 }
      #expect(seen.datagrams == 100)
      #expect(seen.shortest == 32)
      #expect(seen.lastNumber == UInt64(seen.frames))
      #expect(try capture.statistics().droppedByRing == 0)
    }
  }

  @Test("a wire: every datagram, with times of now; frames are cut to the snapshot length")
  func wire() async throws {
    try await NetworkNamespace.run {
      try Self.connect()
      var options = LiveCapture.Options()
      options.snapshotLength = 60
      let before = time(nil)
      let capture = try LiveCapture(interface: "far", options: options)
      try NetworkNamespace.sendDatagrams(100, of: 1000, to: "192.0.2.2", port: Self.port)
      var seen = Seen()
      var captured = 0
      var wireLength = 0
      var earliest = Int64.max
      for _ in 0..<100 where seen.datagrams < 100 {
        var ready = pollfd(fd: capture.selectableDescriptor, events: Int16(POLLIN), revents: 0)
        // Safe: one entry, as the count says.
        _ = unsafe poll(&ready, 1, 100)
        _ = try capture.dispatch(maximum: 1000) { frame, header in
          seen.add(frame, header, .ethernet)
          captured = max(captured, frame.byteCount)
          wireLength = max(wireLength, header.wireLength)
          earliest = min(earliest, header.time.seconds)
        }
      }
      #expect(seen.datagrams == 100)
      #expect(captured == 60)
      #expect(wireLength == 14 + 20 + 8 + 1000)
      #expect(earliest >= before && earliest <= time(nil))
    }
  }

  @Test("what a full ring drops is counted: received = delivered + dropped")
  func drops() async throws {
    try await NetworkNamespace.run {
      try Self.connect()
      var options = LiveCapture.Options()
      options.bufferBytes = 1 << 20
      let capture = try LiveCapture(interface: "far", options: options)
      try NetworkNamespace.sendDatagrams(5000, of: 1000, to: "192.0.2.2", port: Self.port)
      let sent = try capture.statistics()
      #expect(sent.received >= 5000)
      #expect(sent.droppedByRing > 1000)
      var seen = Seen()
      try Self.receive(from: capture, into: &seen) { UInt64($0.frames) >= sent.received - sent.droppedByRing }
      let end = try capture.statistics()
      #expect(UInt64(seen.frames) == end.received - end.droppedByRing)
    }
  }

  @Test("a dispatch delivers no more than it is asked for")
  func maximum() async throws {
    try await NetworkNamespace.run {
      let capture = try LiveCapture(interface: "lo")
      try NetworkNamespace.sendDatagrams(50, of: 10, to: "127.0.0.1", port: Self.port)
      var ready = pollfd(fd: capture.selectableDescriptor, events: Int16(POLLIN), revents: 0)
      // Safe: one entry, as the count says.
      #expect(unsafe poll(&ready, 1, 10_000) == 1)
      #expect(try capture.dispatch(maximum: 0) { _, _ in } == 0)
      #expect(try capture.dispatch(maximum: 7) { _, _ in } == 7)
    }
  }

  @Test("an interface that vanishes is said to be gone; the others go on")
  func vanishes() async throws {
    try await NetworkNamespace.run {
      try Self.connect()
      let capture = try LiveCapture(interface: "far")
      let other = try LiveCapture(interface: "lo")
      try NetworkNamespace.setUp("link delete far")
      var seen = Seen()
      let error = #expect(throws: CaptureError.self) {
        try Self.receive(from: capture, into: &seen) { _ in false }
      }
      guard case .interfaceGone("far", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      try NetworkNamespace.sendDatagrams(3, of: 10, to: "127.0.0.1", port: Self.port)
      try Self.receive(from: other, into: &seen) { $0.datagrams >= 3 }
      #expect(seen.datagrams == 3)
    }
  }

  @Test("an interface that goes down delivers again when it is up")
  func downAndUp() async throws {
    try await NetworkNamespace.run {
      try Self.connect()
      let capture = try LiveCapture(interface: "far")
      try NetworkNamespace.setUp("link set far down")
      var seen = Seen()
      #expect(try capture.dispatch(maximum: 64) { seen.add($0, $1, .ethernet) } == 0)
      try NetworkNamespace.setUp("link set far up")
      try NetworkNamespace.sendDatagrams(3, of: 10, to: "192.0.2.2", port: Self.port)
      try Self.receive(from: capture, into: &seen) { $0.datagrams >= 3 }
      #expect(seen.datagrams == 3)
    }
  }

  @Test("an interface that vanishes while it is down is gone too")
  func downThenVanishes() async throws {
    try await NetworkNamespace.run {
      try Self.connect()
      let capture = try LiveCapture(interface: "far")
      try NetworkNamespace.setUp("link set far down")
      #expect(try capture.dispatch(maximum: 64) { _, _ in } == 0)
      try NetworkNamespace.setUp("link delete far")
      var seen = Seen()
      let error = #expect(throws: CaptureError.self) {
        try Self.receive(from: capture, into: &seen) { _ in false }
      }
      guard case .interfaceGone("far", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func unknownInterface() async throws {
    try await NetworkNamespace.run {
      let error = #expect(throws: CaptureError.self) { _ = try LiveCapture(interface: "nosuch0") }
      #expect(error == .noSuchInterface(name: "nosuch0", available: ["lo"]))
      #expect(error?.description == "no interface is called 'nosuch0'; there are lo")
    }
  }

  @Test func interfaces() async throws {
    try await NetworkNamespace.run {
      try Self.connect()
      try NetworkNamespace.setUp("address add 2001:db8::1/64 dev near nodad")
      try NetworkNamespace.setUp("link set far down")
      let interfaces = try NetworkInterface.all()
      #expect(Set(interfaces.map(\.name)) == ["lo", "near", "far"])
      let loopback = try #require(interfaces.first { $0.name == "lo" })
      #expect(loopback.isUp && loopback.isLoopback)
      #expect(loopback.addresses == [try #require(IPAddress("127.0.0.1")), try #require(IPAddress("::1"))])
      let near = try #require(interfaces.first { $0.name == "near" })
      #expect(near.isUp && !near.isLoopback)
      #expect(near.addresses.contains(try #require(IPAddress("192.0.2.1"))))
      #expect(near.addresses.contains(try #require(IPAddress("2001:db8::1"))))
      let far = try #require(interfaces.first { $0.name == "far" })
      #expect(!far.isUp && far.addresses.isEmpty)
    }
  }
}
