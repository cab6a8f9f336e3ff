/// A property list in XML in a text about other things.
struct RulesInXML {
  /// `nil`: there is none, or not the whole of it.
  private(set) var range: Range<Int>?
  private(set) var gap: Gap?

  private static let tags = ["plist", "array", "dict"]

  init(_ text: TracedText) {
    // As long as the text, so that places stay.
    let shown = Self.withoutComments(text.string)
    let openings = Self.tags.compactMap { tag in shown.firstRange(of: "<\(tag)").map { (tag, $0) } }
    guard let (tag, opening) = openings.min(by: { $0.1.lowerBound < $1.1.lowerBound }) else { return }
    let before = shown[..<opening.lowerBound]
    func scalars(_ range: Range<String.Index>) -> Range<Int> {
      text.scalarRange(
        ofUTF8: shown.utf8.distance(
          from: shown.startIndex, to: range.lowerBound)..<shown.utf8.distance(
            from: shown.startIndex, to: range.upperBound))
    }
    guard let last = shown[opening.lowerBound...].ranges(of: "</\(tag)>").last else {
      gap = Gap(.neverClosed, scalars(opening), of: text)
      return
    }
    let strays = Self.tags.compactMap { shown[last.upperBound...].firstRange(of: "</\($0)>") }
    if let stray = strays.min(by: { $0.lowerBound < $1.lowerBound }) {
      gap = Gap(.closesNothing, scalars(stray), of: text)
    } else if before.contains("<key>") {
      gap = Gap(.withoutRule, scalars(opening), of: text)
    } else {
      let start = tag == "plist" ? before.firstRange(of: "<?xml")?.lowerBound : nil
      range = scalars((start ?? opening.lowerBound)..<last.upperBound)
    }
  }

  /// With blanks in the place of comments.
  private static func withoutComments(_ text: String) -> String {
    var shown: [UInt8] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "<!--") {
      let end = rest[start.upperBound...].firstRange(of: "-->")?.upperBound ?? rest.endIndex
      shown += rest[..<start.lowerBound].utf8
      shown += Array(repeating: 0x20, count: rest[start.lowerBound..<end].utf8.count)
      rest = rest[end...]
    }
    return String(decoding: shown + rest.utf8, as: UTF8.self)
  }
}
