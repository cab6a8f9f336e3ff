import SentryDiagnostics

/// Walks from the root of a binary property list to every object once, without recursion, before anything is read from
/// it: a small hostile file can describe an endless or an enormous tree.
struct BinaryWalk {
  /// Where a container stands, or a scalar that has no place in a document.
  struct Place {
    /// The object of the container around it; `BinaryTree.none` for the root.
    let container: UInt32
    /// Its place there, counting from 0: of an element, or of an entry.
    let slot: UInt32
  }

  /// Of each object that is a container; in one that several hold, the first.
  private(set) var places: [Place]
  /// What no document has, and keys that a dictionary has twice.
  private(set) var problems: [(problem: Problem, place: Place)] = []

  enum Problem {
    case unsupportedValue
    case duplicateKey(String)
  }

  private let objects: BinaryObjects
  private var extents: [Extent]
  private var path: [Visit] = []

  /// How much of a tree an object stands for.
  private struct Extent {
    static let unknown = Extent(depth: 0, values: 0)
    /// It is on the way from the root to the one being looked at.
    static let open = Extent(depth: .max, values: 0)

    /// Containers inside one another, this one included.
    var depth: UInt16
    /// Values in it, those that are held more than once counted each time, and a long text or data as several; never
    /// beyond two billion.
    var values: UInt32

    mutating func add(_ child: Extent) {
      depth = max(depth, child.depth + 1)
      values = min(values + child.values, 2_000_000_000)
    }

    /// Up to 24 bytes are one value: those are short names and numbers, which many rules share.
    static func scalar(length: Int) -> Extent {
      Extent(depth: 0, values: UInt32(clamping: length <= 24 ? 1 : 1 + length / 4))
    }
  }

  /// What any file may describe, however often it refers to one object; besides one value for each of its bytes.
  private static let freeValues = 1_000_000
  private var valueLimit: Int { Self.freeValues + objects.bytes.count }
  /// As values. Each is a part of the tree, so there cannot be more of them.
  private var comparedKeys = 0

  /// An object on the way from the root to the one being looked at.
  private struct Visit {
    let index: Int
    let object: BinaryObjects.Object
    var cursor = 0
    var extent: Extent

    /// Keys count, too.
    var childCount: Int {
      switch object.kind {
      case .array: object.count
      case .dictionary: 2 * object.count
      default: 0
      }
    }
  }

  /// - Throws: if an object is not all in the file or contains itself, and if they are too many or too deep.
  init(_ objects: BinaryObjects) throws(BinaryFailure) {
    self.objects = objects
    extents = Array(repeating: .unknown, count: objects.count)
    places = Array(repeating: Place(container: BinaryTree.none, slot: 0), count: objects.count)
    try enter(objects.root, Place(container: BinaryTree.none, slot: 0))
    while let visit = path.last {
      if visit.cursor < visit.childCount {
        path[path.count - 1].cursor += 1
        try look(at: visit.cursor, of: visit)
      } else {
        leave(visit)
      }
    }
    let whole = extents[objects.root]
    if whole.depth > Parser.nestingLimit { throw .tooDeep }
    if Int(whole.values) > valueLimit { throw .tooLarge }
  }

  private mutating func look(at cursor: Int, of visit: Visit) throws(BinaryFailure) {
    guard let child = objects.reference(cursor, of: visit.object) else { throw .badObject(visit.index) }
    if visit.object.kind == .dictionary, cursor < visit.object.count {
      let key = try objects.object(child).kind
      guard key == .ascii || key == .utf16 else { throw .badKey(visit.index) }
    }
    let known = extents[child]
    if known.depth == Extent.open.depth { throw .cycle(child) }
    guard known.values == 0 else { return path[path.count - 1].extent.add(known) }
    let slot = visit.object.kind == .dictionary ? cursor % max(1, visit.object.count) : cursor
    try enter(child, Place(container: UInt32(clamping: visit.index), slot: UInt32(clamping: slot)))
  }

  private mutating func enter(_ index: Int, _ place: Place) throws(BinaryFailure) {
    let object = try objects.object(index)
    guard object.kind == .array || object.kind == .dictionary else {
      if object.kind == .other { note(.unsupportedValue, at: place) }
      extents[index] = .scalar(length: objects.contentLength(object))
      if !path.isEmpty { path[path.count - 1].extent.add(extents[index]) }
      return
    }
    guard path.count <= Parser.nestingLimit else { throw .tooDeep }
    places[index] = place
    extents[index] = .open
    path.append(Visit(index: index, object: object, extent: Extent(depth: 1, values: 1)))
    if object.kind == .dictionary { try noteDuplicateKeys(of: object, index) }
  }

  private mutating func leave(_ visit: Visit) {
    path.removeLast()
    extents[visit.index] = visit.extent
    if !path.isEmpty { path[path.count - 1].extent.add(visit.extent) }
  }

  private mutating func noteDuplicateKeys(of object: BinaryObjects.Object, _ index: Int) throws(BinaryFailure) {
    guard object.count > 1 else { return }
    var seen: Set<ArraySlice<UInt8>> = []
    for slot in 0..<object.count {
      guard problems.count < Parser.findingLimit else { return }
      guard let key = objects.reference(slot, of: object).flatMap({ try? objects.object($0) }) else { return }
      comparedKeys += Int(Extent.scalar(length: objects.contentLength(key)).values)
      guard comparedKeys <= valueLimit else { throw .tooLarge }
      if !seen.insert(objects.content(key)).inserted {
        note(
          .duplicateKey(objects.text(key)), at: Place(container: UInt32(clamping: index), slot: UInt32(clamping: slot)))
      }
    }
  }

  private mutating func note(_ problem: Problem, at place: Place) {
    if problems.count < Parser.findingLimit { problems.append((problem, place)) }
  }
}
