internal import ArgumentParser
internal import Foundation
internal import SentryCapture
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

extension Triggered {
  /// `sentry triggered why`
  struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the packets, or the lines of a log, that entered an address into table trigger.",
      discussion: """
        The first four packets of an address that came to a Trigger are kept, of each the first 256 bytes; of the 4096 \
        addresses that were entered last. With --write they become a capture, which `sentry explain` goes through the \
        rules with. Of an address that was blocked for logins that failed, the lines that caused it are shown. The exit \
        status is 1 if nothing is kept.

          sentry triggered why 203.0.113.9
          sentry triggered why 203.0.113.9 --write why.pcap
          sentry explain /etc/sentry/sentry.plist why.pcap --frame 1
        """)

    @Argument(
      help: ArgumentHelp("An address, or an IPv6 net as `list` shows it.", valueName: "address"),
      transform: TableArgument.range)
    var address: AddressRange

    @Option(help: ArgumentHelp("Write the packets as a capture.", valueName: "file"))
    var write: String?

    @Flag(help: "Let --write replace a file that is there already.")
    var force = false

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      try checkPlace()
      let path = address.description
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(
          ControlPath.evidence, query: [ControlPath.evidenceAddress: path], as: EvidenceReply.self)
      }
      if let write, !reply.packets.isEmpty { try Self.write(reply, to: write) }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        if write != "-" {
          Console.writeLine(Self.lines(of: reply, Style(isOn: Console.outputHasColour)).joined(separator: "\n"))
        }
      }
      guard !reply.packets.isEmpty || reply.block != nil else {
        throw CommandFailure(.findings, "no packet of \(reply.address) is kept")
      }
    }

    func validate() throws {
      if write == "-", format == .json { throw ValidationError("--write - and --format json exclude each other") }
    }

    /// A capture is for no terminal, and takes no file's place unasked.
    private func checkPlace() throws(CommandFailure) {
      guard let write else { return }
      if write == "-", Console.outputIsTerminal {
        throw CommandFailure(.usage, "a capture is not for terminals: name a file with --write")
      }
      if write != "-", !force, Self.isFile(write) {
        throw CommandFailure(.inputOutput, "\(write): it is there already; --force replaces it")
      }
    }

    /// Devices and pipes are written to.
    private static func isFile(_ path: String) -> Bool {
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      let type = try? FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType
      return type == .typeRegular
    }

    /// The entry, then a line for each packet, and one for the rule it came to.
    static func lines(of reply: EvidenceReply, _ style: Style, clock: LocalTime = LocalTime()) -> [String] {
      var lines = [style.bold(reply.address) + ": " + entryText(reply.entry, clock)]
      for (number, packet) in reply.packets.enumerated() {
        let time = clock.text(secondsSince1970: packet.time)
        let way = "\(packet.direction) via \(packet.interface.visible), \(counted(Int(packet.byteCount), "byte"))"
        lines.append("  \(number + 1)  \(time)  rule \(packet.rule.visible)")
        lines.append("     \(packet.headers), \(way)")
      }
      return lines + (reply.block.map { LoginsText(style: style, clock: clock).lines(why: $0) } ?? [])
    }

    private static func entryText(_ entry: TableEntryReport?, _ clock: LocalTime) -> String {
      guard let entry else { return "not in table trigger any more" }
      let last = clock.lastTime(of: entry)
      return
        "in table trigger\(cause(of: entry)), \(counted(entry.matchCount, "match", plural: "matches")), "
        + "last \(last)"
    }

    /// ` by 2.1.5.1`, or `, blocked by hand`.
    private static func cause(of entry: TableEntryReport) -> String {
      let text = entry.triggeredBy.visible
      return text.hasSuffix("by hand") ? ", \(text)" : " by \(text)"
    }

    static func write(_ reply: EvidenceReply, to path: String) throws {
      do throws(CaptureError) {
        var writer = try CaptureWriter(path: path, linkType: .raw)
        for (number, packet) in reply.packets.enumerated() {
          let microseconds = Int64(exactly: (packet.time * 1e6).rounded()) ?? 0
          let time = Timestamp(nanoseconds: microseconds &* 1_000)
          let header = FrameHeader(number: UInt64(number + 1), time: time, wireLength: Int(packet.byteCount))
          Array(packet.bytes).withRawSpan { writer.write($0, header) }
        }
        try writer.finish()
      } catch {
        throw CommandFailure(error)
      }
    }
  }
}

extension EvidencePacketReport {
  /// As the notation of packets writes them.
  fileprivate var headers: String {
    let frame = Array(bytes)
    var fields = PacketFields()
    let kind = frame.withRawSpan { fields.decode($0, linkType: .raw, wireLength: max(Int(byteCount), $0.byteCount)) }
    guard kind != .notIP else { return "no IP packet" }
    return PacketNotation.text(of: fields) ?? "too short to tell its addresses"
  }
}
