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
  private var words: RigidArray<PlaceFinds>
  /// By place in `SiblingIndex.nameLists`.
  private var names: RigidArray<PlaceFinds>
  private var walk: UInt64 = 0

  init(_ index: SiblingIndex) {
    lists = RigidArray(repeating: Finding(), count: index.groups.count)
    words = RigidArray(repeating: PlaceFinds(), count: index.wordLists.count)
    names = RigidArray(repeating: PlaceFinds(), count: index.nameLists.count)
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

  /// The same of a name that the packet has.
  @inline(__always)
  func firstName(from place: Int32, before end: Int32, _ number: Int32) -> Int32? {
    names[Int(number)].walk == walk ? names[Int(number)].first(from: place, before: end) : nil
  }

  /// To be filled with what is found from `place` on.
  @inline(__always)
  func emptyFinds(from place: Int32) -> PlaceFinds { PlaceFinds(walk: walk, from: place) }

  @inline(__always)
  mutating func note(words finds: PlaceFinds, of number: Int32) { words[Int(number)] = finds }

  @inline(__always)
  mutating func note(names finds: PlaceFinds, of number: Int32) { names[Int(number)] = finds }
}
