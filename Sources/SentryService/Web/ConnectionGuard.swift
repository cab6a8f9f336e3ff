internal import Hummingbird
package import NIOCore
package import NIOHTTPTypes

/// Ends connections that keep us waiting: without a request, in the middle of one, or by not reading the reply. Ends them, too,
/// where a reply says `Connection: close`.
package final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  package typealias InboundIn = HTTPRequestPart
  package typealias OutboundIn = HTTPResponsePart
  package typealias OutboundOut = HTTPResponsePart

  package struct Limits: Sendable {
    /// Until the first request has come.
    package var first = TimeAmount.seconds(15)
    /// Between requests.
    package var idle = TimeAmount.seconds(75)
    /// For the whole of a request.
    package var request = TimeAmount.seconds(60)
    /// For reading some of the reply.
    package var reply = TimeAmount.seconds(60)

    package init() {}
  }

  private let limits: Limits
  private var requestsOpen = 0
  private var isReading = false
  private var closesAfterReply = false
  private var request: Scheduled<Void>?
  private var reply: Scheduled<Void>?

  package init(limits: Limits) { self.limits = limits }

  package func handlerAdded(context: ChannelHandlerContext) { wait(limits.first, context) }

  package func handlerRemoved(context: ChannelHandlerContext) { stopWaiting() }

  package func channelInactive(context: ChannelHandlerContext) {
    stopWaiting()
    context.fireChannelInactive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      requestsOpen += 1
      isReading = true
      wait(limits.request, context)
    case .body: break
    case .end:
      isReading = false
      request?.cancel()
      // The reply was ahead of the end.
      if requestsOpen == 0 { wait(limits.idle, context) }
    }
    context.fireChannelRead(data)
  }

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      if head.headerFields[.connection]?.lowercased() == "close" { closesAfterReply = true }
    case .body: break
    case .end:
      requestsOpen -= 1
      if closesAfterReply { return finish(context, data, promise) }
      if requestsOpen == 0, !isReading { wait(limits.idle, context) }
    }
    context.write(data, promise: promise)
  }

  private func finish(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
    let written = promise ?? context.eventLoop.makePromise()
    let channel = context.channel
    written.futureResult.whenComplete { _ in channel.close(promise: nil) }
    context.writeAndFlush(data, promise: written)
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    reply?.cancel()
    if !context.channel.isWritable { reply = Self.close(context.channel, in: limits.reply) }
    context.fireChannelWritabilityChanged()
  }

  private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    request?.cancel()
    request = Self.close(context.channel, in: time)
  }

  private func stopWaiting() {
    request?.cancel()
    reply?.cancel()
  }

  private static func close(_ channel: any Channel, in time: TimeAmount) -> Scheduled<Void> {
    channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }
}
