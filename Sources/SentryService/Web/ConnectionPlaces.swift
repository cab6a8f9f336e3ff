package import NIOCore
internal import Synchronization

/// Who has the connections of a port: a bounded number, of which nobody can hold others off.
///
/// When all are taken and one more comes, the peer who has most of them loses his oldest. Connections of somebody who is logged in
/// count for nobody and are not taken away; where only they are left, the new one is refused.
package final class ConnectionPlaces: Sendable {
  private struct Place: Sendable {
    var id: ObjectIdentifier
    var peer: WebPeer
    var isLoggedIn = false
    var channel: any Channel
  }

  package let atMost: Int
  /// The oldest first.
  private let places = Mutex<[Place]>([])

  package init(atMost: Int) { self.atMost = atMost }

  package var count: Int { places.withLock(\.count) }

  /// Gives a connection a place, and closes the one that it takes it from, or the connection itself.
  package func enter(_ channel: any Channel, of peer: WebPeer) {
    let closing = places.withLock { places -> (any Channel)? in
      places.append(Place(id: ObjectIdentifier(channel), peer: peer, channel: channel))
      guard places.count > atMost else { return nil }
      return places.remove(at: Self.leastDeserved(among: places)).channel
    }
    closing?.close(promise: nil)
  }

  package func leave(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    places.withLock { places in places.removeAll { $0.id == id } }
  }

  /// Somebody who is logged in has asked for something here.
  package func keep(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    places.withLock { places in
      if let index = places.firstIndex(where: { $0.id == id }) { places[index].isLoggedIn = true }
    }
  }

  private static func leastDeserved(among places: [Place]) -> Int {
    var counts: [WebPeer: Int] = [:]
    for place in places where !place.isLoggedIn { counts[place.peer, default: 0] += 1 }
    let most = counts.values.max()
    return places.firstIndex { !$0.isLoggedIn && counts[$0.peer] == most } ?? places.count - 1
  }
}

/// Takes a place for a connection as long as it lasts.
package final class ConnectionPlace: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = NIOAny

  private let places: ConnectionPlaces

  package init(in places: ConnectionPlaces) { self.places = places }

  package func channelActive(context: ChannelHandlerContext) {
    places.enter(context.channel, of: WebPeer(of: context.channel))
    context.fireChannelActive()
  }

  package func channelInactive(context: ChannelHandlerContext) {
    places.leave(context.channel)
    context.fireChannelInactive()
  }
}
