internal import SentryPacket
internal import SentryRules

/// Which of many words may stand in a payload: each stands for a place, and the places are found in order.
///
/// Every word is known by a few of its bytes, letters in either case: a gram of four where it is that long. Where all words are
/// longer, each is known by several grams that begin one after the other, and only every so many bytes of the payload are looked at:
/// one of the grams begins there, wherever the word stands. A set says whether any word is known by what is there; then they are
/// compared in full, and with the case and the window that each wants. What ends a window early is left to whoever asks.
///
/// Never changes. A class, so that asking it copies none of its parts.
final class WordLists: Sendable {
  /// By the length of the grams, each by itself: to go through an array of them would count references for every packet.
  private let fours: GramTable?
  private let twos: GramTable?
  private let ones: GramTable?
  /// The bytes of the payload that any window reaches.
  private let reach: Range<Int>

  /// - Parameter words: in the order of their places.
  init(_ words: [Word]) {
    var byLength: [Int: [Word]] = [:]
    for word in words { byLength[GramTable.length(for: word.bytes.count), default: []].append(word) }
    reach = (words.map(\.window.lowerBound).min() ?? 0)..<(words.map(\.window.upperBound).max() ?? 0)
    func table(_ length: Int) -> GramTable? { byLength[length].map { GramTable($0, length: length) } }
    (fours, twos, ones) = (table(4), table(2), table(1))
  }

  /// Adds the words found to those that are known.
  func find(in frame: RawSpan, payload: Range<UInt32>, _ finds: inout PlaceFinds) {
    let start = Int(payload.lowerBound)
    let end = min(Int(payload.upperBound), frame.byteCount)
    let length = max(0, end - start)
    let bytes = (start + min(reach.lowerBound, length))..<(start + min(reach.upperBound, length))
    fours?.find(in: frame, bytes, payload: start, &finds)
    twos?.find(in: frame, bytes, payload: start, &finds)
    ones?.find(in: frame, bytes, payload: start, &finds)
  }
}

/// A text that is looked for in payloads, and the place it stands for.
struct Word {
  /// One and more.
  let bytes: [UInt8]
  let ignoresCase: Bool
  /// Where the text must lie, in bytes from the first payload byte.
  let window: Range<Int>
  let place: Int32
}

extension Word {
  /// What `Data content` looks for; `nil` where the packet's previous search says where.
  init?(_ pattern: ContentPattern, place: Int32) {
    guard case .payload(let offset) = pattern.start else { return nil }
    let start = max(0, offset)
    let (end, isBeyond) = start.addingReportingOverflow(pattern.windowLength)
    self.init(
      bytes: pattern.bytes, ignoresCase: pattern.ignoresCase, window: start..<max(start, isBeyond ? .max : end),
      place: place)
  }
}
