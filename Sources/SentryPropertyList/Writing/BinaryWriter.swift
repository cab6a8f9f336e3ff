// The binary form is a header (`bplist00`), objects, a table of their offsets and a trailer; an object begins with a byte
// that tells its kind and, if it is short, its length. Source: the comment at the head of CoreFoundation's
// `CFBinaryPList.c`. Scalars are written once, however often they occur. How wide references are depends on how many
// objects there are, so the content is looked through first.

extension PropertyListContent {
  /// As a binary property list.
  package func writeBinary(to output: ByteOutput) {
    var survey = BinarySurvey()
    write(to: &survey)
    var writer = BinaryWriter(survey, output)
    write(to: &writer)
    writer.finish()
  }
}

extension PropertyListValue {
  /// As a binary property list.
  public func binary() -> [UInt8] {
    let output = ByteOutput()
    writeBinary(to: output)
    return output.bytes
  }
}

/// Gives each different scalar a number, counts the containers, and sees how many references will have to wait.
private struct BinarySurvey: PropertyListWriter {
  /// Equal scalars are one object.
  private(set) var scalars: [BinaryScalar: UInt32] = [:]
  private(set) var containers = 0
  /// The most keys and values of containers that have not ended.
  private(set) var mostWaiting = 0
  private var waiting = 0
  /// How many waited when each open container began.
  private var open: [Int] = []

  mutating func begin(_ container: PropertyListContainer) {
    containers += 1
    open.append(waiting)
  }

  mutating func end() {
    waiting = open.popLast() ?? 0
    noteReference()
  }

  mutating func key(_ key: String) { note(.string(ExactText(text: key))) }
  mutating func scalar(_ value: PropertyListValue) { note(BinaryScalar(value)) }

  private mutating func note(_ scalar: BinaryScalar) {
    let next = UInt32(clamping: scalars.count)
    scalars[scalar, default: next] = scalars[scalar, default: next]
    noteReference()
  }

  private mutating func noteReference() {
    waiting += 1
    mostWaiting = max(mostWaiting, waiting)
  }
}

/// No container, or an empty one.
private enum BinaryScalar: Hashable {
  case string(ExactText)
  case integer(Int64)
  case real(UInt64)
  case boolean(Bool)
  case date(UInt64)
  case data([UInt8])
  case emptyArray
  case emptyDictionary

  init(_ value: PropertyListValue) {
    self =
      switch value {
      case .string(let text): .string(ExactText(text: text))
      case .integer(let number): .integer(number)
      case .real(let number): .real(number.bitPattern)
      case .boolean(let flag): .boolean(flag)
      // Counted from the first moment of 2001.
      case .date(let seconds): .date((seconds - 978_307_200).bitPattern)
      case .data(let bytes): .data(bytes)
      case .array: .emptyArray
      case .dictionary: .emptyDictionary
      }
  }
}

/// Texts are the same if their characters are, not already if they look the same.
private struct ExactText: Hashable {
  let text: String

  func hash(into hasher: inout Hasher) { hasher.combine(text) }

  static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
}

/// Scalars are written where they first occur, a container when it ends.
private struct BinaryWriter: PropertyListWriter {
  private let scalars: [BinaryScalar: UInt32]
  private let output: ByteOutput
  private let referenceSize: Int
  /// Of each object, by its number; 0 before it is written. Containers come after the scalars.
  private var offsets: [UInt32]
  private var containers = 0
  /// The keys and values of all containers that have not ended, the innermost last.
  private var references: [UInt32] = []
  private var open: [Container] = []

  private struct Container {
    let kind: PropertyListContainer
    /// Where its references begin; of a dictionary they are key, value, key, value ….
    let start: Int
  }

  init(_ survey: BinarySurvey, _ output: ByteOutput) {
    self.output = output
    scalars = survey.scalars
    let count = survey.scalars.count + survey.containers
    referenceSize = Self.size(of: UInt64(count))
    offsets = Array(repeating: 0, count: count)
    references.reserveCapacity(survey.mostWaiting)
    output.write("bplist00")
  }

  // MARK: Events

  mutating func begin(_ container: PropertyListContainer) {
    open.append(Container(kind: container, start: references.count))
  }

  mutating func key(_ key: String) { references.append(object(.string(ExactText(text: key)))) }

  mutating func scalar(_ value: PropertyListValue) { references.append(object(BinaryScalar(value))) }

  mutating func end() {
    guard let container = open.popLast() else { return }
    let object = UInt32(clamping: scalars.count + containers)
    containers += 1
    noteOffset(of: object)
    write(container)
    references.removeSubrange(container.start...)
    references.append(object)
  }

  /// Of a dictionary first the keys, then the values.
  private func write(_ container: Container) {
    let count = references.count - container.start
    switch container.kind {
    case .array:
      writeMarker(0xA0, count: count)
      writeReferences(from: container.start, by: 1)
    case .dictionary:
      writeMarker(0xD0, count: count / 2)
      writeReferences(from: container.start, by: 2)
      writeReferences(from: container.start + 1, by: 2)
    }
  }

  private func writeReferences(from start: Int, by step: Int) {
    for index in stride(from: start, to: references.count, by: step) {
      writeNumber(UInt64(references[index]), size: referenceSize)
    }
  }

  /// Table and trailer.
  func finish() {
    let table = output.count
    let offsetSize = Self.size(of: UInt64(table))
    for offset in offsets { writeNumber(UInt64(offset), size: offsetSize) }
    output.write([0, 0, 0, 0, 0, 0, UInt8(offsetSize), UInt8(referenceSize)])
    let root = references.last.map { Int($0) } ?? 0
    for number in [offsets.count, root, table] { writeNumber(UInt64(number), size: 8) }
  }

  // MARK: Objects

  private mutating func object(_ scalar: BinaryScalar) -> UInt32 {
    guard let object = scalars[scalar] else { return 0 }
    if offsets[Int(object)] == 0 {
      noteOffset(of: object)
      write(scalar)
    }
    return object
  }

  private mutating func noteOffset(of object: UInt32) {
    if offsets.indices.contains(Int(object)) { offsets[Int(object)] = UInt32(clamping: output.count) }
  }

  private func write(_ scalar: BinaryScalar) {
    switch scalar {
    case .string(let string): write(string.text)
    case .integer(let number): write(number)
    case .real(let bits):
      output.write(0x23)
      writeNumber(bits, size: 8)
    case .boolean(let flag): output.write(flag ? 0x09 : 0x08)
    case .date(let bits):
      output.write(0x33)
      writeNumber(bits, size: 8)
    case .data(let bytes):
      writeMarker(0x40, count: bytes.count)
      output.write(bytes)
    case .emptyArray: output.write(0xA0)
    case .emptyDictionary: output.write(0xD0)
    }
  }

  /// ASCII, otherwise UTF-16, whose length is counted in units.
  private func write(_ text: String) {
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      writeMarker(0x50, count: text.utf8.count)
      output.write(text)
    } else {
      writeMarker(0x60, count: text.utf16.count)
      for unit in text.utf16 { writeNumber(UInt64(unit), size: 2) }
    }
  }

  /// Its size as a power of two, then the number; only those of eight bytes have a sign.
  private func write(_ number: Int64) {
    let size = number < 0 ? 8 : Self.size(of: UInt64(number))
    output.write(0x10 | UInt8(size.trailingZeroBitCount))
    writeNumber(UInt64(bitPattern: number), size: size)
  }

  private func writeMarker(_ kind: UInt8, count: Int) {
    guard count >= 15 else { return output.write(kind | UInt8(count)) }
    output.write(kind | 0x0F)
    write(Int64(count))
  }

  /// The least of 1, 2, 4 and 8 bytes that hold `number`.
  private static func size(of number: UInt64) -> Int {
    number <= 0xFF ? 1 : number <= 0xFFFF ? 2 : number <= 0xFFFF_FFFF ? 4 : 8
  }

  /// Most significant byte first.
  private func writeNumber(_ number: UInt64, size: Int) {
    for index in (0..<size).reversed() { output.write(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }
}
