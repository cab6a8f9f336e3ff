internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SentryRules
internal import SystemPackage

/// `http://…`, `https://…`: fetches a page, of which only the beginning is read. Any status of success will do.
///
/// All of it has one deadline: a server may be silent before its answer, in the middle of it, or say it a byte at a time.
/// Redirections are followed a few times, to pages only, and never from HTTPS back to HTTP.
enum PageProbe {
  private static let patience = Duration.seconds(10)
  private static let longestPage = 64 << 10
  private static let redirectionsFollowed = 3

  static func outcome(of url: String, within patience: Duration = patience) async -> NoticeOutcome {
    await TimeLimit.run(patience) { await fetch(url, deadline: .now() + TimeAmount(patience)) }
      ?? .failed("no answer in time")
  }

  private static func fetch(_ url: String, deadline: NIODeadline) async -> NoticeOutcome {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let outcome = await fetch(url, by: client, deadline: deadline)
    try? await client.shutdown()
    return outcome
  }

  private static func fetch(_ text: String, by client: HTTPClient, deadline: NIODeadline) async -> NoticeOutcome {
    var text = text
    for _ in 0...redirectionsFollowed {
      do {
        let response = try await client.execute(try request(text), deadline: deadline)
        guard (300..<400).contains(response.status.code), let place = response.headers.first(name: "location") else {
          try await readBeginning(of: response.body)
          let isWell = (200..<300).contains(response.status.code)
          return isWell ? .done() : .failed("the answer is \(CleanText.line("\(response.status)"))")
        }
        guard let next = target(of: place, from: text) else {
          return .failed("the answer leads to what is no page: \(CleanText.line(String(place.prefix(200))))")
        }
        text = next
      } catch {
        return .failed(CleanText.line(String("\(problem(error))".prefix(400))))
      }
    }
    return .failed("more than \(redirectionsFollowed) redirections")
  }

  static func request(_ text: String) throws -> HTTPClientRequest {
    guard var components = URLComponents(string: text) else { throw ValueError("'\(text)' is no URL") }
    let (user, password) = (components.user, components.password)
    (components.user, components.password, components.fragment) = (nil, nil, nil)
    var request = HTTPClientRequest(url: components.string ?? text)
    request.headers.add(name: "User-Agent", value: "sentry")
    if let user { request.setBasicAuth(username: user, password: password ?? "") }
    return request
  }

  /// Where a redirection leads; `nil` if that is nothing that a rule might have named.
  static func target(of place: String, from text: String) -> String? {
    guard let base = URL(string: text), let url = URL(string: place, relativeTo: base)?.absoluteURL,
      case .page(let next)? = try? ProbeTarget(url.absoluteString), let scheme = url.scheme?.lowercased()
    else { return nil }
    return base.scheme?.lowercased() == "https" && scheme != "https" ? nil : next
  }

  private static func readBeginning(of body: HTTPClientResponse.Body) async throws {
    var count = 0
    for try await part in body {
      count += part.readableBytes
      if count >= longestPage { return }
    }
  }

  /// What people read of an error.
  static func problem(_ error: any Error) -> String {
    if let error = error as? HTTPClientError,
      error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout
    {
      return "no answer in time"
    }
    if let error = error as? HTTPClientError, error == .remoteConnectionClosed {
      return "the server ended the connection before its answer was complete"
    }
    return switch error {
    case let error as ValueError: error.message
    case let error as IOError: "no connection: \(Errno(rawValue: error.errnoCode))"
    case let error as NIOConnectionError:
      "no connection: \(error.connectionErrors.first.map { "\($0.error)" } ?? "\(error)")"
    default: "\(error)"
    }
  }
}
