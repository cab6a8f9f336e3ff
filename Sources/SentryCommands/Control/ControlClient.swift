internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import SentryControl
internal import SentryProcesses

/// The client end of the control socket.
struct ControlClient {
  /// Replies are no larger than a document of the largest size with a report for each of its rules.
  private static let replyBytes = 8 * ControlLimit.requestBytes

  private let socketPath: String
  private let patience: TimeAmount
  private let http: HTTPClient

  /// Talks to the daemon at `socketPath` for as long as `body` runs.
  ///
  /// - Parameter seconds: for how long it waits for each reply.
  static func connected<Value>(
    to socketPath: String, patience seconds: Int64 = 60, _ body: (ControlClient) async throws -> Value
  ) async throws -> Value {
    var configuration = HTTPClient.Configuration()
    // A socket without a daemon will not get one while we wait.
    configuration.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
      let value = try await body(ControlClient(socketPath: socketPath, patience: .seconds(seconds), http: http))
      try await http.shutdown()
      return value
    } catch {
      try? await http.shutdown()
      throw error
    }
  }

  func get<Reply: Decodable>(
    _ path: String, query: [String: String] = [:], as type: Reply.Type = Reply.self
  ) async throws(CommandFailure) -> Reply {
    try await Self.decode(exchange(.GET, path, query: query, deadline: .now() + patience))
  }

  /// Sends `body`; replies with status 422 are decoded like those of success, for they say why.
  func put<Reply: Decodable>(
    _ path: String, query: [String: String] = [:], body: Data, as type: Reply.Type = Reply.self
  ) async throws(CommandFailure) -> Reply {
    try await Self.decode(exchange(.PUT, path, query: query, body: body, deadline: .now() + patience))
  }

  func post<Reply: Decodable>(
    _ path: String, body: Data, as type: Reply.Type = Reply.self
  ) async throws(CommandFailure) -> Reply {
    try await Self.decode(exchange(.POST, path, body: body, deadline: .now() + patience))
  }

  func delete<Reply: Decodable>(
    _ path: String, body: Data? = nil, as type: Reply.Type = Reply.self
  ) async throws(CommandFailure) -> Reply {
    try await Self.decode(exchange(.DELETE, path, body: body, deadline: .now() + patience))
  }

  /// The reply's bytes as they are.
  func bytes(of path: String, query: [String: String] = [:]) async throws(CommandFailure) -> [UInt8] {
    let response = try await exchange(.GET, path, query: query, deadline: .now() + patience)
    do {
      return Array((try await response.body.collect(upTo: Self.replyBytes)).readableBytesView)
    } catch {
      throw Self.brokenOff(error)
    }
  }

  /// Hands over the reply's lines as they come, without their ends, until there are no more.
  func lines(
    of path: String, query: [String: String] = [:], _ body: (Data) throws -> Void
  ) async throws(CommandFailure) {
    let response = try await exchange(.GET, path, query: query, deadline: .distantFuture)
    do {
      var rest = Data()
      for try await chunk in response.body {
        rest.append(contentsOf: chunk.readableBytesView)
        var start = rest.startIndex
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
          try body(Data(rest[start..<end]))
          start = end + 1
        }
        rest.removeSubrange(..<start)
        guard rest.count <= ControlLimit.requestBytes else { throw Self.unreadable }
      }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw Self.brokenOff(error)
    }
  }

  // MARK: One exchange

  /// A reply with status 200 or 422; every other becomes a failure with the daemon's message.
  private func exchange(
    _ method: HTTPMethod, _ path: String, query: [String: String] = [:], body: Data? = nil, deadline: NIODeadline
  ) async throws(CommandFailure) -> HTTPClientResponse {
    var query = query
    if method != .GET {
      // Nobody is to do later, when we have gone, what we ask for now.
      query[ControlPath.deadline] = "\(deadline.uptimeNanoseconds)"
      // The daemon may not be allowed to look for it.
      if case .found(let origin) = SSHOrigin.behind(process: UInt32(getpid())) {
        query[ControlPath.sshConnection] = origin.claim
      }
    }
    var request = HTTPClientRequest(url: try url(path, query: query))
    request.method = method
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response: HTTPClientResponse
    do {
      response = try await http.execute(request, deadline: deadline)
    } catch {
      throw unreachable(because: error)
    }
    guard response.status == .ok || response.status == .unprocessableEntity else {
      let failure: FailureReply? = try? await Self.decode(response)
      if response.status == .conflict, let failure {
        throw CommandFailure(.unusableData, "\(failure.message) (--force insists)")
      }
      if response.status == .gone, let failure { throw CommandFailure(.findings, failure.message) }
      if [.forbidden, .locked, .preconditionRequired].contains(response.status), let failure {
        throw CommandFailure(.unusableData, failure.message, passes: response.status.code == 423)
      }
      throw CommandFailure(.inputOutput, "the daemon says: \(failure?.message ?? "\(response.status)")")
    }
    return response
  }

  private func url(_ path: String, query: [String: String]) throws(CommandFailure) -> String {
    var components = URLComponents()
    components.path = path
    if !query.isEmpty { components.queryItems = query.map { URLQueryItem(name: $0.key, value: $0.value) } }
    guard let target = components.string, let url = URL(httpURLWithSocketPath: socketPath, uri: target) else {
      throw CommandFailure(.usage, "'\(socketPath)' cannot be the path of a socket")
    }
    return url.absoluteString
  }

  private static func decode<Reply: Decodable>(_ response: HTTPClientResponse) async throws(CommandFailure) -> Reply {
    do {
      let body = try await response.body.collect(upTo: replyBytes)
      return try JSONDecoder().decode(Reply.self, from: Data(body.readableBytesView))
    } catch {
      throw unreadable
    }
  }

  /// Says on standard error if what was just done is forgotten when the daemon ends.
  func warnIfNothingIsKept() async {
    guard let reply: MemoryReply = try? await get(ControlPath.memory), let problem = reply.memory?.problem else {
      return
    }
    Console.writeError("it will be forgotten when the sentry ends, for nothing can be kept on disk: \(problem)")
  }

  // MARK: What went wrong

  private static let unreadable = CommandFailure(
    .inputOutput, "the daemon's reply cannot be read; is it of another version?")

  private static func brokenOff(_ error: any Error) -> CommandFailure {
    CommandFailure(.inputOutput, "the daemon's reply broke off: \(error)")
  }

  private var noAnswer: CommandFailure {
    let process = OtherSentry.listening(at: socketPath).map { " (process \($0.process))" } ?? ""
    return CommandFailure(
      .noAnswer,
      "the sentry at \(socketPath)\(process) does not answer within \(patience.nanoseconds / 1_000_000_000) seconds")
  }

  private func unreachable(because error: any Error) -> CommandFailure {
    let code = (error as? IOError)?.errnoCode
    if code == EACCES || code == EPERM {
      return CommandFailure(
        .notPermitted, "no permission to use \(socketPath): be root, or a member of its group")
    }
    let timeouts: [HTTPClientError] = [.deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout]
    // As many wait to be let in as may wait: EAGAIN (unix(7)).
    if code == EAGAIN || (error as? HTTPClientError).map(timeouts.contains) == true { return noAnswer }
    if let code, code != ENOENT, code != ECONNREFUSED, code != ENOTSOCK {
      return CommandFailure(.inputOutput, "\(socketPath): \(error)")
    }
    return CommandFailure(
      .noDaemon,
      """
      no sentry is running at \(socketPath)
        start one with: sentry run -i eth0\(socketPath == ControlSocket.defaultPath ? "" : " --socket \(socketPath)")
      """, passes: true)
  }
}
