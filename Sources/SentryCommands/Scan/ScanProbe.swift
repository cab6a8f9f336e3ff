internal import Foundation
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

/// Looks at ports of this machine from elsewhere: from a network namespace, or from another host by ssh(1).
///
/// A script does it there, with nc(1) and ip(8): one connection or datagram for each port, some at a time, and a line for each that says
/// what came of it.
struct ScanProbe {
  enum Place {
    case namespace(String)
    /// As ssh(1) takes it: `person@host`.
    case host(String)
  }

  /// What was found at a port.
  enum Finding: String, Codable {
    case open
    /// Somebody said no.
    case closed
    /// No answer. Of UDP that is also what a port that takes everything looks like.
    case silent
    /// The probe itself did not work.
    case failed
  }

  struct Answer {
    /// Where the probes came from, as the other end sees its own address.
    var source: IPAddress?
    var findings: [ScanPorts.Port: Finding] = [:]
    /// What went wrong there, in a line; empty if nothing did.
    var complaint = ""
  }

  let place: Place
  /// For each port, in seconds.
  let patience: Int

  /// Probes that are under way at a time.
  private static let atATime = 64

  func look(at address: IPAddress, _ ports: ScanPorts) throws(CommandFailure) -> Answer {
    let (text, complaint, status) = try run(script(address, ports))
    var answer = Self.answer(reading: text)
    answer.complaint = complaint.split(separator: "\n").joined(separator: "; ")
    guard status == 0 || !answer.findings.isEmpty else {
      throw CommandFailure(.inputOutput, "nothing could be looked at from there: \(answer.complaint.visible)")
    }
    return answer
  }

  /// Not by `Process`: a shell that begins with blocked signals waits for ever.
  private func run(_ script: String) throws(CommandFailure) -> (output: String, errors: String, status: Int32) {
    let (path, arguments) = try command()
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    var start = ProgramStart(
      path: path, arguments: [path] + arguments, input: input.fileHandleForReading.fileDescriptor,
      output: output.fileHandleForWriting.fileDescriptor)
    start.errors = errors.fileHandleForWriting.fileDescriptor
    start.environment = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }
    let process: Int32
    do throws(ProcessError) {
      process = try start.start()
    } catch {
      throw CommandFailure(.inputOutput, "\(path) cannot be started: \(error)")
    }
    for theirs in [input.fileHandleForReading, output.fileHandleForWriting, errors.fileHandleForWriting] {
      try? theirs.close()
    }
    // What it does not read, because it has ended, it does not need.
    try? input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
    try? input.fileHandleForWriting.close()
    let words = ProgramWords(output: output.fileHandleForReading, errors: errors.fileHandleForReading)
    if words.isCut { kill(process, SIGTERM) }
    var status: Int32 = 0
    // Safe: the call writes one number.
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return (String(decoding: words.output, as: UTF8.self), String(decoding: words.errors, as: UTF8.self), status)
  }

  private func command() throws(CommandFailure) -> (path: String, arguments: [String]) {
    let (program, arguments) =
      switch place {
      case .namespace(let name): ("ip", ["netns", "exec", name, "sh", "-s"])
      case .host(let host): ("ssh", ["-o", "BatchMode=yes", "--", host, "sh", "-s"])
      }
    guard let path = ServiceManagerTools.path(of: program) else {
      throw CommandFailure(.inputOutput, "there is no program '\(program)'")
    }
    return (path, arguments)
  }

  /// Nothing in it comes from elsewhere than from numbers.
  func script(_ address: IPAddress, _ ports: ScanPorts) -> String {
    var lines = [
      "export LC_ALL=C",
      "command -v nc >/dev/null || { echo 'nc is not there' >&2; exit 3; }",
      "echo \"source $(ip -o route get \(address) 2>/dev/null | sed -n 's/.* src \\([0-9a-fA-F.:]*\\).*/\\1/p')\"",
      "said() { timeout \(patience + 3) nc -n -v -z $3 -w \(patience) \(address) $2 2>&1 </dev/null; echo \"status $?\"; }",
      "probe() { echo \"$1 $2 $(said \"$@\" | tail -c 300 | tr '\\n' ' ')\"; }",
    ]
    for (index, port) in ports.ports.enumerated() {
      lines.append("probe \(port.transport) \(port.number) '\(port.transport == "udp" ? "-u" : "")' &")
      if index % Self.atATime == Self.atATime - 1 { lines.append("wait") }
    }
    return (lines + ["wait", "exit 0"]).joined(separator: "\n") + "\n"
  }

  /// Lines `source 192.0.2.7` and `tcp 22 Connection to … succeeded! status 0`, in any order.
  static func answer(reading text: String) -> Answer {
    var answer = Answer()
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count >= 2 else { continue }
      if words[0] == "source" {
        answer.source = IPAddress(words[1])
      } else if words[0] == "tcp" || words[0] == "udp", let number = UInt16(words[1]) {
        let port = ScanPorts.Port(transport: String(words[0]), number: number)
        answer.findings[port] = ScanWords(words.count > 2 ? words[2] : "").finding(isUDP: words[0] == "udp")
      }
    }
    return answer
  }
}
