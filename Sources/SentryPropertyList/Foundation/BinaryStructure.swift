/// The skeleton of a binary property list: which object holds which. Checked before Foundation reads the file, because
/// a small hostile file can describe an endless or an enormous tree.
///
/// The file is a header (`bplist00`), objects, a table of their offsets and a trailer of 32 bytes: 6 unused, size of a
/// table entry, size of an object reference, then three 64-bit numbers: number of objects, index of the root, offset of
/// the table. Source: the comment at the head of CoreFoundation's `CFBinaryPList.c`.
struct BinaryStructure {
  enum Failure: Error, Equatable, CustomStringConvertible {
    case noTrailer
    case badTable
    case badObject(Int)
    case cycle(Int)
    case tooDeep
    case tooLarge

    var description: String {
      switch self {
      case .noTrailer: "its last 32 bytes are no trailer"
      case .badTable: "its table of objects lies outside the file"
      case .badObject(let index): "object \(index) reaches beyond the file"
      case .cycle(let index): "object \(index) contains itself"
      case .tooDeep: "more than \(Parser.nestingLimit) dictionaries and arrays inside one another"
      case .tooLarge: "it describes far more values than a file of its size can hold"
      }
    }
  }

  private let bytes: [UInt8]
  private let offsetSize: Int
  private let referenceSize: Int
  private let objectCount: Int
  private let root: Int
  private let tableOffset: Int

  init(of bytes: [UInt8]) throws(Failure) {
    self.bytes = bytes
    let trailer = bytes.count - 32
    guard trailer >= 8 else { throw .noTrailer }
    offsetSize = Int(bytes[trailer + 6])
    referenceSize = Int(bytes[trailer + 7])
    guard (1...8).contains(offsetSize), (1...8).contains(referenceSize),
      let count = Self.number(bytes, at: trailer + 8, size: 8), count > 0, count <= trailer,
      let root = Self.number(bytes, at: trailer + 16, size: 8), root < count,
      let table = Self.number(bytes, at: trailer + 24, size: 8), table >= 8, table <= trailer,
      count <= (trailer - table) / offsetSize
    else { throw .badTable }
    objectCount = count
    self.root = root
    tableOffset = table
  }

  /// Walks from the root to every object once, without recursion.
  func check() throws(Failure) {
    var known = [Extent?](repeating: nil, count: objectCount)
    var isOpen = [Bool](repeating: false, count: objectCount)
    var path = [Visit(object: root, children: try children(of: root))]
    isOpen[root] = true
    while let visit = path.last {
      if let child = visit.nextChild {
        path[path.count - 1].cursor += 1
        if let extent = known[child] {
          path[path.count - 1].extent.add(extent)
          continue
        }
        guard !isOpen[child] else { throw .cycle(child) }
        guard path.count <= Parser.nestingLimit else { throw .tooDeep }
        isOpen[child] = true
        path.append(Visit(object: child, children: try children(of: child)))
      } else {
        path.removeLast()
        isOpen[visit.object] = false
        known[visit.object] = visit.extent
        if !path.isEmpty { path[path.count - 1].extent.add(visit.extent) }
      }
    }
    guard let whole = known[root] else { return }
    if whole.depth > Parser.nestingLimit { throw .tooDeep }
    if whole.values > bytes.count * 4 { throw .tooLarge }
  }

  /// An object on the way from the root to the one being looked at.
  private struct Visit {
    let object: Int
    let children: [Int]
    var cursor = 0
    var extent: Extent

    init(object: Int, children: [Int]?) {
      self.object = object
      self.children = children ?? []
      extent = Extent(depth: children == nil ? 0 : 1, values: 1)
    }

    var nextChild: Int? { cursor < children.count ? children[cursor] : nil }
  }

  /// How much of a tree an object stands for.
  private struct Extent {
    /// Containers inside one another, this one included.
    var depth: Int
    /// Values in it, those that are held more than once counted each time; never beyond a billion.
    var values: Int

    mutating func add(_ child: Extent) {
      let own = values > 0 && depth > 0 ? 1 : 0
      depth = max(depth, child.depth + own)
      values = min(values + child.values, 1_000_000_000)
    }
  }

  /// The objects an array, set or dictionary (keys and values) holds; `nil` for a scalar.
  private func children(of object: Int) throws(Failure) -> [Int]? {
    guard let offset = Self.number(bytes, at: tableOffset + object * offsetSize, size: offsetSize),
      offset >= 8, offset < tableOffset
    else { throw .badObject(object) }
    let marker = bytes[offset]
    guard marker >> 4 == 0xA || marker >> 4 == 0xC || marker >> 4 == 0xD else { return nil }
    var count = Int(marker & 0x0F)
    var position = offset + 1
    if count == 0x0F {
      // The count follows as an integer object: 0x10 with its size as a power of two, then the number.
      guard position < tableOffset, bytes[position] >> 4 == 1, bytes[position] & 0x0F <= 3 else {
        throw .badObject(object)
      }
      let size = 1 << Int(bytes[position] & 0x0F)
      guard let number = Self.number(bytes, at: position + 1, size: size) else { throw .badObject(object) }
      count = number
      position += 1 + size
    }
    guard position <= tableOffset, count <= (tableOffset - position) / referenceSize else { throw .badObject(object) }
    if marker >> 4 == 0xD {
      guard count <= (tableOffset - position) / referenceSize / 2 else { throw .badObject(object) }
      count *= 2
    }
    return try references(count, at: position, of: object)
  }

  private func references(_ count: Int, at position: Int, of object: Int) throws(Failure) -> [Int] {
    var references: [Int] = []
    references.reserveCapacity(count)
    for index in 0..<count {
      guard let reference = Self.number(bytes, at: position + index * referenceSize, size: referenceSize),
        reference < objectCount
      else { throw .badObject(object) }
      references.append(reference)
    }
    return references
  }

  /// A number of `size` bytes (1...8), most significant first; `nil` outside the file and beyond `Int.max`.
  private static func number(_ bytes: [UInt8], at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    let value = bytes[offset..<offset + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value)
  }
}
