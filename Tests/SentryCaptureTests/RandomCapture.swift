import SentryTestSupport

/// Pcap files that libpcap reads in different ways, some of them damaged.
struct RandomCapture {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(state: seed) }

  mutating func next() -> [UInt8] {
    var bytes = written()
    for _ in 0..<Int.random(in: 0...3, using: &generator) { damage(&bytes) }
    return bytes
  }

  private mutating func one<Element>(of choices: [Element]) -> Element {
    choices[Int.random(in: choices.indices, using: &generator)]
  }

  /// As a program writes it. Most of these have plain records.
  private mutating func written() -> [UInt8] {
    var capture = CaptureBytes(one(of: [.littleEndian, .bigEndian]))
    let magic: UInt32 = one(of: [0xA1B2_C3D4, 0xA1B2_C3D4, 0xA1B2_3C4D, 0xA1B2_CD34])
    capture.pcapHeader(
      magic: magic, minor: one(of: [4, 4, 4, 4, 4, 3, 2]), snapshotLength: one(of: [65_535, 262_144, 0, 96, .max]),
      // Besides Ethernet and others that are decoded: USB, logs of netfilter, Ethernet with a check sum of four bytes.
      linkType: one(of: [1, 1, 1, 0, 12, 101, 113, 276, 189, 220, 239, 0x5400_0001]))
    for second in 0..<UInt32.random(in: 0...12, using: &generator) {
      let frame = (0..<Int.random(in: 0...150, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      capture.pcapRecord(
        seconds: 1_700_000_000 + second, fraction: UInt32.random(in: 0..<1_000_000, using: &generator), frame: frame,
        wireLength: UInt32(frame.count) + one(of: [0, 0, 1400]))
    }
    return capture.bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard bytes.count > 4 else { return }
    let place = Int.random(in: 0...bytes.count - 4, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes.removeLast(bytes.count - place)
    case 2: bytes.removeSubrange(place..<place + Int.random(in: 1...4, using: &generator))
    case 3: bytes.insert(contentsOf: [0, 0, 0, 0].prefix(Int.random(in: 1...4, using: &generator)), at: place)
    default:
      let word: UInt32 = one(of: [
        0, 1, 96, 97, 1_000_000, 262_144, 262_145, 1_000_000_000, 0x7FFF_FFFF, 0x8000_0000, .max,
      ])
      withUnsafeBytes(of: word) { bytes.replaceSubrange(place..<place + 4, with: $0) }
    }
  }
}
