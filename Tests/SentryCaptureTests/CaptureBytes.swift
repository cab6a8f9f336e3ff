/// Capture files written byte by byte, as the pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng)
/// specifications lay them out.
struct CaptureBytes: Sendable {
  enum Order: Sendable {
    case littleEndian
    case bigEndian
  }

  let order: Order
  private(set) var bytes: [UInt8] = []
  /// Lengths at which the file may end and be whole: after the headers and after each frame.
  private(set) var boundaries: Set<Int> = []

  init(_ order: Order = .littleEndian) { self.order = order }

  private mutating func append(_ value: some FixedWidthInteger) {
    let littleFirst = (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    bytes += order == .littleEndian ? littleFirst : littleFirst.reversed()
  }

  // MARK: pcap

  mutating func pcapHeader(
    magic: UInt32 = 0xA1B2_C3D4, major: UInt16 = 2, minor: UInt16 = 4, snapshotLength: UInt32 = 65_535,
    linkType: UInt32 = 1
  ) {
    append(magic)
    append(major)
    append(minor)
    append(UInt64(0))  // time zone and accuracy, both unused
    append(snapshotLength)
    append(linkType)
    boundaries.insert(bytes.count)
  }

  mutating func pcapRecord(
    seconds: UInt32, fraction: UInt32, frame: [UInt8], capturedLength: UInt32? = nil, wireLength: UInt32? = nil
  ) {
    append(seconds)
    append(fraction)
    append(capturedLength ?? UInt32(frame.count))
    append(wireLength ?? UInt32(frame.count))
    bytes += frame
    boundaries.insert(bytes.count)
  }

  // MARK: pcapng

  /// A block of any type around a body of whole words.
  private mutating func block(_ type: UInt32, _ body: (inout CaptureBytes) -> Void) {
    var inner = CaptureBytes(order)
    body(&inner)
    let length = UInt32(12 + inner.bytes.count)
    append(type)
    append(length)
    bytes += inner.bytes
    append(length)
  }

  mutating func sectionHeader() {
    block(0x0A0D_0D0A) {
      $0.append(UInt32(0x1A2B_3C4D))
      $0.append(UInt16(1))
      $0.append(UInt16(0))
      $0.append(UInt64.max)  // section length unknown
    }
  }

  /// `resolution` is option 9, `if_tsresol`: 6 for microseconds, 9 for nanoseconds, with the high bit a power of two.
  mutating func interface(linkType: UInt16 = 1, snapshotLength: UInt32 = 65_535, resolution: UInt8? = nil) {
    block(1) {
      $0.append(linkType)
      $0.append(UInt16(0))
      $0.append(snapshotLength)
      guard let resolution else { return }
      $0.append(UInt16(9))
      $0.append(UInt16(1))
      $0.bytes += [resolution, 0, 0, 0]
      $0.append(UInt32(0))  // end of options
    }
    boundaries.insert(bytes.count)
  }

  mutating func enhancedPacket(interface: UInt32 = 0, ticks: UInt64, frame: [UInt8], wireLength: UInt32? = nil) {
    block(6) {
      $0.append(interface)
      $0.append(UInt32(truncatingIfNeeded: ticks >> 32))
      $0.append(UInt32(truncatingIfNeeded: ticks))
      $0.append(UInt32(frame.count))
      $0.append(wireLength ?? UInt32(frame.count))
      $0.bytes += frame + Array(repeating: 0, count: (4 - frame.count % 4) % 4)
    }
    boundaries.insert(bytes.count)
  }
}
