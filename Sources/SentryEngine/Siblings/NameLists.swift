internal import Algorithms
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Which of many patterns answer a host name: each stands for a place, and the places are found in order.
///
/// A hash table of the patterns. A name is looked up whole, and what is behind each of its dots, for the patterns that mean all
/// names below that; so it takes time with the name's length, however many patterns there are.
///
/// Never changes. A class, so that asking it copies none of its parts.
final class NameLists: Sendable {
  /// A pattern and the places it stands for.
  private struct Entry {
    let hash: UInt64
    let matchesBelow: Bool
    /// In `bytes`.
    let name: Range<Int32>
    /// In `places`, where they ascend.
    let places: Range<Int32>
  }

  private let entries: [Entry]
  private let bytes: [UInt8]
  private let places: [Int32]
  /// All of them, ascending.
  private let allPlaces: [Int32]
  /// By the upper bits of a hash, and from there on up to the first that is free: indices into `entries`; -1 where it is free.
  private let slots: [Int32]
  private let shift: UInt64
  /// Whoever sends names cannot know which of them meet in one slot.
  private let key: UInt64

  /// - Parameter names: by their index in `patterns`, each with its place, in the order of those; one at least.
  init(_ names: [(name: Int32, place: Int32)], of patterns: [NamePattern], key: UInt64 = .random(in: .min ... .max)) {
    self.key = key
    allPlaces = names.map(\.place)
    var places: [NamePattern: [Int32]] = [:]
    for (name, place) in names { places[patterns[Int(name)], default: []].append(place) }
    var (entries, bytes, all): ([Entry], [UInt8], [Int32]) = ([], [], [])
    for (pattern, places) in places.sorted(by: { $0.value[0] < $1.value[0] }) {
      let hash = pattern.name.reversed().reduce(key) { Self.hash($0, $1) }
      let (firstByte, firstPlace) = (Int32(bytes.count), Int32(all.count))
      bytes += pattern.name
      all += places
      entries.append(
        Entry(
          hash: hash, matchesBelow: pattern.matchesBelow, name: firstByte..<Int32(bytes.count),
          places: firstPlace..<Int32(all.count)))
    }
    let bits = UInt64(Int.bitWidth - entries.count.leadingZeroBitCount) + 1
    shift = 64 - bits
    var slots = [Int32](repeating: -1, count: 1 << bits)
    for (index, entry) in entries.enumerated() {
      var slot = Self.slot(of: entry.hash, shift)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
    (self.entries, self.bytes, self.places, self.slots) = (entries, bytes, all, slots)
  }

  /// Some pattern stands for a place in a range.
  func hasPlace(in range: Range<Int32>) -> Bool {
    let index = allPlaces.partitioningIndex { $0 >= range.lowerBound }
    return index < allPlaces.count && allPlaces[index] < range.upperBound
  }

  /// Adds the places of all patterns that answer a name to those that are known.
  func find(_ host: borrowing HostName, _ finds: inout PlaceFinds) {
    var hash = key
    var index = host.count - 1
    while index >= 0 {
      let byte = host[index]
      if byte == UInt8(ascii: "."), index > 0 { find(host, from: index + 1, hash, below: true, &finds) }
      hash = Self.hash(hash, byte)
      index -= 1
    }
    find(host, from: 0, hash, below: false, &finds)
  }

  private func find(
    _ host: borrowing HostName, from start: Int, _ hash: UInt64, below: Bool, _ finds: inout PlaceFinds
  ) {
    var slot = Self.slot(of: hash, shift)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash, entry.matchesBelow == below, isEqual(host, from: start, entry.name) {
        finds.insert(places[Int(entry.places.lowerBound)..<Int(entry.places.upperBound)])
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  private func isEqual(_ host: borrowing HostName, from start: Int, _ name: Range<Int32>) -> Bool {
    guard host.count - start == name.count else { return false }
    for index in 0..<name.count where host[start + index] != bytes[Int(name.lowerBound) + index] { return false }
    return true
  }

  /// Of a name from its end on.
  @inline(__always)
  private static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    fold(hash ^ UInt64(byte), spread)
  }

  /// The upper bits are the better ones.
  @inline(__always)
  private static func slot(of hash: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash &* spread) >> shift)
  }

  private static var spread: UInt64 { 0x9E37_79B9_7F4A_7C15 }
}
