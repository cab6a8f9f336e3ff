internal import SentryPacket
internal import SentryRules

/// Which of many words may stand in a payload: each stands for a place, and the places are found in order.
///
/// Every word is known by a few of its bytes, letters in either case: a gram of four where it is that long. Where all words are
/// longer, each is known by several grams that begin one after the other, and only every so many bytes of the payload are looked at:
/// one of the grams begins there, wherever the word stands. A filter says whether any word is known by what is there; then they are
/// compared in full. What a word's own window says is left to whoever asks.
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

/// Words that are known by grams of one length.
private struct GramTable: Sendable {
  private struct Entry {
    /// The next word that is known by a gram of the same hash; -1 for none.
    let next: Int32
    let place: Int32
    let content: Int32
    /// Where in the word the gram begins.
    let offset: Int32
  }

  private let length: Int
  /// Every so many bytes are looked at; as many grams each word is known by.
  private let stride: Int
  /// A bit for each hash that words are known by.
  private let filter: [UInt64]
  private let filterShift: UInt32
  private let heads: [Int32]
  private let headShift: UInt32
  private let entries: [Entry]

  /// The length of the grams that a word is known by.
  static func length(for wordLength: Int) -> Int { wordLength >= 4 ? 4 : wordLength >= 2 ? 2 : 1 }

  /// Looking at fewer bytes takes less time, but then a word is known by more of its grams, common ones among them.
  private static var longestStride: Int { 4 }

  init(_ words: [(content: Int32, place: Int32)], of contents: [ContentPattern], length: Int) {
    let shortest = words.map { contents[Int($0.content)].bytes.count }.min() ?? length
    let stride = max(1, min(shortest - length + 1, Self.longestStride))
    var grams = GramCollection(count: words.count * stride)
    for word in words { grams.note(Self.hashes(of: contents[Int(word.content)].bytes, length)) }
    for word in words {
      let bytes = contents[Int(word.content)].bytes
      let hashes = Self.hashes(of: bytes, length)
      let first = grams.rarest(hashes, of: bytes, stride)
      for offset in first..<(first + stride) {
        let head = grams.head(of: hashes[offset])
        grams.entries.append(
          Entry(next: grams.heads[head], place: word.place, content: word.content, offset: Int32(offset)))
        grams.add(hashes[offset])
      }
    }
    (self.length, self.stride) = (length, stride)
    (filter, filterShift) = (grams.filter, grams.filterShift)
    (heads, headShift, entries) = (grams.heads, grams.headShift, grams.entries)
  }

  /// A table that is being filled.
  private struct GramCollection {
    var filter: [UInt64]
    let filterShift: UInt32
    var heads: [Int32]
    let headShift: UInt32
    var entries: [Entry] = []
    private var popularity: [Int32]

    init(count: Int) {
      let bits = UInt32(Int.bitWidth - max(1, count).leadingZeroBitCount)
      headShift = 32 - min(bits + 1, 24)
      // Sixteen bits for a gram and more, but no less than a cache line has.
      filterShift = 32 - min(max(bits + 4, 9), 21)
      filter = Array(repeating: 0, count: 1 << (32 - Int(filterShift) - 6))
      heads = Array(repeating: -1, count: 1 << (32 - Int(headShift)))
      popularity = Array(repeating: 0, count: heads.count)
    }

    func head(of hash: UInt32) -> Int { Int(hash >> headShift) }

    /// Counts all grams of a word.
    mutating func note(_ hashes: [UInt32]) {
      for hash in hashes { popularity[head(of: hash)] += 1 }
    }

    /// Where in a word to begin with so many grams that they are rare in other words, and in texts: those are made of letters.
    func rarest(_ hashes: [UInt32], of bytes: [UInt8], _ stride: Int) -> Int {
      let length = bytes.count - hashes.count + 1
      let costs = hashes.indices.map { offset in
        let isText = bytes[offset..<(offset + length)].allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
        return Int(popularity[head(of: hashes[offset])]) * (isText ? 16 : 1)
      }
      let starts = 0...(hashes.count - stride)
      return starts.min { costs[$0..<($0 + stride)].reduce(0, +) < costs[$1..<($1 + stride)].reduce(0, +) } ?? 0
    }

    /// Notes the gram of the latest entry.
    mutating func add(_ hash: UInt32) {
      heads[head(of: hash)] = Int32(entries.count - 1)
      let bit = hash >> filterShift
      filter[Int(bit / 64)] |= 1 << UInt64(bit % 64)
    }
  }

  func find(in frame: RawSpan, _ bytes: Range<Int>, _ contents: [ContentPattern], _ finds: inout WordFinds) {
    switch length {
    case 4: find(in: frame, bytes, contents, &finds) { frame.wire32(at: $0) }
    case 2: find(in: frame, bytes, contents, &finds) { frame.wire16(at: $0).map(UInt32.init) }
    default: find(in: frame, bytes, contents, &finds) { frame.wire8(at: $0).map(UInt32.init) }
    }
  }

  @inline(__always)
  private func find(
    in frame: RawSpan, _ bytes: Range<Int>, _ contents: [ContentPattern], _ finds: inout WordFinds,
    gram: (Int) -> UInt32?
  ) {
    let (last, stride, shift) = (bytes.upperBound - length, stride, filterShift)
    var position = bytes.lowerBound
    while position <= last, let gram = gram(position) {
      let hash = Self.hash(gram)
      let bit = hash &>> shift
      if filter[Int(bit / 64)] &>> UInt64(bit % 64) & 1 != 0 {
        compare(at: position, hash, frame, bytes, contents, &finds)
      }
      position &+= stride
    }
  }

  @inline(never)
  private func compare(
    at position: Int, _ hash: UInt32, _ frame: RawSpan, _ bytes: Range<Int>, _ contents: [ContentPattern],
    _ finds: inout WordFinds
  ) {
    var entry = heads[Int(hash >> headShift)]
    while entry >= 0 {
      let word = entries[Int(entry)]
      let start = position - Int(word.offset)
      if start >= bytes.lowerBound, contents[Int(word.content)].matches(frame, at: start) { finds.insert(word.place) }
      entry = word.next
    }
  }

  private static func hashes(of bytes: [UInt8], _ length: Int) -> [UInt32] {
    (0...(bytes.count - length)).map { hash(of: bytes[$0..<($0 + length)]) }
  }

  private static func hash(of bytes: ArraySlice<UInt8>) -> UInt32 {
    hash(bytes.reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Capital letters hash like small ones (and so do some other bytes).
  @inline(__always)
  private static func hash(_ gram: UInt32) -> UInt32 { (gram | 0x2020_2020) &* 0x9E37_79B1 }
}
