internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryPacket
internal import SystemPackage

extension Triggered {
  /// `sentry triggered export`
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a table as text that `import` reads.",
      discussion: """
        A line for each entry: address, table, who entered it, duration, with tabs between.

          sentry triggered export > triggered.tsv
          sentry triggered export --table all tables.tsv
        """)

    @Argument(help: ArgumentHelp("Where to write (default: standard output).", valueName: "file"))
    var file: String?

    @Option(
      help: "Which table: trigger, address, authorize, invalid, or all.", transform: Self.table(named:))
    var table = AddressTableKind.trigger.name

    @Flag(help: "End lines with a carriage return, as the classic program did.")
    var classic = false

    @OptionGroup var socket: SocketOption

    static func table(named name: String) throws -> String {
      name == ControlPath.allTables ? name : try TableOption.table(named: name).name
    }

    func run() async throws {
      var text = try await ControlClient.connected(to: socket.path) { client in
        try await client.bytes(of: "\(ControlPath.lists)/\(table)")
      }
      if classic {
        if let note = Self.noteOnDurations(in: text) { Console.writeError(note) }
        Self.endLinesWithCarriageReturn(&text)
      }
      guard let file, file != "-" else { return Console.write(text) }
      do {
        let descriptor = try FileDescriptor.open(
          FilePath(file), .writeOnly, options: [.create, .truncate],
          permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try descriptor.closeAfter { _ = try descriptor.writeAll(text) }
      } catch {
        throw CommandFailure(.inputOutput, "\(file): \(error)")
      }
    }

    /// What is to be said of entries whose duration is none of the seven that the classic program has an index for;
    /// `nil` without any. The last field of their lines is longer than the one digit of an index.
    static func noteOnDurations(in text: [UInt8]) -> String? {
      let others = text.split(separator: UInt8(ascii: "\n")).filter { line in
        line.reversed().prefix { $0 != UInt8(ascii: "\t") }.count > 1
      }
      guard let first = others.first?.split(separator: UInt8(ascii: "\t")).last else { return nil }
      let example = String(decoding: first, as: UTF8.self)
      return "note: \(counted(others.count, "entry", plural: "entries")) with a duration such as \(example): "
        + "the classic program knows its seven only, and ignores others"
    }

    /// A line feed never stands inside a line.
    static func endLinesWithCarriageReturn(_ text: inout [UInt8]) {
      for index in text.indices where text[index] == UInt8(ascii: "\n") { text[index] = UInt8(ascii: "\r") }
    }
  }
}
