import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import SentryControl
import Testing

@testable import SentryService

/// A client of the control API without a socket between.
struct APIClient {
  let daemon: SentryDaemon
  let client: any TestClientProtocol

  /// The reply, whose status must be 200.
  func get<Reply: Decodable>(
    _ uri: String, as type: Reply.Type = Reply.self, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Reply {
    try await decoded(client.execute(uri: uri, method: .get), sourceLocation)
  }

  func post<Reply: Decodable>(
    _ uri: String, _ body: some Encodable, as type: Reply.Type = Reply.self,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Reply {
    try await decoded(
      response(uri, .post, try String(decoding: JSONEncoder().encode(body), as: UTF8.self)), sourceLocation)
  }

  func response(_ uri: String, _ method: HTTPRequest.Method = .get, _ body: String = "") async throws -> TestResponse {
    try await client.execute(uri: uri, method: method, body: ByteBuffer(string: body))
  }

  private func decoded<Reply: Decodable>(
    _ response: TestResponse, _ sourceLocation: SourceLocation
  ) throws -> Reply {
    let body = Data(response.body.readableBytesView)
    try #require(
      response.status == .ok, Comment(rawValue: String(decoding: body, as: UTF8.self)), sourceLocation: sourceLocation)
    return try JSONDecoder().decode(Reply.self, from: body)
  }
}

func withAPI(
  _ document: String = Documents.telnet, memory: MemoryOptions = MemoryOptions(),
  _ body: @Sendable (APIClient) async throws -> Void
) async throws {
  try await withDaemon(document, memory: memory) { daemon in
    try await Application(router: ControlServer.router(for: daemon)).test(.router) { client in
      try await body(APIClient(daemon: daemon, client: client))
    }
  }
}

extension TestResponse {
  /// What the body of a refusal says.
  var failure: String {
    (try? JSONDecoder().decode(FailureReply.self, from: Data(body.readableBytesView)).message) ?? ""
  }
}
