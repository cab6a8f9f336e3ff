/// The objects of a binary property list, as they lie in the file.
///
/// The file is a header (`bplist00`), objects, a table of their offsets and a trailer of 32 bytes: 6 unused, size of a
/// table entry, size of an object reference, then three 64-bit numbers: number of objects, index of the root, offset of
/// the table. Source: the comment at the head of CoreFoundation's `CFBinaryPList.c`.
struct BinaryObjects: Sendable {
  let bytes: [UInt8]
  private let offsetSize: Int
  private let referenceSize: Int
  let count: Int
  /// Index of the root.
  let root: Int
  private let tableOffset: Int

  struct Object {
    enum Kind { case boolean, integer, real, date, data, ascii, utf16, array, dictionary, other }

    let kind: Kind
    /// Bytes, or UTF-16 units, elements, or entries; of a boolean its value.
    let count: Int
    /// Where the content begins.
    let position: Int
  }

  init(_ bytes: [UInt8]) throws(BinaryFailure) {
    self.bytes = bytes
    let trailer = bytes.count - 32
    guard trailer >= 8 else { throw .noTrailer }
    offsetSize = Int(bytes[trailer + 6])
    referenceSize = Int(bytes[trailer + 7])
    guard (1...8).contains(offsetSize), (1...8).contains(referenceSize),
      let count = Self.number(bytes, at: trailer + 8, size: 8), count > 0, count <= trailer,
      let root = Self.number(bytes, at: trailer + 16, size: 8), root < count,
      let table = Self.number(bytes, at: trailer + 24, size: 8), table >= 8, table <= trailer,
      count <= (trailer - table) / offsetSize,
      // Each object takes a byte at least, wherever the table says that it is.
      count <= table - 8
    else { throw .badTable }
    self.count = count
    self.root = root
    tableOffset = table
  }

  /// - Throws: if it is not all before the table.
  func object(_ index: Int) throws(BinaryFailure) -> Object {
    guard index >= 0, index < count,
      let offset = Self.number(bytes, at: tableOffset + index * offsetSize, size: offsetSize),
      offset >= 8, offset < tableOffset
    else { throw .badObject(index) }
    let (marker, low) = (bytes[offset] >> 4, bytes[offset] & 0x0F)
    let object: Object
    switch (marker, low) {
    case (0x0, 0x8), (0x0, 0x9): object = Object(kind: .boolean, count: low == 9 ? 1 : 0, position: offset + 1)
    case (0x1, 0...3): object = Object(kind: .integer, count: 1 << Int(low), position: offset + 1)
    case (0x2, 2), (0x2, 3): object = Object(kind: .real, count: 1 << Int(low), position: offset + 1)
    case (0x3, 3): object = Object(kind: .date, count: 8, position: offset + 1)
    case (0x4, _): object = try counted(.data, low, at: offset, of: index)
    case (0x5, _): object = try counted(.ascii, low, at: offset, of: index)
    case (0x6, _): object = try counted(.utf16, low, at: offset, of: index)
    case (0xA, _): object = try counted(.array, low, at: offset, of: index)
    case (0xD, _): object = try counted(.dictionary, low, at: offset, of: index)
    default: object = Object(kind: .other, count: 0, position: offset + 1)
    }
    let size = size(of: object.kind)
    guard object.position <= tableOffset, size == 0 || object.count <= (tableOffset - object.position) / size else {
      throw .badObject(index)
    }
    return object
  }

  /// A count of 15 says that the count follows as an integer object: 0x10 with its size as a power of two, then the
  /// number.
  private func counted(
    _ kind: Object.Kind, _ low: UInt8, at offset: Int, of index: Int
  ) throws(BinaryFailure) -> Object {
    guard low == 0x0F else { return Object(kind: kind, count: Int(low), position: offset + 1) }
    let position = offset + 1
    guard position < tableOffset, bytes[position] >> 4 == 1, bytes[position] & 0x0F <= 3 else {
      throw .badObject(index)
    }
    let size = 1 << Int(bytes[position] & 0x0F)
    guard let count = Self.number(bytes, at: position + 1, size: size) else { throw .badObject(index) }
    return Object(kind: kind, count: count, position: position + 1 + size)
  }

  /// How many bytes of the file a text or data takes; 0 of anything else.
  func contentLength(_ object: Object) -> Int {
    switch object.kind {
    case .data, .ascii: object.count
    case .utf16: 2 * object.count
    default: 0
    }
  }

  /// Bytes for each of what the object counts.
  private func size(of kind: Object.Kind) -> Int {
    switch kind {
    case .boolean, .other: 0
    case .integer, .real, .date, .data, .ascii: 1
    case .utf16: 2
    case .array: referenceSize
    case .dictionary: 2 * referenceSize
    }
  }

  /// The reference at `slot` of an array; of a dictionary come those of the keys, then those of the values. `nil` if it
  /// leads nowhere.
  func reference(_ slot: Int, of object: Object) -> Int? {
    let number = Self.number(bytes, at: object.position + slot * referenceSize, size: referenceSize)
    return number.flatMap { $0 < count ? $0 : nil }
  }

  /// A number of `size` bytes (1...8), most significant first; `nil` outside the file and beyond `Int.max`.
  private static func number(_ bytes: [UInt8], at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    return Int(exactly: bits(bytes, at: offset, size: size))
  }

  private static func bits(_ bytes: [UInt8], at offset: Int, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in offset..<offset + size { value = value << 8 | UInt64(bytes[index]) }
    return value
  }
}

/// Why a binary property list is not read.
enum BinaryFailure: Error, Equatable, CustomStringConvertible {
  case noTrailer
  case badTable
  case badObject(Int)
  case badKey(Int)
  case cycle(Int)
  case tooDeep
  case tooLarge

  var description: String {
    switch self {
    case .noTrailer: "its last 32 bytes are no trailer"
    case .badTable: "its table of objects lies outside the file"
    case .badObject(let index): "object \(index) reaches beyond the file"
    case .badKey(let index): "a key of the dictionary in object \(index) is no text"
    case .cycle(let index): "object \(index) contains itself"
    case .tooDeep: "more than \(Parser.nestingLimit) dictionaries and arrays inside one another"
    case .tooLarge: "it describes far more values than a file of its size can hold"
    }
  }
}

// MARK: Values

extension BinaryObjects {
  /// A scalar, or an empty container; an empty text for what no document has.
  func scalar(_ object: Object) -> PropertyListValue {
    switch object.kind {
    case .boolean: .boolean(object.count == 1)
    case .integer: .integer(integer(object))
    case .real: .real(real(object))
    // Counted from the first moment of 2001.
    case .date: .date(secondsSince1970: Double(bitPattern: bits(object)) + 978_307_200)
    case .data: .data(Array(content(object)))
    case .ascii, .utf16, .other: .string(text(object))
    case .array: []
    case .dictionary: .dictionary([:])
    }
  }

  /// Empty for anything but a text.
  func text(_ object: Object) -> String {
    switch object.kind {
    case .ascii: String(decoding: content(object), as: UTF8.self)
    case .utf16:
      String(
        decoding: (0..<object.count).map { index in
          let offset = object.position + 2 * index
          return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
        }, as: UTF16.self)
    default: ""
    }
  }

  /// The bytes of data or a text.
  func content(_ object: Object) -> ArraySlice<UInt8> {
    bytes[object.position..<object.position + contentLength(object)]
  }

  /// Those of one, two and four bytes have no sign.
  private func integer(_ object: Object) -> Int64 { Int64(bitPattern: bits(object)) }

  private func real(_ object: Object) -> Double {
    object.count == 4
      ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits(object)))) : Double(bitPattern: bits(object))
  }

  private func bits(_ object: Object) -> UInt64 { Self.bits(bytes, at: object.position, size: object.count) }
}
