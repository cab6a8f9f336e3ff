internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryState
internal import Synchronization

/// Looks at all places of an address table for what has changed since the pass before, in steps between which packets are
/// judged.
struct TablePass {
  /// Places looked at in one step: some ten microseconds, and a few times that where all have changed.
  private static let placesPerStep = 2_048

  private let window = Window(capacity: TablePass.placesPerStep)

  /// - Parameter saved: the layout of what was saved before; `nil` for nothing.
  /// - Returns: the changes, and the layout they are of.
  func changes(
    of kind: AddressTableKind, since saved: UInt32?, packets: PacketThread
  ) async throws(PacketThreadStopped) -> (copy: TableCopy, layout: UInt32) {
    var saved = saved
    var copy = TableCopy(kind: kind, isEverything: false, entries: [])
    var layout: UInt32?
    var place = 0
    while true {
      let places = place..<place + Self.placesPerStep
      let step = try await packets.perform { [window, saved] worker in
        window.copy(kind, places, isEverything: saved != worker.engine.tables.layout(of: kind), from: &worker.engine)
      }
      if let layout, layout != step.layout {
        // All entries have got other places in between.
        (saved, place) = (nil, 0)
        copy.entries = []
        window.clear()
      } else {
        window.move(to: &copy.entries)
        copy.isEverything = saved != step.layout
        place = places.upperBound
        if place >= step.usedPlaces { return (copy, step.layout) }
      }
      layout = step.layout
    }
  }
}

/// Room for what one step finds, taken once, so that the packet thread need not.
private final class Window: Sendable {
  struct Step: Sendable {
    var layout: UInt32
    var usedPlaces: Int
  }

  private let found = Mutex<[PlacedEntry]>([])

  init(capacity: Int) { found.withLock { $0.reserveCapacity(capacity) } }

  /// On the packet thread.
  func copy(
    _ kind: AddressTableKind, _ places: Range<Int>, isEverything: Bool, from engine: inout Engine
  ) -> Step {
    found.withLock { engine.copyChanges(of: kind, at: places, isEverything: isEverything, into: &$0) }
    return Step(layout: engine.tables.layout(of: kind), usedPlaces: engine.tables.usedPlaces(of: kind))
  }

  func move(to entries: inout [PlacedEntry]) {
    found.withLock {
      entries.append(contentsOf: $0)
      $0.removeAll(keepingCapacity: true)
    }
  }

  func clear() { found.withLock { $0.removeAll(keepingCapacity: true) } }
}
