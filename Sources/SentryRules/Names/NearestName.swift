/// The candidate that `word` is most likely a slip of, for "did you mean": at most a third of its letters differ,
/// case apart. `nil` if none is that near. The first of equally near ones wins.
public func nearestName(to word: String, in candidates: some Sequence<String>) -> String? {
  let letters = Array(word.lowercased().unicodeScalars.prefix(longestWord + 1))
  guard letters.count <= longestWord else { return nil }
  var nearest: (name: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(letters, Array(candidate.lowercased().unicodeScalars))
    let allowed = max(1, max(letters.count, candidate.count) / 3)
    // A single letter in place of another is no slip.
    guard distance < max(letters.count, candidate.count) else { continue }
    if distance <= allowed, distance < nearest?.distance ?? .max { nearest = (candidate, distance) }
  }
  return nearest?.name
}

/// `did you mean 'delete' or 'delay'?`: what other firewalls call it, else the candidate that `word` is a slip of, else the few
/// that it is the beginning of. `nil` if there is nothing to offer.
///
/// - Parameter foreignWords: in lower case, with the candidates that do the same.
func didYouMean(
  _ word: String, in candidates: some Sequence<String>, foreignWords: [String: [String]] = [:]
) -> String? {
  let folded = Substring(word).trimmed.lowercased()
  let meant =
    foreignWords[folded] ?? nearestName(to: folded, in: candidates).map { [$0] }
    ?? completions(of: folded, in: candidates)
  return meant.isEmpty ? nil : "did you mean \(meant.map { "'\($0)'" }.alternatives)?"
}

/// At least two letters must be there, and leave the choice between three at most.
private func completions(of folded: String, in candidates: some Sequence<String>) -> [String] {
  guard folded.utf8.count > 1 else { return [] }
  let completions = candidates.filter { $0.lowercased().hasPrefix(folded) }
  return completions.count <= 3 ? completions : []
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
