public import SentryPacket

/// How many packets `Delay` holds, and since when. They leave in the order they came, each after the same time.
///
/// `now` is never before that of an earlier call.
public struct DelayQueue: ~Copyable {
  /// Packets that may be held at once, 0...65 536. Fewer than are held already only keeps further ones out.
  public private(set) var capacity: Int
  /// How long each packet is held, 0 or more.
  public private(set) var nanoseconds: Int64
  /// Packets that are held.
  public private(set) var count = 0

  /// A ring of the arrival times of what is held.
  private var arrivals: [Timestamp]
  /// The place of the oldest in the ring.
  private var front = 0

  /// - Parameters:
  ///   - capacity: packets that may be held at once: the nearest of 0...65 536.
  ///   - nanoseconds: how long each is held; below 0 counts as 0.
  public init(capacity: Int, nanoseconds: Int64) {
    self.capacity = max(0, min(65_536, capacity))
    self.nanoseconds = max(0, nanoseconds)
    arrivals = Array(repeating: Timestamp(nanoseconds: 0), count: self.capacity)
  }

  /// Takes a packet in that arrives now; false if there is no room. Does not release any by itself.
  public mutating func hold(_ now: Timestamp) -> Bool {
    guard count < capacity else { return false }
    arrivals[place(count)] = now
    count += 1
    return true
  }

  /// Lets go of the packets that were held long enough by `now`.
  ///
  /// - Returns: how many; they are the oldest.
  @discardableResult
  public mutating func release(upTo now: Timestamp) -> Int {
    let before = count
    while count > 0, now.nanoseconds &- arrivals[front].nanoseconds >= nanoseconds {
      front = place(1)
      count -= 1
    }
    return before - count
  }

  /// Packets that will be held at `now` once `release` was called. Changes nothing.
  public func held(at now: Timestamp) -> Int {
    let released = (0..<count).first { now.nanoseconds &- arrivals[place($0)].nanoseconds < nanoseconds }
    return count - (released ?? count)
  }

  /// Lets go of everything at once.
  ///
  /// - Returns: how many there were.
  @discardableResult
  public mutating func releaseAll() -> Int {
    defer { count = 0 }
    return count
  }

  /// Changes both limits; the time counts for those held, too.
  mutating func set(capacity: Int, nanoseconds: Int64) {
    var changed = DelayQueue(capacity: capacity, nanoseconds: nanoseconds)
    let held = (0..<count).map { arrivals[place($0)] }
    changed.arrivals = held + Array(repeating: Timestamp(nanoseconds: 0), count: max(0, changed.capacity - count))
    changed.count = count
    self = changed
  }

  /// The place in the ring `distance` behind the oldest; 0...`arrivals.count`, which is not 0.
  private func place(_ distance: Int) -> Int {
    let place = front + distance
    return place < arrivals.count ? place : place - arrivals.count
  }
}
