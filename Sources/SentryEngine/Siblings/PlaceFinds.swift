internal import Algorithms

/// The places of words, or of names, that were found in one packet: all from one place on, or as many as there is room for.
struct PlaceFinds: BitwiseCopyable {
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

  /// The same of places that ascend.
  mutating func insert(_ ascending: ArraySlice<Int32>) {
    // One more than there is room for says that there are more.
    for place in ascending[ascending.partitioningIndex { $0 >= start }...].prefix(places.count + 1) { insert(place) }
  }

  /// The first place from `place` on, `end` if there is none before that; `nil` if that is not known.
  func first(from place: Int32, before end: Int32) -> Int32? {
    guard place >= start else { return nil }
    for index in 0..<count where places[index] >= place { return min(places[index], end) }
    return isCut ? nil : end
  }
}
