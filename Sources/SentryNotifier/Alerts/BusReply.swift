/// What of a message from the bus must be known: which it is, and what it answers.
struct BusReply: Equatable {
  enum Kind: UInt8 {
    case call = 1
    case answer = 2
    case error = 3
    case signal = 4
  }

  var kind: Kind
  /// The serial number of the call it answers.
  var answers: UInt32?
  var errorName: String?

  /// Bytes that tell how long a message is.
  static let head = 16
  /// Longer ones are not for us.
  private static let longest = 1 << 20

  /// The length of the whole message; `nil` for what is none.
  static func length(_ head: [UInt8]) -> Int? {
    guard head.count >= Self.head, head[0] == UInt8(ascii: "l"), let body = number(head, at: 4),
      let fields = number(head, at: 12), body <= longest, fields <= longest
    else { return nil }
    return Self.head + (Int(fields) + 7) / 8 * 8 + Int(body)
  }

  /// `nil` for what is no message, or of a kind that is not known.
  init?(_ message: [UInt8]) {
    guard let length = Self.length(message), length <= message.count, let kind = Kind(rawValue: message[1]),
      let fields = Self.number(message, at: 12)
    else { return nil }
    self.kind = kind
    readFields(message[Self.head..<Self.head + Int(fields)])
  }

  /// The fields of one byte's signature that headers have; whatever else comes ends it.
  private mutating func readFields(_ fields: ArraySlice<UInt8>) {
    let bytes = Array(fields)
    var place = 0
    while true {
      place = (place + 7) / 8 * 8
      guard place + 4 <= bytes.count, bytes[place + 1] == 1, bytes[place + 3] == 0 else { return }
      let field = bytes[place]
      let type = bytes[place + 2]
      place += 4
      switch type {
      case UInt8(ascii: "u"):
        guard let number = Self.number(bytes, at: place) else { return }
        if field == 5 { answers = number }
        place += 4
      case UInt8(ascii: "s"), UInt8(ascii: "o"):
        guard let count = Self.number(bytes, at: place), Int(count) <= bytes.count - place - 4 else { return }
        let text = bytes[place + 4..<place + 4 + Int(count)]
        if field == 4 { errorName = String(decoding: text, as: UTF8.self) }
        place += 4 + Int(count) + 1
      case UInt8(ascii: "g"):
        guard place < bytes.count else { return }
        place += 1 + Int(bytes[place]) + 1
      default: return
      }
    }
  }

  private static func number(_ bytes: [UInt8], at place: Int) -> UInt32? {
    guard place >= 0, place <= bytes.count - 4 else { return nil }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
  }
}
