public import SentryPacket

/// Who was blocked, how often, and why: longer each time.
public struct Offenders: Sendable {
  public struct Terms: Sendable, Equatable {
    /// The first time, in seconds.
    public var blockSeconds: UInt32
    /// Each further time so many times as long.
    public var growth: Int
    /// But no longer than this.
    public var longestSeconds: UInt32

    public init(blockSeconds: UInt32, growth: Int, longestSeconds: UInt32) {
      self.blockSeconds = blockSeconds
      self.growth = growth
      self.longestSeconds = longestSeconds
    }

    /// For the `number`th block of an address, from 1.
    public func seconds(of number: Int) -> UInt32 {
      var seconds = UInt64(blockSeconds)
      for _ in 1..<max(2, min(number, 64)) where number > 1 {
        seconds = min(UInt64(longestSeconds), seconds * UInt64(max(1, growth)))
      }
      return UInt32(min(UInt64(longestSeconds), seconds))
    }
  }

  /// One of them.
  public struct Offence: Sendable, Codable, Equatable {
    /// Blocks until now, this one included.
    public var count: Int
    /// Seconds since 1970 of the last one.
    public var time: Double
    public var seconds: UInt32
    /// In a few words.
    public var reason: String
    public var lines: [LoginLine]
  }

  /// Addresses that are remembered.
  public static let capacity = 1_024

  private var offences: RecentTable<String, Offence>

  public init(capacity: Int = Offenders.capacity) { offences = RecentTable(capacity: capacity) }

  public var count: Int { offences.count }

  /// Notes another block of a range, and says for how long it is.
  ///
  /// - Parameter now: seconds since 1970.
  public mutating func note(
    _ range: AddressRange, by terms: Terms, reason: String, lines: [LoginLine], at now: Double
  ) -> Offence {
    offences.use(
      range.description, orBegin: Offence(count: 0, time: 0, seconds: 0, reason: "", lines: [])
    ) { offence in
      // After as long a time without one as the longest block, it is as if there had been none.
      if now - offence.time > Double(offence.seconds) + Double(terms.longestSeconds) { offence.count = 0 }
      let count = min(offence.count, 1_000) + 1
      offence = Offence(
        count: count, time: now, seconds: terms.seconds(of: count), reason: reason, lines: lines)
      return offence
    }.result
  }

  /// The block of a range that is not over yet; `nil` if there is none, or if it lies ahead: the clock was set back since.
  public func running(_ range: AddressRange, at now: Double) -> Offence? {
    offence(of: range).flatMap { $0.time <= now && now < $0.time + Double($0.seconds) ? $0 : nil }
  }

  /// The next block of a range, were there one now.
  public func next(of range: AddressRange, by terms: Terms, at now: Double) -> UInt32 {
    var copy = self
    return copy.note(range, by: terms, reason: "", lines: [], at: now).seconds
  }

  /// Why a range was blocked last; `nil` if that is not known.
  public func offence(of range: AddressRange) -> Offence? { offences[range.description] }

  /// Forgets all ranges that lie in one.
  public mutating func forget(_ range: AddressRange) {
    for (key, _) in offences.entries {
      guard let known = try? AddressRange(key), range.contains(known.first), range.contains(known.last) else {
        continue
      }
      offences.remove(key)
    }
  }

  // MARK: Keeping

  /// By address, as they are kept; the latest last.
  public var kept: [Kept] { offences.entries.reversed().map { Kept(address: $0.key, offence: $0.value) } }

  public struct Kept: Sendable, Codable, Equatable {
    public var address: String
    public var offence: Offence
  }

  public mutating func restore(_ kept: [Kept]) {
    for entry in kept { offences.use(entry.address, orBegin: entry.offence) { $0 = entry.offence } }
  }
}
