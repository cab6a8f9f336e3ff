/// What somebody presses.
enum TopKey: Equatable, Sendable {
  case character(Character)
  case up, down, pageUp, pageDown, home, end
  case tab, backTab
  case enter
  case escape
  case interrupt
  case suspend
  case redraw
}

/// Reads keys from what a terminal sends: characters, and the sequences of other keys (ECMA-48 §5.4, and xterm's).
struct TopKeys {
  /// The beginning of a sequence whose end has not come yet.
  private var rest: [UInt8] = []
  /// No key has a longer one.
  private static let longestSequence = 16

  /// The keys in what has just come. An escape that comes alone is the key of that name.
  mutating func keys(in bytes: [UInt8]) -> [TopKey] {
    var input = (rest + bytes)[...]
    rest = []
    var keys: [TopKey] = []
    while let first = input.first {
      guard first == 0x1B else {
        input.removeFirst()
        if let key = Self.key(first) { keys.append(key) }
        continue
      }
      guard let length = Self.sequenceLength(input) else {
        rest = Array(input.prefix(Self.longestSequence))
        break
      }
      if let key = Self.key(ofSequence: input.prefix(length).dropFirst()) { keys.append(key) }
      input = input.dropFirst(length)
    }
    return keys
  }

  /// `nil`: more is to come.
  private static func sequenceLength(_ input: ArraySlice<UInt8>) -> Int? {
    let bytes = input.dropFirst()
    guard let introducer = bytes.first, introducer == UInt8(ascii: "[") || introducer == UInt8(ascii: "O") else {
      return 1
    }
    if let end = bytes.dropFirst().firstIndex(where: { (0x40...0x7E).contains($0) }) {
      return end - input.startIndex + 1
    }
    return input.count < longestSequence ? nil : input.count
  }

  private static func key(_ byte: UInt8) -> TopKey? {
    switch byte {
    case 0x03, 0x04: .interrupt
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x0C: .redraw
    case 0x1A: .suspend
    case 0x20..<0x7F: .character(Character(Unicode.Scalar(byte)))
    default: nil
    }
  }

  /// - Parameter sequence: without the escape; empty for the escape alone.
  private static func key(ofSequence sequence: ArraySlice<UInt8>) -> TopKey? {
    switch String(decoding: sequence.dropFirst(), as: UTF8.self) {
    case "" where sequence.isEmpty: .escape
    case "A": .up
    case "B": .down
    case "H", "1~", "7~": .home
    case "F", "4~", "8~": .end
    case "5~": .pageUp
    case "6~": .pageDown
    case "Z": .backTab
    default: nil
    }
  }
}
