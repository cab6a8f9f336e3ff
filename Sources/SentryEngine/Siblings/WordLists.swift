internal import SentryPacket
internal import SentryRules

/// Which of many words may stand in a payload: each stands for a place, and the places are found in order.
///
/// Every word is known by a few of its bytes, letters in either case: four where it is that long, those that fewest other words are
/// known by. At each byte of the payload a filter says whether any word is; then they are compared in full. What a word's own window
/// says is left to whoever asks.
struct WordLists: Sendable {
  private let tables: [GramTable]
  private let contents: [ContentPattern]
  /// The bytes of the payload that any window reaches.
  private let reach: Range<Int>

  /// - Parameter words: by their index in `contents`, each with its place, in the order of those; all start from the payload.
  init(_ words: [(content: Int32, place: Int32)], of contents: [ContentPattern]) {
    self.contents = contents
    var byLength: [Int: [(content: Int32, place: Int32)]] = [:]
    var reach = Int.max..<Int.max
    for word in words {
      let pattern = contents[Int(word.content)]
      byLength[GramTable.length(for: pattern.bytes.count), default: []].append(word)
      guard case .payload(let offset) = pattern.start else { continue }
      let start = max(0, offset)
      let (end, isBeyond) = start.addingReportingOverflow(pattern.windowLength)
      reach =
        min(reach.lowerBound, start)..<max(reach == Int.max..<Int.max ? 0 : reach.upperBound, isBeyond ? .max : end)
    }
    self.reach = reach
    tables = byLength.sorted { $0.key < $1.key }.map { GramTable($0.value, of: contents, length: $0.key) }
  }

  /// Adds the words found to those that are known.
  func find(in frame: RawSpan, payload: Range<UInt32>, _ finds: inout WordFinds) {
    let start = Int(payload.lowerBound)
    let end = min(Int(payload.upperBound), frame.byteCount)
    let length = max(0, end - start)
    let bytes = (start + min(reach.lowerBound, length))..<(start + min(reach.upperBound, length))
    for table in tables { table.find(in: frame, bytes, contents, &finds) }
  }
}

/// The places of words that were found in one packet's payload: all from one place on, or as many as there is room for.
struct WordFinds: BitwiseCopyable {
  /// The packet, by the number of its walk.
  var walk: UInt64 = 0
  private var start: Int32 = 0
  private var places = InlineArray<8, Int32>(repeating: 0)
  private var count = 0
  /// There are more behind the last.
  private var isCut = false

  init() {}

  init(walk: UInt64, from place: Int32) {
    self.walk = walk
    start = place
  }

  mutating func insert(_ place: Int32) {
    guard place >= start else { return }
    var index = count
    while index > 0, places[index - 1] >= place {
      if places[index - 1] == place { return }
      index -= 1
    }
    guard index < places.count else {
      isCut = true
      return
    }
    if count == places.count { isCut = true } else { count += 1 }
    var last = count - 1
    while last > index {
      places[last] = places[last - 1]
      last -= 1
    }
    places[index] = place
  }

  /// The first place from `place` on, `end` if there is none before that; `nil` if that is not known.
  func first(from place: Int32, before end: Int32) -> Int32? {
    guard place >= start else { return nil }
    for index in 0..<count where places[index] >= place { return min(places[index], end) }
    return isCut ? nil : end
  }
}

/// Words that are known by so many of their bytes.
private struct GramTable: Sendable {
  private struct Entry {
    /// The next word that is known by bytes of the same hash; -1 for none.
    let next: Int32
    let place: Int32
    let content: Int32
    /// Where in the word those bytes stand.
    let offset: Int32
  }

  private let length: Int
  /// A bit for each hash that words are known by.
  private let filter: [UInt64]
  private let heads: [Int32]
  private let headShift: UInt32
  private let entries: [Entry]

  /// By how many bytes a word is known.
  static func length(for wordLength: Int) -> Int { wordLength >= 4 ? 4 : wordLength >= 2 ? 2 : 1 }

  private static var filterBits: UInt32 { 17 }

  init(_ words: [(content: Int32, place: Int32)], of contents: [ContentPattern], length: Int) {
    self.length = length
    var headBits: UInt32 = 4
    while 1 << headBits < 2 * words.count { headBits += 1 }
    let headShift = 32 - headBits
    self.headShift = headShift
    var filter = [UInt64](repeating: 0, count: 1 << (Self.filterBits - 6))
    var heads = [Int32](repeating: -1, count: 1 << headBits)
    var popularity = [Int32](repeating: 0, count: 1 << headBits)
    var entries: [Entry] = []
    for word in words {
      let bytes = contents[Int(word.content)].bytes
      let candidates = (0...(bytes.count - length)).map { offset in
        (offset: offset, hash: Self.hash(of: bytes[offset..<(offset + length)]))
      }
      guard
        let known = candidates.min(by: { popularity[Int($0.hash >> headShift)] < popularity[Int($1.hash >> headShift)] }
        )
      else { continue }
      let head = Int(known.hash >> headShift)
      popularity[head] += 1
      entries.append(
        Entry(next: heads[head], place: word.place, content: word.content, offset: Int32(known.offset)))
      heads[head] = Int32(entries.count - 1)
      let bit = known.hash >> (32 - Self.filterBits)
      filter[Int(bit / 64)] |= 1 << UInt64(bit % 64)
    }
    (self.filter, self.heads, self.entries) = (filter, heads, entries)
  }

  func find(in frame: RawSpan, _ bytes: Range<Int>, _ contents: [ContentPattern], _ finds: inout WordFinds) {
    guard bytes.count >= length else { return }
    for position in bytes.lowerBound...(bytes.upperBound - length) {
      guard let hash = hash(at: position, of: frame) else { return }
      let bit = hash >> (32 - Self.filterBits)
      guard filter[Int(bit / 64)] & 1 << UInt64(bit % 64) != 0 else { continue }
      var entry = heads[Int(hash >> headShift)]
      while entry >= 0 {
        let word = entries[Int(entry)]
        let start = position - Int(word.offset)
        if start >= bytes.lowerBound, contents[Int(word.content)].matches(frame, at: start) { finds.insert(word.place) }
        entry = word.next
      }
    }
  }

  @inline(__always)
  private func hash(at position: Int, of frame: RawSpan) -> UInt32? {
    switch length {
    case 4: frame.wire32(at: position).map(Self.hash)
    case 2: frame.wire16(at: position).map { Self.hash(UInt32($0)) }
    default: frame.wire8(at: position).map { Self.hash(UInt32($0)) }
    }
  }

  private static func hash(of bytes: ArraySlice<UInt8>) -> UInt32 {
    hash(bytes.reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Capital letters hash like small ones (and so do some other bytes).
  @inline(__always)
  private static func hash(_ gram: UInt32) -> UInt32 { (gram | 0x2020_2020) &* 0x9E37_79B1 }
}
