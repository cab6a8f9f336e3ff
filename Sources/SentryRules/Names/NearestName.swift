/// The candidate that `word` is most likely a slip of, for "did you mean": at most a third of its letters differ,
/// case apart. `nil` if none is that near. The first of equally near ones wins.
public func nearestName(to word: String, in candidates: some Sequence<String>) -> String? {
  let letters = Array(word.lowercased().unicodeScalars.prefix(longestWord + 1))
  guard letters.count <= longestWord else { return nil }
  var nearest: (name: String, distance: Int)?
  for candidate in candidates {
    let allowed = max(1, max(letters.count, candidate.count) / 3)
    guard abs(letters.count - candidate.count) <= allowed else { continue }
    let distance = editDistance(letters, Array(candidate.lowercased().unicodeScalars))
    // A single letter in place of another is no slip.
    guard distance < max(letters.count, candidate.count) else { continue }
    if distance <= allowed, distance < nearest?.distance ?? .max { nearest = (candidate, distance) }
  }
  return nearest?.name
}

/// Longer words are not slips of ours, and comparing them would cost the product of the lengths.
private let longestWord = 40

/// Letters to insert, remove, replace, or swap with their neighbour to get from `a` to `b` (the restricted Damerau
/// distance).
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var current = [i + 1]
    for j in b.indices {
      var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
      current.append(best)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
