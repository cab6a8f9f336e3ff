public import SentryPacket

/// A run of frames that are read together and stay in memory until the block is filled again: for several threads to look at.
///
/// Fill it with `CaptureFile.read(into:_:)`. Its memory is used again if nobody else holds a copy of it.
public struct FrameBlock: Sendable {
  /// What the file holds at once: small enough for a processor's own cache.
  static var roomInBytes: Int { 512 * 1024 }
  /// Frames there may be; with fewer bytes each than that, more would only take longer.
  static var mostFrames: Int { 8_192 }

  /// One frame.
  @usableFromInline
  struct Place: Sendable {
    @usableFromInline var start: UInt32
    @usableFromInline var length: UInt32
    @usableFromInline var wireLength: UInt32
    @usableFromInline var time: Timestamp
  }

  /// The file, or copies of its frames.
  @usableFromInline var bytes: [UInt8] = []
  @usableFromInline private(set) var places: [Place] = []
  /// The number of the first frame in its file, less one.
  @usableFromInline private(set) var framesBefore: UInt64 = 0

  public private(set) var linkType = LinkType.ethernet

  public init() {}

  public var count: Int { places.count }

  /// The frame at `index`; its bytes may be used only during the call.
  @inlinable
  @inline(__always)
  public func withFrame<Result, Failure>(
    at index: Int, _ body: (RawSpan, FrameHeader) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let place = places[index]
    let header = FrameHeader(
      number: framesBefore + UInt64(index) + 1, time: place.time, wireLength: Int(place.wireLength))
    // Safe: every byte of an array of bytes is initialized.
    let frame = unsafe bytes.span.bytes.extracting(Int(place.start)..<Int(place.start) + Int(place.length))
    return try body(frame, header)
  }

  // MARK: Filling

  mutating func removeAll(linkType: LinkType, framesBefore: UInt64) {
    places.removeAll(keepingCapacity: true)
    self.linkType = linkType
    self.framesBefore = framesBefore
  }

  /// Adds the frame at these positions in `bytes`.
  @inline(__always)
  mutating func append(_ frame: Range<Int>, _ header: FrameHeader) {
    places.append(
      Place(
        start: UInt32(truncatingIfNeeded: frame.lowerBound), length: UInt32(truncatingIfNeeded: frame.count),
        wireLength: UInt32(clamping: header.wireLength), time: header.time))
  }

  /// Adds a copy of a frame behind those there are.
  mutating func append(_ frame: RawSpan, _ header: FrameHeader) {
    let start = bytes.count
    unsafe frame.withUnsafeBytes { frame in
      // Safe: the bytes are copied during the call.
      unsafe bytes.append(contentsOf: frame)
    }
    append(start..<bytes.count, header)
  }
}

extension CaptureFile {
  /// Reads the next frames into `block`, in place of what it held.
  ///
  /// - Parameter body: is given each frame in turn, as `read(atMost:_:)` does.
  /// - Returns: how many; 0 at the end.
  /// - Throws: as `read(atMost:_:)` does.
  public mutating func read(
    into block: inout FrameBlock, _ body: (RawSpan, FrameHeader) -> Void
  ) throws(CaptureError) -> Int {
    block.removeAll(linkType: linkType, framesBefore: frameCount)
    if let count = deliverPlain(into: &block, body), count > 0 { return count }
    block.bytes.removeAll(keepingCapacity: true)
    // Few at a time: each may be as long as a block.
    var count = 0
    repeat {
      let read = try read(atMost: 8) { frame, header in
        block.append(frame, header)
        body(frame, header)
      }
      guard read > 0 else { break }
      count += read
    } while block.bytes.count < FrameBlock.roomInBytes && count < FrameBlock.mostFrames && plainRecords == nil
    return count
  }
}

extension PlainRecords {
  /// Delivers the next frames into a block of somebody else's, as far as one call reads them.
  ///
  /// - Returns: how many; 0 if what comes next is not plain.
  mutating func deliver(
    into block: inout FrameBlock, from file: borrowing OwnedDescriptor, counting frameCount: inout UInt64,
    _ body: (RawSpan, FrameHeader) -> Void
  ) -> Int {
    if block.bytes.count != FrameBlock.roomInBytes {
      block.bytes = [UInt8](repeating: 0, count: FrameBlock.roomInBytes)
    }
    forgetHeld()
    let before = frameCount
    // The block's bytes are looked at while its list of frames grows.
    var held: [UInt8] = []
    swap(&held, &block.bytes)
    let count = Self.read(file, at: offset, into: &held)
    let end = list(held, first: count, in: &block, counting: &frameCount, body)
    skip(to: offset + Int64(end))
    swap(&held, &block.bytes)
    return Int(frameCount - before)
  }

  /// Delivers the plain records at the start of `held`.
  ///
  /// - Returns: where the record after them begins.
  private func list(
    _ held: [UInt8], first count: Int, in block: inout FrameBlock, counting frameCount: inout UInt64,
    _ body: (RawSpan, FrameHeader) -> Void
  ) -> Int {
    // Safe: every byte of an array of bytes is initialized.
    let bytes = unsafe held.span.bytes.extracting(first: count)
    var start = 0
    while block.count < FrameBlock.mostFrames, let record = format.record(at: start, in: bytes) {
      frameCount += 1
      let header = FrameHeader(number: frameCount, time: record.time, wireLength: record.wireLength)
      block.append(record.frame, header)
      body(bytes.extracting(record.frame), header)
      start = record.frame.upperBound
    }
    return start
  }
}
