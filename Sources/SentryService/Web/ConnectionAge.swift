package import NIOCore
internal import NIOHTTPTypes
internal import SentryPacket

/// Knows since when there is a connection: a document on trial is to be confirmed over one that came after it.
package final class ConnectionAge: ChannelInboundHandler, RemovableChannelHandler, Sendable {
  package typealias InboundIn = NIOAny

  /// On a clock that nobody sets.
  let start = UptimeClock.now()

  package init() {}

  /// `nil` for what is no connection, or of another kind.
  static func start(of channel: any Channel) async -> Timestamp? {
    try? await channel.pipeline.handler(type: ConnectionAge.self).map(\.start).get()
  }
}
