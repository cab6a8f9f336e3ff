internal import BasicContainers
internal import SentryPacket
internal import SentryRules

/// What was found of the packet that is being walked, so that the walk may come back to a family after each match in it.
struct SiblingMemory: ~Copyable {
  private struct Finding: BitwiseCopyable {
    /// The packet, by the number of its walk.
    var walk: UInt64 = 0
    var list: Int32 = 0
  }

  /// By group.
  private var lists: RigidArray<Finding>
  /// By place in `SiblingIndex.wordLists`.
  private var words: RigidArray<WordFinds>
  private var walk: UInt64 = 0

  init(_ index: SiblingIndex) {
    lists = RigidArray(repeating: Finding(), count: index.groups.count)
    words = RigidArray(repeating: WordFinds(), count: index.wordLists.count)
  }

  @inline(__always)
  mutating func startWalk() { walk &+= 1 }

  /// The list of a group that concerns this packet; `nil` if it is not known yet.
  @inline(__always)
  func list(_ group: Int32) -> Int32? {
    lists[Int(group)].walk == walk ? lists[Int(group)].list : nil
  }

  @inline(__always)
  mutating func note(_ list: Int32, of group: Int32) { lists[Int(group)] = Finding(walk: walk, list: list) }

  /// The first place from `place` on of a word that is in the payload, `end` if there is none before that; `nil` if that is not known.
  @inline(__always)
  func firstWord(from place: Int32, before end: Int32, _ number: Int32) -> Int32? {
    words[Int(number)].walk == walk ? words[Int(number)].first(from: place, before: end) : nil
  }

  /// To be filled with what is found from `place` on.
  @inline(__always)
  func emptyFinds(from place: Int32) -> WordFinds { WordFinds(walk: walk, from: place) }

  @inline(__always)
  mutating func note(_ finds: WordFinds, of number: Int32) { words[Int(number)] = finds }
}
