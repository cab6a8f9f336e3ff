internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// Fetches a list by HTTP or HTTPS, and hands it over in parts as it comes.
///
/// All of it must come within the order's patience, and something every few seconds. Redirections are followed a few times, to pages only,
/// and never from HTTPS back to HTTP. What is packed (gzip, deflate) is unpacked, and counts as it is then.
enum ListFetch {
  private static let redirectionsFollowed = 5
  private static let silence = TimeAmount.seconds(20)
  private static let connecting = TimeAmount.seconds(10)
  /// Bytes of a part: in JSON a third more, and well within a message.
  private static let partBytes = 64 << 10
  /// Longer words of a server about its copy are not kept.
  private static let longestTag = 1_024

  private enum Failure: Error {
    case told(String, retrySeconds: Int? = nil)
    case tooLong(Int)
    /// Nobody wants it any more.
    case unwanted
  }

  /// - Parameter hand: takes a part; false if nobody wants more.
  static func fetch(_ order: ListOrder, hand: @Sendable (Data) async -> Bool) async -> ListAnswer.Ending {
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration(order))
    let ending = await ending(of: order, client, hand)
    try? await client.shutdown()
    return ending
  }

  private static func configuration(_ order: ListOrder) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: connecting, read: silence),
      decompression: .enabled(limit: .size(order.longest)))
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  private static func ending(
    of order: ListOrder, _ client: HTTPClient, _ hand: @Sendable (Data) async -> Bool
  ) async -> ListAnswer.Ending {
    let deadline = NIODeadline.now() + .seconds(Int64(order.patience))
    do {
      guard let response = try await answer(to: order, client, deadline) else { return .unchanged }
      try await receive(response, order, deadline, hand)
      return .complete(
        tag: word("etag", of: response), lastModified: word("last-modified", of: response))
    } catch Failure.told(let text, let seconds) {
      return .failed(text, retrySeconds: seconds)
    } catch Failure.tooLong(let limit) {
      return .failed("it is longer than \(limit) bytes", retrySeconds: nil)
    } catch NIOHTTPDecompression.DecompressionError.limit {
      return .failed("it is longer than \(order.longest) bytes", retrySeconds: nil)
    } catch is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError {
      return .failed("what is packed cannot be unpacked", retrySeconds: nil)
    } catch {
      // However the client says so.
      if NIODeadline.now() >= deadline { return .failed("no answer in time", retrySeconds: nil) }
      return .failed(CleanText.line(String(PageProbe.problem(error).prefix(400))), retrySeconds: nil)
    }
  }

  // MARK: The answer

  /// `nil` if the known copy goes on.
  private static func answer(
    to order: ListOrder, _ client: HTTPClient, _ deadline: NIODeadline
  ) async throws -> HTTPClientResponse? {
    var text = order.url
    for _ in 0...redirectionsFollowed {
      let response = try await client.execute(try request(text, order), deadline: deadline)
      switch response.status.code {
      case 200: return response
      case 304 where order.tag != nil || order.lastModified != nil: return nil
      case 301, 302, 303, 307, 308:
        let place = response.headers.first(name: "location") ?? ""
        guard let next = PageProbe.target(of: place, from: text) else {
          throw Failure.told("the answer leads to what is no page: \(CleanText.line(String(place.prefix(200))))")
        }
        text = next
      default:
        throw Failure.told(
          "the answer is \(CleanText.line("\(response.status)"))", retrySeconds: retrySeconds(of: response))
      }
    }
    throw Failure.told("more than \(redirectionsFollowed) redirections")
  }

  private static func request(_ text: String, _ order: ListOrder) throws -> HTTPClientRequest {
    var request = try PageProbe.request(text)
    request.headers.add(name: "Accept-Encoding", value: "gzip, deflate")
    // The tag is the stronger of the two (RFC 9110 §13.1.3).
    if let tag = order.tag {
      request.headers.add(name: "If-None-Match", value: tag)
    } else if let time = order.lastModified {
      request.headers.add(name: "If-Modified-Since", value: time)
    }
    return request
  }

  /// A field's value, if it is fit to be sent back.
  private static func word(_ field: String, of response: HTTPClientResponse) -> String? {
    guard let value = response.headers.first(name: field), (1...longestTag).contains(value.utf8.count),
      value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
    else { return nil }
    return value
  }

  private static func retrySeconds(of response: HTTPClientResponse) -> Int? {
    response.headers.first(name: "retry-after").flatMap(retrySeconds)
  }

  /// A number of seconds, a day at most. Dates are not read (RFC 9110 §10.2.3): the usual pause serves as well.
  static func retrySeconds(_ field: String) -> Int? {
    guard !field.isEmpty, field.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return min(Int(field) ?? .max, 86_400)
  }

  private static func receive(
    _ response: HTTPClientResponse, _ order: ListOrder, _ deadline: NIODeadline,
    _ hand: @Sendable (Data) async -> Bool
  ) async throws {
    if let length = response.headers.first(name: "content-length").flatMap({ Int($0) }), length > order.longest {
      throw Failure.tooLong(order.longest)
    }
    var count = 0
    for try await buffer in response.body {
      guard NIODeadline.now() < deadline else { throw HTTPClientError.deadlineExceeded }
      count += buffer.readableBytes
      guard count <= order.longest else { throw Failure.tooLong(order.longest) }
      var rest = buffer
      while let part = rest.readSlice(length: min(partBytes, rest.readableBytes)), part.readableBytes > 0 {
        guard await hand(Data(part.readableBytesView)) else { throw Failure.unwanted }
      }
    }
  }
}
