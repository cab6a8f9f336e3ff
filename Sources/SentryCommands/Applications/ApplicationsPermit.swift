internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

extension Applications {
  /// What `allow` and `deny` share.
  struct PermitOptions: ParsableArguments {
    @Argument(help: "Executables: a path, the name of a program, or the number of a process.")
    var program: [String]

    @Flag(help: "Only connections that others open to it.")
    var inbound = false

    @Flag(help: "Only connections that it opens.")
    var outbound = false

    @Option(help: ArgumentHelp("Only processes of this user.", valueName: "name"))
    var user: String?

    @Flag(help: "Also if that ends your own SSH connection.")
    var force = false

    @OptionGroup var report: ApplicationReportOptions
    @OptionGroup var socket: SocketOption

    func run(_ decision: String) async throws {
      let isBoth = inbound == outbound
      try await ControlClient.connected(to: socket.path) { client in
        let names = ProgramNames(try await client.get(ControlPath.applications, as: ApplicationsReply.self))
        let paths = try program.map { try names.path(of: $0) }
        for path in paths {
          let request = PermissionRequest(
            path: path, inbound: inbound || isBoth ? decision : nil, outbound: outbound || isBoth ? decision : nil,
            user: user, force: force ? true : nil)
          let reply = try await client.post(
            ControlPath.applications, body: try JSONEncoder().encode(request), as: PermissionReply.self)
          if report.isJSON {
            Console.writeLine(try jsonText(reply))
          } else {
            Console.writeLine(ApplicationsText.line(reply.permission))
            if !reply.asked {
              Console.writeError("the rules in force do not ask for permissions: 'sentry applications on'")
            }
          }
        }
      }
    }
  }

  /// `sentry applications allow`
  struct Allow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let programs connect, be connected to, or both.",
      discussion: """
        What is allowed is the executable as it is now. Another one at the same path counts as unknown.

          sentry applications allow /usr/bin/curl --outbound
          sentry applications allow sshd --inbound
          sentry applications allow 4711 --user anna
        """)

    @OptionGroup var options: PermitOptions

    func run() async throws { try await options.run("allow") }
  }

  /// `sentry applications deny`
  struct Deny: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep programs from the network; open connections end at once.",
      discussion: """
        It holds for whatever stands at that path.

          sentry applications deny nc
          sentry applications deny /opt/tool --outbound
        """)

    @OptionGroup var options: PermitOptions

    func run() async throws { try await options.run("deny") }
  }

  /// `sentry applications forget`
  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take back what was decided about programs.",
      discussion: """
        They are unknown again, with the connections they have; so is what was answered once, or by nobody. The exit \
        status is 1 if nothing was decided.

          sentry applications forget curl
          sentry applications forget /usr/bin/curl --user anna
        """)

    @Argument(help: "Executables: a path, the name of a program, or the number of a process.")
    var program: [String]

    @Option(help: ArgumentHelp("Only what was decided for this user.", valueName: "name"))
    var user: String?

    @Flag(help: "Also if that ends your own SSH connection.")
    var force = false

    @OptionGroup var report: ApplicationReportOptions
    @OptionGroup var socket: SocketOption

    func run() async throws {
      try await ControlClient.connected(to: socket.path) { client in
        let known: ApplicationsReply = try await client.get(ControlPath.applications)
        let names = ProgramNames(known)
        var strangers: [String] = []
        for path in try program.map({ try names.path(of: $0, isToBeThere: false) }) {
          guard known.applications.contains(where: { $0.path == path && $0.isDecided }) else {
            strangers.append(path)
            continue
          }
          let request = ForgetPermissionRequest(path: path, user: user, force: force ? true : nil)
          let reply = try await client.delete(
            ControlPath.applications, body: try JSONEncoder().encode(request), as: ForgetPermissionReply.self)
          if report.isJSON { Console.writeLine(try jsonText(reply)) } else { Self.tell(reply, of: path) }
        }
        guard strangers.isEmpty else {
          throw CommandFailure(
            .findings, "nothing was decided about \(strangers.map(\.visible).joined(separator: ", "))")
        }
      }
    }

    private static func tell(_ reply: ForgetPermissionReply, of path: String) {
      for permission in reply.forgotten { Console.writeLine("forgotten: \(ApplicationsText.line(permission))") }
      for held in reply.temporary ?? [] {
        Console.writeLine("forgotten: \(path.visible): \(held.direction) \(ApplicationsText.words(of: held))")
      }
    }
  }
}

extension ApplicationReport {
  /// Something is decided about it, or holds for a while.
  fileprivate var isDecided: Bool { !permissions.isEmpty || temporary?.isEmpty == false }
}

/// Finds the executables that people mean.
struct ProgramNames {
  private let known: [ApplicationReport]

  init(_ reply: ApplicationsReply) { known = reply.applications }

  /// - Parameters:
  ///   - word: a path, the number of a process, or a file name: of a program that runs or that something is decided about, else
  ///     of one in the folders of `PATH`.
  ///   - isToBeThere: a path must lead somewhere.
  /// - Throws: what was found in place of one program.
  func path(of word: String, isToBeThere: Bool = true) throws(CommandFailure) -> String {
    guard !word.isEmpty else { throw CommandFailure(.usage, "'' is the name of no program") }
    if word.contains("/") { return Self.resolved(word) }
    if let number = UInt32(word) { return try path(ofProcess: number) }
    let named = known.filter { Self.fileName($0.path) == word }.map(\.path)
    if named.count == 1 { return named[0] }
    guard named.isEmpty else {
      throw CommandFailure(
        .usage, "'\(word.visible)' may be \(named.map(\.visible).joined(separator: " or ")): give the path")
    }
    let folders = ProcessInfo.processInfo.environment["PATH", default: "/usr/bin:/bin"].split(separator: ":")
    for folder in folders + ["/usr/sbin", "/sbin"] {
      let path = Self.resolved("\(folder)/\(word)")
      let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      if type == .typeRegular, FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw CommandFailure(
      .usage, "no program called '\(word.visible)' runs here, nor is there one in the folders of PATH: give its path")
  }

  private func path(ofProcess number: UInt32) throws(CommandFailure) -> String {
    if let running = known.first(where: { $0.processes.contains(number) }) { return running.path }
    let link = "/proc/\(number)/exe"
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
      throw CommandFailure(.usage, "process \(number) is none of this host's, or not ours to see")
    }
    // A container has files of its own at the same paths.
    guard let running = Self.file(at: link), running == Self.file(at: path) else {
      throw CommandFailure(
        .usage,
        "what process \(number) runs is not this host's file \(path.visible): it was replaced, or is a container's")
    }
    return path
  }

  /// Its device and its number there.
  private static func file(at path: String) -> [UInt64]? {
    var status = stat()
    // Safe: the path lives during the call, which writes the structure.
    return unsafe stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
  }

  private static func fileName(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }

  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }
}
