internal import Hummingbird
package import NIOCore
package import NIOHTTPTypes

/// Tells clients that ask before they send a document to go on (RFC 9110 §10.1.1). `curl --upload-file` asks, and waits a second
/// for an answer.
package final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = HTTPRequestPart
  package typealias OutboundOut = HTTPResponsePart

  package init() {}

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let request) = unwrapInboundIn(data), request.headerFields[.expect]?.lowercased() == "100-continue" {
      context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }
    context.fireChannelRead(data)
  }
}
