/// A message of D-Bus (D-Bus specification, "Message Protocol"), little-endian, as far as one method call needs it.
struct BusMessage {
  /// A string of the header, by its field's number.
  enum Field: UInt8 {
    case path = 1
    case interface = 2
    case member = 3
    case destination = 6
  }

  private var body = BusBytes()
  private var signature = ""

  init(_ build: (inout BusBytes) -> String = { _ in "" }) { signature = build(&body) }

  /// A call of a method.
  func call(
    serial: UInt32, destination: String, path: String, interface: String, member: String
  ) -> [UInt8] {
    var bytes = BusBytes()
    bytes.byte(UInt8(ascii: "l"))
    bytes.byte(1)  // METHOD_CALL
    bytes.byte(0)
    bytes.byte(1)  // version of the protocol
    bytes.number(UInt32(truncatingIfNeeded: body.bytes.count))
    bytes.number(serial)
    bytes.array(alignment: 8) { bytes in
      bytes.field(Field.path.rawValue, "o", path)
      bytes.field(Field.interface.rawValue, "s", interface)
      bytes.field(Field.member.rawValue, "s", member)
      bytes.field(Field.destination.rawValue, "s", destination)
      guard !signature.isEmpty else { return }
      bytes.align(to: 8)
      bytes.byte(8)
      bytes.signature("g")
      bytes.signature(signature)
    }
    bytes.align(to: 8)
    return bytes.bytes + body.bytes
  }
}

/// Values in the form that D-Bus sends them, each aligned from the beginning of the message.
struct BusBytes {
  private(set) var bytes: [UInt8] = []

  mutating func align(to size: Int) { while bytes.count % size != 0 { bytes.append(0) } }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func number(_ value: UInt32) {
    align(to: 4)
    for shift in stride(from: 0 as UInt32, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// Zero bytes have no place in one.
  mutating func string(_ text: String) {
    let text = text.utf8.filter { $0 != 0 }
    number(UInt32(truncatingIfNeeded: text.count))
    bytes += text
    bytes.append(0)
  }

  mutating func signature(_ text: String) {
    byte(UInt8(truncatingIfNeeded: text.utf8.count))
    bytes += text.utf8
    bytes.append(0)
  }

  /// Its length counts from the first element.
  mutating func array(alignment: Int, _ elements: (inout BusBytes) -> Void) {
    number(0)
    let place = bytes.count - 4
    align(to: alignment)
    let start = bytes.count
    elements(&self)
    let length = UInt32(truncatingIfNeeded: bytes.count - start)
    for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
  }

  /// A structure of the header: a number and a variant.
  mutating func field(_ number: UInt8, _ type: String, _ text: String) {
    align(to: 8)
    byte(number)
    signature(type)
    string(text)
  }
}
