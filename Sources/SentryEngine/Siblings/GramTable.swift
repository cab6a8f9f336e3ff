internal import SentryPacket
internal import SentryRules

/// Words that are known by grams of one length. Never changes; a class for the same reason as `WordLists`.
final class GramTable: Sendable {
  /// A word that is known by some gram.
  private struct Entry {
    let ends: WordEnds
    /// In `words`.
    let word: Int32
    /// Where in the word the gram begins.
    let offset: Int32
  }

  /// What is left to be asked of it.
  private struct WordText {
    /// In `texts`.
    let bytes: Range<Int>
    let window: Range<Int>
    let place: Int32
    let ignoresCase: Bool
  }

  /// One of the grams begins at every so many bytes of a word, and only so many bytes of a payload are looked at.
  private let grams: GramSet
  /// By the upper bits of a gram's hash, entries before those of its words; then all there are.
  private let starts: [UInt32]
  private let hashShift: UInt32
  private let entries: [Entry]
  private let words: [WordText]
  /// Of words in either case, letters are small ones.
  private let texts: [UInt8]

  /// The length of the grams that a word is known by.
  static func length(for wordLength: Int) -> Int { wordLength >= 4 ? 4 : wordLength >= 2 ? 2 : 1 }

  /// Looking at fewer bytes takes less time, but then a word is known by more of its grams, common ones among them.
  private static var longestStride: Int { 4 }

  init(_ words: [Word], length: Int) {
    let shortest = words.map(\.bytes.count).min() ?? length
    let stride = max(1, min(shortest - length + 1, Self.longestStride))
    var grams = GramSet(length: length, stride: stride, count: words.count * stride)
    var lists = GramLists(count: words.count * stride)
    for word in words { lists.note(Self.hashes(of: word.bytes, length)) }
    var (kept, texts): ([WordText], [UInt8]) = ([], [])
    for word in words {
      let hashes = Self.hashes(of: word.bytes, length)
      let first = lists.rarest(hashes, of: word.bytes, stride)
      for offset in first..<(first + stride) {
        lists.add(Entry(ends: WordEnds(word.bytes), word: Int32(kept.count), offset: Int32(offset)), hashes[offset])
        grams.insert(word.bytes[offset..<(offset + length)])
      }
      kept.append(
        WordText(
          bytes: texts.count..<(texts.count + word.bytes.count), window: word.window, place: word.place,
          ignoresCase: word.ignoresCase))
      texts += word.ignoresCase ? word.bytes.map(\.foldedASCII) : word.bytes
    }
    self.grams = grams
    hashShift = lists.hashShift
    (starts, entries) = lists.joined()
    (self.words, self.texts) = (kept, texts)
  }

  private static func hashes(of bytes: [UInt8], _ length: Int) -> [UInt32] {
    (0...(bytes.count - length)).map { GramSet.hash(of: bytes[$0..<($0 + length)]) }
  }

  /// The words by the hashes of their grams, while they are collected.
  private struct GramLists {
    let hashShift: UInt32
    private var entries: [(list: Int, entry: Entry)] = []
    private var popularity: [Int32]

    init(count: Int) {
      let bits = UInt32(Int.bitWidth - max(1, count).leadingZeroBitCount)
      hashShift = 32 - min(bits + 1, 24)
      popularity = Array(repeating: 0, count: 1 << (32 - Int(hashShift)))
    }

    private func list(of hash: UInt32) -> Int { Int(hash >> hashShift) }

    /// Counts all grams of a word.
    mutating func note(_ hashes: [UInt32]) {
      for hash in hashes { popularity[list(of: hash)] += 1 }
    }

    /// Where in a word to begin with so many grams that they are rare in other words, and in texts: those are made of letters.
    func rarest(_ hashes: [UInt32], of bytes: [UInt8], _ stride: Int) -> Int {
      let length = bytes.count - hashes.count + 1
      let costs = hashes.indices.map { offset in
        let isText = bytes[offset..<(offset + length)].allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
        return Int(popularity[list(of: hashes[offset])]) * (isText ? 16 : 1)
      }
      let starts = 0...(hashes.count - stride)
      return starts.min { costs[$0..<($0 + stride)].reduce(0, +) < costs[$1..<($1 + stride)].reduce(0, +) } ?? 0
    }

    mutating func add(_ entry: Entry, _ hash: UInt32) { entries.append((list(of: hash), entry)) }

    /// All lists one behind the other, so that a long one is read as it lies, and how many entries are before each.
    func joined() -> (starts: [UInt32], entries: [Entry]) {
      var starts = Array(repeating: UInt32(0), count: popularity.count + 1)
      for (list, _) in entries { starts[list + 1] += 1 }
      for list in popularity.indices { starts[list + 1] += starts[list] }
      return (starts, entries.sorted { $0.list < $1.list }.map(\.entry))
    }
  }

  /// Adds the words that stand in some bytes of a frame, and in their windows, to those that are known.
  ///
  /// - Parameter payload: where in the frame windows are counted from.
  func find(in frame: RawSpan, _ bytes: Range<Int>, payload: Int, _ finds: inout PlaceFinds) {
    let stride = grams.stride
    var position = bytes.lowerBound
    // Grams that begin at `position` or a multiple of `stride` behind it.
    var left = bytes.count < grams.length ? 0 : (bytes.count - grams.length) / stride + 1
    while left > 0 {
      let count = min(left, GramSet.mostAnswers)
      var answers = grams.answers(in: frame, from: position, count: count)
      while answers != 0 {
        compare(at: position &+ answers.trailingZeroBitCount &* stride, frame, bytes, payload, &finds)
        answers &= answers &- 1
      }
      position += count * stride
      left -= count
    }
  }

  /// Looks whether a word that has the gram at `position` stands there.
  @inline(never)
  private func compare(
    at position: Int, _ frame: RawSpan, _ bytes: Range<Int>, _ payload: Int, _ finds: inout PlaceFinds
  ) {
    let list = Int(grams.hash(in: frame, at: position) >> hashShift)
    for index in Int(starts[list])..<Int(starts[list + 1]) {
      let entry = entries[index]
      let start = position &- Int(entry.offset)
      guard start >= bytes.lowerBound, entry.ends.mayStand(at: start, of: frame) else { continue }
      let word = words[Int(entry.word)]
      if stands(word, at: start, frame, bytes.upperBound, payload) { finds.insert(word.place) }
    }
  }

  private func stands(_ word: WordText, at start: Int, _ frame: RawSpan, _ end: Int, _ payload: Int) -> Bool {
    let offset = start - payload
    guard word.window.lowerBound <= offset, offset + word.bytes.count <= word.window.upperBound,
      start + word.bytes.count <= end
    else { return false }
    let texts = texts
    // Safe: bytes are all set.
    return unsafe frame.has(texts.span.bytes.extracting(word.bytes), at: start, ignoringCase: word.ignoresCase)
  }
}
