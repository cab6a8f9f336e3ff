internal import SentryPacket
internal import SentryRules

/// Which of many words may stand in a payload: each stands for a place, and the places are found in order.
///
/// Every word is known by a few of its bytes, letters in either case: a gram of four where it is that long. Where all words are
/// longer, each is known by several grams that begin one after the other, and only every so many bytes of the payload are looked at:
/// one of the grams begins there, wherever the word stands. A set says whether any word is known by what is there; then they are
/// compared in full, whatever the case of their letters. What a word's own window says, and of case, is left to whoever asks.
///
/// Never changes. A class, so that asking it copies none of its parts.
final class WordLists: Sendable {
  /// By the length of the grams, each by itself: to go through an array of them would count references for every packet.
  private let fours: GramTable?
  private let twos: GramTable?
  private let ones: GramTable?
  /// The bytes of the payload that any window reaches.
  private let reach: Range<Int>

  /// - Parameter words: by their index in `contents`, each with its place, in the order of those; all start from the payload.
  init(_ words: [(content: Int32, place: Int32)], of contents: [ContentPattern]) {
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
    func table(_ length: Int) -> GramTable? { byLength[length].map { GramTable($0, of: contents, length: length) } }
    (fours, twos, ones) = (table(4), table(2), table(1))
  }

  /// Adds the words found to those that are known.
  func find(in frame: RawSpan, payload: Range<UInt32>, _ finds: inout WordFinds) {
    let start = Int(payload.lowerBound)
    let end = min(Int(payload.upperBound), frame.byteCount)
    let length = max(0, end - start)
    let bytes = (start + min(reach.lowerBound, length))..<(start + min(reach.upperBound, length))
    fours?.find(in: frame, bytes, &finds)
    twos?.find(in: frame, bytes, &finds)
    ones?.find(in: frame, bytes, &finds)
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
