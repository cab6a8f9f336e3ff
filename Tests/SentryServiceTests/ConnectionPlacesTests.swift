import NIOEmbedded
import SentryPacket
import Testing

@testable import SentryService

@Suite struct ConnectionPlacesTests {
  private static let hostile = WebPeer.user(65_534)
  private static let root = WebPeer.user(0)

  private func open(_ peer: WebPeer, in places: ConnectionPlaces) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 9)).wait()
    places.enter(channel, of: peer)
    return channel
  }

  @Test func whoHasMostLosesTheOldest() throws {
    let places = ConnectionPlaces(atMost: 4)
    let mine = try open(Self.root, in: places)
    let theirs = try (0..<3).map { _ in try open(Self.hostile, in: places) }
    let second = try open(Self.root, in: places)
    #expect(theirs.map(\.isActive) == [false, true, true])
    #expect(mine.isActive && second.isActive)
    #expect(places.count == 4)
  }

  /// However many share in it: each from a network of his own.
  @Test func whoIsLoggedInKeepsHisPlaces() throws {
    let places = ConnectionPlaces(atMost: 4)
    let mine = try (0..<2).map { _ in try open(Self.root, in: places) }
    for channel in mine { places.keep(channel) }
    let theirs = try (0..<20).map { try open(.network(IPAddress(v4: 0xC000_0200 + $0)), in: places) }
    #expect(mine.map(\.isActive) == [true, true])
    #expect(theirs.map(\.isActive) == Array(repeating: false, count: 18) + [true, true])
  }

  @Test func newOneIsRefusedWhereAllAreLoggedIn() throws {
    let places = ConnectionPlaces(atMost: 2)
    let mine = try (0..<2).map { _ in try open(Self.root, in: places) }
    for channel in mine { places.keep(channel) }
    let refused = try open(Self.root, in: places)
    #expect(!refused.isActive)
    #expect(mine.map(\.isActive) == [true, true])
    places.leave(mine[0])
    let next = try open(Self.hostile, in: places)
    #expect(next.isActive)
  }
}
