import Foundation
import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList

/// A binary property list of hand-made objects; one byte for each offset and reference.
private func binary(_ objects: [[UInt8]], root: UInt8 = 0) -> [UInt8] {
  var bytes = Array("bplist00".utf8)
  var offsets: [UInt8] = []
  for object in objects {
    offsets.append(UInt8(truncatingIfNeeded: bytes.count))
    bytes += object
  }
  let table = UInt8(truncatingIfNeeded: bytes.count)
  bytes += offsets
  bytes += [0, 0, 0, 0, 0, 0, 1, 1]
  for number in [UInt8(objects.count), root, table] { bytes += [0, 0, 0, 0, 0, 0, 0, number] }
  return bytes
}

private func structureFailure(_ bytes: [UInt8]) -> BinaryFailure? {
  do {
    _ = try BinaryTree(bytes)
    return nil
  } catch { return error }
}

@Test func aHandMadeDocumentIsRead() throws {
  // { "a" = ( true, 14 ) }
  let bytes = binary([[0xD1, 1, 2], [0x51, 0x61], [0xA2, 3, 4], [0x09], [0x10, 14]])
  let reading = PropertyList.read(bytes, fileName: "binary")
  #expect(reading.diagnostics == [])
  #expect(reading.document?.root["a"]?.elements.map(\.text) == ["1", "14"])
}

@Test(
  arguments: [
    ("an array in itself", [[0xA1, 0]], .cycle(0)),
    ("two arrays in each other", [[0xA1, 1], [0xA1, 0]], .cycle(0)),
    ("an array that goes on beyond the table", [[0xAF, 0x10, 0xFF, 0]], .badObject(0)),
    ("a reference to no object", [[0xA1, 9]], .badObject(0)),
    ("a dictionary with half its references", [[0xD2, 0]], .badObject(0)),
    ("a count of negative size", [[0xAF, 0x13, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]], .badObject(0)),
    ("a count that is no number", [[0xAF, 0x51]], .badObject(0)),
    ("each array holds the next twice", (0..<30).map { [0xA2, $0 + 1, $0 + 1] } + [[0x09]], .tooLarge),
  ] as [(String, [[UInt8]], BinaryFailure)])
func hostileStructures(name: String, objects: [[UInt8]], failure: BinaryFailure) {
  let bytes = binary(objects)
  #expect(structureFailure(bytes) == failure)
  let reading = PropertyList.read(bytes, fileName: name)
  #expect(reading.diagnostics.map(\.id) == [.unreadableBinary])
  #expect(reading.document == nil)
}

@Test func aTableOfMoreObjectsThanBytesIsRefused() {
  // Ten offsets, all of them that of the one object.
  var bytes = Array("bplist00".utf8) + [0xA0] + [UInt8](repeating: 8, count: 10)
  bytes += [0, 0, 0, 0, 0, 0, 1, 1]
  for number in [10, 0, 9] as [UInt8] { bytes += [0, 0, 0, 0, 0, 0, 0, number] }
  #expect(structureFailure(bytes) == .badTable)
}

/// Most significant byte first.
private func bytes(of number: Int, _ size: Int) -> [UInt8] {
  (0..<size).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

/// A file of two objects of any size, the second of them the root; one byte for each reference.
private func large(_ first: [UInt8], _ root: [UInt8]) -> [UInt8] {
  let start = Array("bplist00".utf8)
  let table = start.count + first.count + root.count
  let offsets = bytes(of: start.count, 4) + bytes(of: start.count + first.count, 4)
  let trailer = [0, 0, 0, 0, 0, 0, 4, 1] + bytes(of: 2, 8) + bytes(of: 1, 8) + bytes(of: table, 8)
  return start + first + root + offsets + trailer
}

/// An array that holds one text of `length` bytes `count` times.
private func shared(length: Int, count: Int) -> [UInt8] {
  large(
    [0x5F, 0x12] + bytes(of: length, 4) + [UInt8](repeating: 0x61, count: length),
    [0xAF, 0x12] + bytes(of: count, 4) + [UInt8](repeating: 0, count: count))
}

@Test func aDictionaryThatIsAllOneKeyIsNoDocument() {
  let dictionary = [0xDF, 0x11] + bytes(of: 300, 2) + [UInt8](repeating: 0, count: 600)
  let reading = PropertyList.read(large([0x51, 0x61], dictionary), fileName: "binary")
  #expect(reading.document == nil)
  #expect(reading.diagnostics.count == Parser.findingLimit)
  #expect(reading.diagnostics.allSatisfy { $0.id == .duplicateKey })
}

@Test func aLongTextIsNotSharedWithoutEnd() {
  #expect(structureFailure(shared(length: 40_000, count: 90)) == nil)
  #expect(structureFailure(shared(length: 40_000, count: 200)) == .tooLarge)
  #expect(structureFailure(shared(length: 12, count: 100_000)) == nil)
}

@Test func aTrailerIsNeeded() {
  #expect(structureFailure(Array("bplist00".utf8)) == .noTrailer)
  #expect(structureFailure(Array("bplist00".utf8) + [UInt8](repeating: 0, count: 32)) == .badTable)
  #expect(structureFailure(Array("bplist00".utf8) + [UInt8](repeating: 0xFF, count: 32)) == .badTable)
}

@Test func nestingIsLimited() throws {
  func nested(_ depth: Int) throws -> [UInt8] {
    var value: Any = "x"
    for _ in 0..<depth { value = [value] }
    return Array(try PropertyListSerialization.data(fromPropertyList: value, format: .binary, options: 0))
  }
  #expect(structureFailure(try nested(500)) == nil)
  #expect(structureFailure(try nested(513)) == .tooDeep)
  #expect(PropertyList.read(try nested(500), fileName: "deep").document != nil)
}

@Test func aReferenceOfAKeyedArchiveIsAFinding() {
  let reading = PropertyList.read(binary([[0xA1, 1], [0x80, 5]]), fileName: "archive")
  #expect(reading.diagnostics.map(\.id) == [.unsupportedValue])
  #expect(reading.diagnostics.map(\.path) == ["[0]"])
}

@Test(arguments: 0..<400 as Range<UInt64>)
func damagedBinariesNeverTrap(seed: UInt64) throws {
  let value: [String: Any] = [
    "nodeName": "telnet", "enabled": true, "property": 14, "ratio": 0.5, "when": Date(timeIntervalSince1970: 1),
    "é": "ü",
    "children": [["enabled": 1, "key": Data([1, 2, 3])], ["a", "b", "c"]] as [Any],
  ]
  var random = SplitMix64(state: seed)
  var bytes = Array(try PropertyListSerialization.data(fromPropertyList: value, format: .binary, options: 0))
  for _ in 0..<Int.random(in: 1...6, using: &random) where bytes.count > 8 {
    let index = Int.random(in: 8..<bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.remove(at: index)
    case 1: bytes[index] = [0, 1, 0x0F, 0x7F, 0x80, 0xA1, 0xD1, 0xDF, 0xFF].randomElement(using: &random) ?? 0
    default: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
    }
  }
  let reading = PropertyList.read(bytes, fileName: "damaged")
  #expect(reading.document != nil || reading.diagnostics.hasErrors)
}
