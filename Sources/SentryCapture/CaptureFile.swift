internal import Glibc
public import SentryPacket

/// A capture file read from start to end: pcap with microseconds or nanoseconds in either byte order, or pcapng.
///
/// ```swift
/// var file = try CaptureFile(path: "attack.pcap")
/// try file.forEach { frame, header in … }
/// ```
public struct CaptureFile: ~Copyable {
  /// The path that means standard input.
  public static let standardInput = "-"

  public let path: String
  /// What the file itself holds; frames are delivered with nanoseconds in either case.
  public let timestampPrecision: TimestampPrecision
  /// Length in bytes; `nil` for a pipe that is read as it comes.
  public let byteCount: Int64?

  /// The open file, kept for rewinding.
  private let descriptor: OwnedDescriptor
  /// Where in it the capture starts; `nil` if it cannot be read again.
  private let start: Int64?
  private var handle: PcapHandle
  /// Reads in libpcap's place up to the first record that is not plain.
  private(set) var plainRecords: PlainRecords?
  private let way: PlainRecords.Way?
  /// Where in the file ends what has been read so.
  private var plainEnd: Int64 = 0
  private var isFinished = false

  /// Opens a file, or standard input for `-`.
  ///
  /// With `rewindable` a pipe is first read to its end into a temporary file that has no name.
  ///
  /// - Throws: `.cannotOpen`, `.notACapture`, `.damaged` if its first header is, `.cannotSpool`.
  public init(path: String, rewindable: Bool = false) throws(CaptureError) {
    try self.init(path: path, rewindable: rewindable, way: .cheapest)
  }

  /// - Parameter way: how plain records are read; `nil` to leave them to libpcap, too.
  init(path: String, rewindable: Bool = false, way: PlainRecords.Way?) throws(CaptureError) {
    let opened = try Self.open(path)
    let isPipe = try Self.extent(of: opened, path: path) == nil
    let descriptor = try rewindable && isPipe ? spooled(opened) : opened
    let extent = try Self.extent(of: descriptor, path: path)
    let stream = try CaptureStream(path: path, reading: descriptor)
    let signature = stream.peekSignature()
    handle = try stream.openCapture(path: path, signature: signature)
    self.path = path
    self.descriptor = descriptor
    self.way = way
    timestampPrecision = signature.timestampPrecision
    start = extent?.lowerBound
    byteCount = extent.map { Int64($0.count) }
    if start != nil { readPlain(signature) }
  }

  public var linkType: LinkType { handle.linkType }

  /// The most bytes of a frame that the file holds.
  public var snapshotLength: Int { handle.snapshotLength }

  /// Frames delivered since the start.
  public private(set) var frameCount: UInt64 = 0

  /// How far reading has come, for a progress bar; cheap, but not for every frame.
  public var bytesRead: Int64 { (plainRecords?.offset ?? handle.filePosition) - (start ?? 0) }

  /// Delivers at most `maximum` of the next frames; the bytes may be used only during the call.
  ///
  /// - Returns: how many; 0 at the end.
  /// - Throws: `.damaged` or `.mixedInterfaces`, once, after the frames before have been delivered.
  public mutating func read(
    atMost maximum: Int, _ body: (RawSpan, FrameHeader) -> Void
  ) throws(CaptureError) -> Int {
    try read(atMost: maximum, lookingAhead: 0) { frame, header, _ in body(frame, header) }
  }

  /// The same, and hands over beside each frame the one so many frames after it: empty where that is not known yet.
  ///
  /// - Parameter lookAhead: 0 for none.
  public mutating func read(
    atMost maximum: Int, lookingAhead lookAhead: Int, _ body: (RawSpan, FrameHeader, _ later: RawSpan) -> Void
  ) throws(CaptureError) -> Int {
    guard !isFinished, maximum > 0 else { return 0 }
    let count =
      plainRecords?.deliver(
        from: descriptor, atMost: maximum, lookingAhead: lookAhead, counting: &frameCount, body) ?? 0
    try checkExtent()
    if count > 0 { return count }
    if let offset = plainRecords.take()?.offset { try leaveToLibpcap(from: offset) }
    switch handle.deliver(atMost: Int32(clamping: maximum), counting: &frameCount, { body($0, $1, RawSpan()) }) {
    case .delivered(let count):
      isFinished = count == 0
      return count
    case .failed(let reason):
      isFinished = true
      throw failure(reason)
    }
  }

  /// See `read(into:_:)`.
  ///
  /// - Returns: how many; `nil` if libpcap reads the file.
  /// - Throws: as `checkExtent` does.
  mutating func deliverPlain(
    into block: inout FrameBlock, _ body: (RawSpan, FrameHeader) -> Void
  ) throws(CaptureError) -> Int? {
    let count = plainRecords?.deliver(into: &block, from: descriptor, counting: &frameCount, body)
    try checkExtent()
    return count
  }

  /// Makes sure that what was delivered was there: a file that others cut short meanwhile reads as zeros behind its end.
  ///
  /// - Throws: `.damaged` if it was not.
  public mutating func checkExtent() throws(CaptureError) {
    plainEnd = plainRecords?.offset ?? plainEnd
    guard plainEnd > 0, let size = descriptor.size, plainEnd > size else { return }
    isFinished = true
    throw failure("the file was cut short while it was read")
  }

  private mutating func readPlain(_ signature: CaptureSignature) {
    plainEnd = 0
    plainRecords = way.flatMap { PlainRecords(of: handle, signature: signature, $0) }
  }

  private mutating func leaveToLibpcap(from offset: Int64) throws(CaptureError) {
    do throws(SystemError) {
      try handle.seek(to: offset)
    } catch {
      isFinished = true
      throw failure(SystemText.message(of: error.code))
    }
  }

  /// Delivers all remaining frames.
  ///
  /// - Throws: as `read` does.
  public mutating func forEach(_ body: (RawSpan, FrameHeader) -> Void) throws(CaptureError) {
    while try read(atMost: .max, body) > 0 {}
  }

  /// The same, and hands over beside each frame the one so many frames after it: empty where that is not known yet.
  ///
  /// - Throws: as `read` does.
  public mutating func forEach(
    lookingAhead lookAhead: Int, _ body: (RawSpan, FrameHeader, _ later: RawSpan) -> Void
  ) throws(CaptureError) {
    while try read(atMost: .max, lookingAhead: lookAhead, body) > 0 {}
  }

  /// Starts again with the first frame.
  ///
  /// - Throws: `.cannotOpen` with `ESPIPE` for a pipe that was not opened `rewindable`.
  public mutating func rewind() throws(CaptureError) {
    guard let start else { throw .cannotOpen(path: path, code: ESPIPE) }
    let raw = descriptor.raw
    do throws(SystemError) {
      _ = try systemCall("lseek") { lseek(raw, Int(start), SEEK_SET) }
    } catch {
      throw .cannotOpen(path: path, code: error.code)
    }
    let stream = try CaptureStream(path: path, reading: descriptor)
    let signature = stream.peekSignature()
    handle = try stream.openCapture(path: path, signature: signature)
    readPlain(signature)
    frameCount = 0
    isFinished = false
  }

  /// libpcap has only words for what is wrong; these are its words for interfaces it cannot read together.
  private func failure(_ reason: String) -> CaptureError {
    let frame = frameCount + 1
    return reason.hasPrefix("an interface has a ")
      ? .mixedInterfaces(path: path, offset: bytesRead, frame: frame, reason: reason)
      : .damaged(path: path, offset: bytesRead, frame: frame, reason: reason)
  }

  private static func open(_ path: String) throws(CaptureError) -> OwnedDescriptor {
    do throws(SystemError) {
      let opened = try path == standardInput ? OwnedDescriptor.standardInput() : OwnedDescriptor(opening: path)
      let status = try opened.status()
      guard !status.isDirectory else { throw SystemError(name: "open", code: EISDIR) }
      return opened
    } catch {
      throw .cannotOpen(path: path, code: error.code)
    }
  }

  /// From where the descriptor stands (standard input may have been read from before) to the end; `nil` for a pipe.
  private static func extent(
    of descriptor: borrowing OwnedDescriptor, path: String
  ) throws(CaptureError) -> Range<Int64>? {
    do throws(SystemError) {
      let status = try descriptor.status()
      guard status.isRegularFile else { return nil }
      let raw = descriptor.raw
      let start = Int64(try systemCall("lseek") { lseek(raw, 0, SEEK_CUR) })
      return start..<max(start, Int64(status.st_size))
    } catch {
      throw .cannotOpen(path: path, code: error.code)
    }
  }
}
