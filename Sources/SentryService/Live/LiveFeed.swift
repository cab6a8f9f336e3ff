internal import NIOCore
internal import Synchronization

/// Tells all who listen once a second what the packet thread has counted: one look at it for all of them, none while nobody
/// listens.
///
/// Who does not take what he is sent is dropped: nothing is kept for him.
actor LiveFeed {
  /// Each is a page that somebody has open.
  static let listenersAtMost = 32
  /// Events that one may be behind.
  private static let backlog = 3
  private let interval: Duration

  private struct Listener {
    var wantsRules: Bool
    var events: AsyncStream<ByteBuffer>.Continuation
    /// Ends the connection of somebody who does not read.
    var hangUp: @Sendable () -> Void
  }

  private var listeners: [Int: Listener] = [:]
  private var nextNumber = 0
  private var latest: LiveMoment?
  private var producer: Task<Void, Never>?

  var listenerCount: Int { listeners.count }

  init(interval: Duration = .seconds(1)) { self.interval = interval }

  /// The first event has everything, those that follow what has changed since.
  ///
  /// - Parameter hangUp: called if the listener falls behind.
  /// - Returns: the events; `nil` if there are too many listeners.
  func follow(
    _ daemon: SentryDaemon, withRules wantsRules: Bool, hangUp: @escaping @Sendable () -> Void
  ) -> AsyncStream<ByteBuffer>? {
    guard listeners.count < Self.listenersAtMost else { return nil }
    let (stream, continuation) = AsyncStream.makeStream(
      of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(Self.backlog))
    let number = nextNumber
    nextNumber += 1
    listeners[number] = Listener(wantsRules: wantsRules, events: continuation, hangUp: hangUp)
    continuation.onTermination = { [weak self] _ in
      Task { await self?.leave(number) }
    }
    if let latest, !wantsRules || latest.counts.counters != nil {
      continuation.yield(latest.event(withRules: wantsRules))
    }
    if producer == nil { producer = Task { await self.produce(daemon) } }
    return stream
  }

  /// Without listeners, the producer ends before its next look.
  private func leave(_ number: Int) { listeners[number] = nil }

  private func produce(_ daemon: SentryDaemon) async {
    var next = ContinuousClock.now
    while !listeners.isEmpty,
      let counts = try? await daemon.liveCounts(withRules: listeners.values.contains(where: \.wantsRules))
    {
      let moment = LiveMoment(counts, after: latest)
      tell(moment, since: latest)
      latest = moment
      next = max(next.advanced(by: interval), ContinuousClock.now)
      try? await Task.sleep(until: next, clock: .continuous)
    }
    for listener in listeners.values { listener.events.finish() }
    listeners = [:]
    latest = nil
    producer = nil
  }

  /// Each of the two forms is made once, however many want it.
  private func tell(_ moment: LiveMoment, since before: LiveMoment?) {
    var events: [Bool: ByteBuffer] = [:]
    for (number, listener) in listeners {
      let event = events[listener.wantsRules] ?? moment.event(since: before, withRules: listener.wantsRules)
      events[listener.wantsRules] = event
      if case .dropped = listener.events.yield(event) {
        listeners[number] = nil
        listener.events.finish()
        listener.hangUp()
      }
    }
  }
}
