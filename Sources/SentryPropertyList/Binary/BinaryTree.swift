/// The values of a binary property list, read from its bytes whenever they are wanted: little more than the file is kept.
final class BinaryTree: Sendable {
  /// In the place of a container's object: there is none around it.
  static let none = UInt32.max

  let objects: BinaryObjects
  private let places: [BinaryWalk.Place]
  let problems: [(problem: BinaryWalk.Problem, place: BinaryWalk.Place)]

  init(_ bytes: [UInt8]) throws(BinaryFailure) {
    objects = try BinaryObjects(bytes)
    let walk = try BinaryWalk(objects)
    places = walk.places
    problems = walk.problems
  }

  var root: BinaryNode {
    BinaryNode(tree: self, object: UInt32(clamping: objects.root), container: Self.none, slot: 0)
  }

  /// `rules[2].children[0].propertyValue`; empty for the root.
  func path(of place: BinaryWalk.Place) -> String {
    var steps: [String] = []
    var place = place
    while place.container != Self.none, let container = try? objects.object(Int(place.container)) {
      if container.kind == .dictionary {
        let key = objects.reference(Int(place.slot), of: container).flatMap { try? objects.object($0) }
        steps.append("." + (key.map(objects.text) ?? ""))
      } else {
        steps.append("[\(place.slot)]")
      }
      place = places[Int(place.container)]
    }
    let path = steps.reversed().joined()
    return path.hasPrefix(".") ? String(path.dropFirst()) : path
  }
}

/// One value (or key) of a binary property list. A view: cheap to copy.
struct BinaryNode: Sendable {
  let tree: BinaryTree
  fileprivate let object: UInt32
  /// What it is found in, and where there.
  fileprivate let container: UInt32
  fileprivate let slot: UInt32

  fileprivate init(tree: BinaryTree, object: UInt32, container: UInt32, slot: UInt32) {
    self.tree = tree
    self.object = object
    self.container = container
    self.slot = slot
  }

  /// Everything was looked at before the tree was made.
  private var content: BinaryObjects.Object {
    (try? tree.objects.object(Int(object))) ?? BinaryObjects.Object(kind: .other, count: 0, position: 0)
  }

  var kind: BinaryObjects.Object.Kind { content.kind }

  var path: String { tree.path(of: BinaryWalk.Place(container: container, slot: slot)) }

  var text: String { tree.objects.text(content) }

  /// A scalar, or an empty container.
  var scalar: PropertyListValue { tree.objects.scalar(content) }

  /// Whether `text` is exactly `key`. No string is made unless it has more than ASCII.
  func hasText(_ key: String) -> Bool {
    let content = content
    return content.kind == .ascii
      ? tree.objects.content(content).elementsEqual(key.utf8) : text.utf8.elementsEqual(key.utf8)
  }

  /// Bytes of `text` in UTF-8.
  var textLength: Int {
    let content = content
    return content.kind == .ascii ? content.count : text.utf8.count
  }

  /// How many elements or entries it has; 0 for scalars.
  var count: Int {
    let content = content
    return content.kind == .array || content.kind == .dictionary ? content.count : 0
  }

  fileprivate func child(_ slot: Int, reference: Int) -> BinaryNode {
    let object = tree.objects.reference(reference, of: content) ?? 0
    return BinaryNode(
      tree: tree, object: UInt32(clamping: object), container: self.object, slot: UInt32(clamping: slot))
  }
}

/// The elements of an array, or the values of a dictionary with their keys.
struct BinaryChildren: Sequence, IteratorProtocol, Sendable {
  private let parent: BinaryNode
  private let isDictionary: Bool
  private let count: Int
  private var slot = 0

  init(of parent: BinaryNode) {
    self.parent = parent
    isDictionary = parent.kind == .dictionary
    count = parent.count
  }

  mutating func next() -> (key: BinaryNode?, value: BinaryNode)? {
    guard slot < count else { return nil }
    defer { slot += 1 }
    guard isDictionary else { return (nil, parent.child(slot, reference: slot)) }
    return (parent.child(slot, reference: slot), parent.child(slot, reference: count + slot))
  }
}
