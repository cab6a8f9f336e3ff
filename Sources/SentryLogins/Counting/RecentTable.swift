/// Values by key, of which only so many are kept: the one that was used longest ago makes way.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Node: Sendable {
    var key: Key
    /// `nil` for a place that is free.
    var value: Value?
    /// Towards those that were used later; -1 for none.
    var newer: Int
    var older: Int
  }

  let capacity: Int
  private var places: [Key: Int] = [:]
  private var nodes: [Node] = []
  private var free: [Int] = []
  private var newest = -1
  private var oldest = -1

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { places.count }

  /// Reading is no use.
  subscript(key: Key) -> Value? { places[key].flatMap { nodes[$0].value } }

  /// Of all, the one used last first.
  var entries: [(key: Key, value: Value)] {
    var entries: [(Key, Value)] = []
    var place = newest
    while place >= 0 {
      if let value = nodes[place].value { entries.append((nodes[place].key, value)) }
      place = nodes[place].older
    }
    return entries
  }

  /// Changes the value of a key, which is `initial` if it had none.
  ///
  /// - Returns: what made way.
  @discardableResult
  mutating func use<Result>(
    _ key: Key, orBegin initial: @autoclosure () -> Value, _ body: (inout Value) -> Result
  ) -> (result: Result, evicted: Value?) {
    var evicted: Value?
    if let place = places[key] {
      unlink(place)
      link(place)
    } else {
      if places.count >= capacity, oldest >= 0 { evicted = remove(nodes[oldest].key) }
      add(key)
    }
    // It has no other owner while it is changed, so that nothing of it is copied.
    var value = nodes[newest].value ?? initial()
    nodes[newest].value = nil
    defer { nodes[newest].value = value }
    return (body(&value), evicted)
  }

  /// As the newest, without a value.
  private mutating func add(_ key: Key) {
    let node = Node(key: key, value: nil, newer: -1, older: -1)
    let place: Int
    if let reused = free.popLast() {
      place = reused
      nodes[place] = node
    } else {
      place = nodes.count
      nodes.append(node)
    }
    places[key] = place
    link(place)
  }

  @discardableResult
  mutating func remove(_ key: Key) -> Value? {
    guard let place = places.removeValue(forKey: key) else { return nil }
    unlink(place)
    free.append(place)
    defer { nodes[place].value = nil }
    return nodes[place].value
  }

  /// Removes from the one used longest ago on, as long as that holds.
  mutating func removeOldest(while condition: (Value) -> Bool) {
    while oldest >= 0, nodes[oldest].value.map(condition) ?? true { remove(nodes[oldest].key) }
  }

  private mutating func link(_ place: Int) {
    nodes[place].newer = -1
    nodes[place].older = newest
    if newest >= 0 { nodes[newest].newer = place }
    newest = place
    if oldest < 0 { oldest = place }
  }

  private mutating func unlink(_ place: Int) {
    let (newer, older) = (nodes[place].newer, nodes[place].older)
    if newer >= 0 { nodes[newer].older = older } else { newest = older }
    if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
  }
}
