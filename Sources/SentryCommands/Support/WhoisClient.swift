internal import NIOCore
internal import NIOPosix
internal import SentryPacket
internal import SentryRules
internal import SystemPackage

/// Asks the registries whose an address is (RFC 3912): first the one that knows which of them has it, then where that sends us.
struct WhoisClient {
  /// A server, as people and other servers name it: `whois.example.net`, with `:43` or another port behind it.
  struct Server: Hashable, CustomStringConvertible {
    let host: String
    let port: Int

    /// `nil` for what is no host name or address, or a port that is not 43 or 1024...65535: a server must not send us to any service.
    init?(_ text: some StringProtocol) {
      let parts = EndpointText(Substring(text))
      let isName = parts.host.utf8.allSatisfy { byte in
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
      guard !parts.host.isEmpty, parts.host.utf8.count <= HostName.capacity, isName || IPAddress(parts.host) != nil,
        let port = parts.port.map({ UInt16($0) }) ?? 43, port == 43 || port >= 1_024
      else { return nil }
      (host, self.port) = (String(parts.host), Int(port))
    }

    var description: String {
      let host = IPAddress(host).map { $0.text(port: port == 43 ? nil : UInt16(port)) }
      return host ?? (port == 43 ? self.host : "\(self.host):\(port)")
    }
  }

  struct Answer: Encodable, Equatable {
    var server: String
    /// Harmless to a terminal.
    var lines: [String]
  }

  /// Knows which registry has which addresses.
  static let root = "whois.iana.org"
  private static let patience = TimeAmount.seconds(10)
  private static let longestAnswer = 256 * 1_024
  private static let mostServers = 4

  /// What the last server says that we are sent to.
  ///
  /// - Throws: why the first does not answer. One that does not later on leaves the answer before.
  static func ask(_ first: Server, about address: IPAddress) async throws(CommandFailure) -> Answer {
    var asked: Set<Server> = []
    var answer = Answer(server: first.description, lines: try await lines(from: first, about: address))
    asked.insert(first)
    while asked.count < mostServers, let next = referral(in: answer.lines), asked.insert(next).inserted {
      guard let lines = try? await lines(from: next, about: address) else {
        answer.lines += ["", "% \(next) does not answer."]
        break
      }
      answer = Answer(server: next.description, lines: lines)
    }
    return answer
  }

  /// `refer: whois.ripe.net` as IANA has it, or `ReferralServer: whois://whois.ripe.net` as ARIN does.
  static func referral(in lines: [String]) -> Server? {
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[colon...].dropFirst().drop { $0 == " " }
      switch line[..<colon].lowercased() {
      case "refer": return Server(value)
      case "referralserver" where value.hasPrefix("whois://"): return Server(value.dropFirst("whois://".count))
      default: continue
      }
    }
    return nil
  }

  private static func lines(from server: Server, about address: IPAddress) async throws(CommandFailure) -> [String] {
    do {
      let (bytes, cut) = try await exchange(server, "\(address)\r\n")
      let lines = String(decoding: bytes, as: UTF8.self).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline
      ).map { String($0).visible }
      return lines + (cut.map { ["", "% The answer is not whole: \($0)."] } ?? [])
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.inputOutput, "\(server): \(reason(for: error))")
    }
  }

  private static func reason(for error: any Error) -> String {
    guard let error = error as? NIOConnectionError else { return (error as? IOError).map(text) ?? "\(error)" }
    let refusals = error.connectionErrors.map { ($0.error as? IOError).map(text) ?? "no connection in ten seconds" }
    return refusals.first ?? "no address of this name is known"
  }

  private static func text(of error: IOError) -> String { Errno(rawValue: error.errnoCode).description }

  /// What the server sends until it ends the connection, and why that is not all of it; `nil` if it is.
  private static func exchange(_ server: Server, _ question: String) async throws -> (answer: [UInt8], cut: String?) {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(patience)
      .connect(host: server.host, port: server.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      let deadline = NIODeadline.now() + patience
      let alarm = channel.channel.eventLoop.scheduleTask(in: patience) { channel.channel.close(promise: nil) }
      defer { alarm.cancel() }
      try await outbound.write(ByteBuffer(string: question))
      var answer: [UInt8] = []
      for try await part in inbound {
        answer += part.readableBytesView
        guard answer.count <= longestAnswer else {
          return (Array(answer.prefix(longestAnswer)), "it is longer than \(longestAnswer / 1_024) KB")
        }
      }
      guard !answer.isEmpty else { throw CommandFailure(.inputOutput, "\(server): no answer") }
      return (answer, deadline <= .now() ? "it took longer than ten seconds" : nil)
    }
  }
}

extension UInt8 {
  fileprivate var isASCIIAlphanumeric: Bool {
    (0x30...0x39).contains(self) || (0x61...0x7A).contains(self | 0x20)
  }
}
