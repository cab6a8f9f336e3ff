import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Programs that are updated while they run, and questions that nobody needs an answer to any longer.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("nsenter").isThere, LiveQueue.needs))
struct LiveUpdateTests {
  /// Connects again and again once there is a file `go`, and writes down what came of it; among the mounts of the daemon, which knows a file without a name only
  /// there.
  private func start(
    _ python: String, on bench: ApplicationBench, noting name: String
  ) async throws -> RunningProgram {
    let script = """
      import os, socket, time
      open('\(bench.folder.path(name))', 'w').close()
      while not os.path.exists('\(bench.folder.path("go"))'): time.sleep(0.1)
      while True:
        try: socket.create_connection(('\(Cable.senderAddress)', 80), 60).close(); result = 'ok'
        except OSError as error: result = 'refused'
        open('\(bench.folder.path(name))', 'a').write(result + '\\n')
        time.sleep(0.1)
      """
    let process = try #require(try await bench.daemon.status().owners?.process)
    return try Program("nsenter").start([
      "--target", "\(process)", "--net", "--mount", "env", "PYTHONHOME=/usr", python, "-c", script,
    ])
  }

  private func update(_ program: String) async throws {
    // Bytes behind its end change nothing but what it is.
    let run = try await Program("bash").run([
      "-c", "cp \(program) \(program).new && echo >> \(program).new && mv \(program).new \(program)",
    ])
    try #require(run.status == 0, "\(run.errors)")
  }

  /// The next so many connections of a program that notes them.
  private func next(_ count: Int, _ name: String, _ bench: ApplicationBench) async throws -> Set<Substring> {
    let before = bench.text(of: name).split(separator: "\n").count
    try await waitUntil("it goes on") { bench.text(of: name).split(separator: "\n").count >= before + count }
    return Set(bench.text(of: name).split(separator: "\n").dropFirst(before))
  }

  @Test(.timeLimit(.minutes(12)))
  func anUpdateIsAskedAboutOnceAndEndsNothing() async throws {
    try await ApplicationBench.with("{ timeout = 300; }") { bench in
      let program = try await bench.copy("python3", as: "browser")
      _ = try await bench.sentry("allow", program, "--outbound")
      _ = try bench.folder.write("go", "")
      let old = try await start(program, on: bench, noting: "old")
      #expect(try await next(1, "old", bench) == ["ok"])
      try await update(program)
      let new = try await start(program, on: bench, noting: "new")
      let question = try await bench.question()
      #expect(question.changed && question.replaced == nil)
      _ = try await bench.sentry("answer", "\(question.number)", "allow")
      #expect(try await next(5, "new", bench) == ["ok"])
      #expect(try await next(5, "old", bench) == ["ok"])
      #expect(try await bench.list().counts.asked == 1)
      for program in [old, new] { try await program.kill() }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func denyingWhatRunsAReplacedFileLeavesTheNewOne() async throws {
    try await ApplicationBench.with("{ timeout = 300; }") { bench in
      let program = try await bench.copy("python3", as: "browser")
      let old = try await start(program, on: bench, noting: "old")
      try await waitUntil("it runs") { FileManager.default.fileExists(atPath: bench.folder.path("old")) }
      try await update(program)
      _ = try await bench.sentry("allow", program, "--outbound")
      _ = try bench.folder.write("go", "")
      let question = try await bench.question()
      #expect(question.replaced == true && !question.changed)
      _ = try await bench.sentry("answer", "\(question.number)", "deny")
      #expect(try await next(3, "old", bench) == ["refused"])
      let new = try await start(program, on: bench, noting: "new")
      #expect(try await next(3, "new", bench) == ["ok"])
      #expect(try await next(3, "old", bench) == ["refused"])
      #expect(try await bench.list().counts.asked == 1)
      for program in [old, new] { try await program.kill() }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whatIsSwitchedOffIsNotDenied() async throws {
    try await ApplicationBench.with("{ timeout = 300; }") { bench in
      let program = try await bench.copy("curl", as: "tool")
      async let status = bench.fetch(by: program, patience: 60)
      _ = try await bench.question()
      _ = try await bench.sentry("off")
      #expect(try await status == 0)
      let settled = try await bench.questions().settled
      #expect(settled.map(\.void) == [true] && settled.map(\.answer) == [nil])
    }
  }
}
