public import SentryPacket

/// A run of frames that are read together and stay in memory until the block is filled again: for several threads to look at.
///
/// Fill it with `CaptureFile.read(into:_:)`. Its memory is used again if nobody else holds a copy of it.
public struct FrameBlock: Sendable {
  /// With so many bytes no more frames are added: small enough for a processor's own cache.
  static var mostBytes: Int { 1 << 20 }
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

  /// The part of the file they lie in; `nil` for `copies`.
  @usableFromInline var window: FileWindow?
  @usableFromInline private(set) var copies: [UInt8] = []
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
    let range = Int(place.start)..<Int(place.start) + Int(place.length)
    if let window {
      return try window.withBytes(first: range.upperBound) { (bytes) throws(Failure) in
        try body(bytes.extracting(range), header)
      }
    }
    // Safe: every byte of an array of bytes is initialized.
    return try body(unsafe copies.span.bytes.extracting(range), header)
  }

  // MARK: Filling

  mutating func removeAll(linkType: LinkType, framesBefore: UInt64) {
    places.removeAll(keepingCapacity: true)
    copies.removeAll(keepingCapacity: true)
    window = nil
    self.linkType = linkType
    self.framesBefore = framesBefore
  }

  /// Adds the frame at these positions in the part of the file, or in the copies.
  @inline(__always)
  mutating func append(_ frame: Range<Int>, _ header: FrameHeader) {
    places.append(
      Place(
        start: UInt32(truncatingIfNeeded: frame.lowerBound), length: UInt32(truncatingIfNeeded: frame.count),
        wireLength: UInt32(clamping: header.wireLength), time: header.time))
  }

  /// Adds a copy of a frame behind those there are.
  mutating func append(_ frame: RawSpan, _ header: FrameHeader) {
    let start = copies.count
    unsafe frame.withUnsafeBytes { frame in
      // Safe: the bytes are copied during the call.
      unsafe copies.append(contentsOf: frame)
    }
    append(start..<copies.count, header)
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
    if let count = try deliverPlain(into: &block, body), count > 0 { return count }
    // Few at a time: each may be as long as a block.
    var count = 0
    repeat {
      let read = try read(atMost: 8) { frame, header in
        block.append(frame, header)
        body(frame, header)
      }
      guard read > 0 else { break }
      count += read
    } while block.copies.count < FrameBlock.mostBytes && count < FrameBlock.mostFrames && plainRecords == nil
    return count
  }
}
