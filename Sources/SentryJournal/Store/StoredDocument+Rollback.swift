// Going back to documents that were in force before.
//
// The list of documents only grows at its end; one that came back stands there once more, with a mark that says how far back
// somebody went. Following the marks from the beginning gives the way back. What nobody can go back to any more is left out of
// what is kept; the marks that went over it are replaced then by one that goes over nothing.

extension StoredDocument {
  /// Documents that one can go back to, besides the one in force.
  public static let stepsKept = 10

  private static let mark = "rollback"

  /// What stands in `change` for a document that came back.
  ///
  /// - Parameter steps: how far back from the document before it in the list.
  public static func change(ofRollback steps: Int) -> String { "\(mark) \(steps)" }

  /// Somebody went back to this document; it came neither anew, nor was it edited.
  public var cameBack: Bool { change == Self.mark || Self.steps(of: change) != nil }

  /// How far back somebody went over documents that are in the list.
  private static func steps(of change: String?) -> Int? {
    guard let change, change.hasPrefix(mark + " "), let steps = Int(change.dropFirst(mark.count + 1)),
      (0...1_000_000).contains(steps)
    else { return nil }
    return steps
  }

  /// A place on the way back.
  struct Station: Equatable {
    /// In the list.
    var place: Int
    /// What is to stand in `change` when only the way is kept.
    var change: String?
  }

  /// The documents that one can go back to, the latest first: that in force, the one before it, and so on.
  ///
  /// Whoever went back has left behind what he came from; so going back twice by one leads two back, and never forth.
  ///
  /// - Parameter documents: all that were put in force, oldest first.
  public static func wayBack(through documents: [StoredDocument]) -> [StoredDocument] {
    way(through: documents.map(\.change)).reversed().map { documents[$0.place] }
  }

  /// What has to be kept of a list, so that one can go back as far as `stepsKept`; oldest first.
  ///
  /// The list may be the end of a longer one: where somebody went back beyond its beginning, the first that is kept says so.
  public static func kept(of documents: [StoredDocument]) -> [StoredDocument] {
    kept(changes: documents.map(\.change)).map { station in
      var document = documents[station.place]
      document.change = station.change
      return document
    }
  }

  /// - Parameter changes: what stands in `change`, document by document, oldest first.
  static func kept(changes: [String?]) -> [Station] { way(through: changes).suffix(stepsKept + 1) }

  private static func way(through changes: [String?]) -> [Station] {
    var way: [Station] = []
    for (place, change) in changes.enumerated() {
      guard let steps = steps(of: change) else {
        way.append(Station(place: place, change: change))
        continue
      }
      let left = min(steps + 1, way.count)
      var leftBefore = steps + 1 - left
      // Whoever leaves the first, too, leaves what that had gone over before the list begins.
      if left == way.count, let gone = way.first.flatMap({ Self.steps(of: $0.change) }) { leftBefore += gone + 1 }
      // The document gone back to stands here as it came back.
      way.removeLast(left)
      way.append(Station(place: place, change: leftBefore == 0 ? mark : Self.change(ofRollback: leftBefore - 1)))
    }
    return way
  }
}
