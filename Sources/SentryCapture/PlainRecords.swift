internal import Glibc
internal import SentryPacket

/// Reads the records of a pcap file without libpcap, as long as they are plain.
///
/// libpcap copies each frame twice: from the system's cache into the stream's buffer, and from there into its own. Here
/// a block of the file is copied once, into memory that stays in the processor's cache, and frames are delivered where
/// they lie. A memory map, prefetched, is no faster, and a file that is cut short while it is mapped kills the process.
///
/// What is not plain is left to libpcap: records that are not whole or longer than a block, lengths and times that no
/// capture program writes, and the end of the file. So whoever reads, frames and errors are the same.
struct PlainRecords {
  /// Smaller blocks cost more calls; larger ones leave the second cache level.
  private static let blockLength = 256 * 1024

  let format: PlainRecordFormat
  /// A part of the file, of which the first `held` bytes have been read.
  private var block = [UInt8](repeating: 0, count: blockLength)
  private var held = 0
  /// Where in the file the block begins.
  private var blockOffset: Int64
  /// Where in the block the next record begins.
  private var next = 0

  /// `nil` for a capture that is libpcap's to read. `handle` has read the header of the file and nothing else.
  init?(of handle: borrowing PcapHandle, signature: CaptureSignature) {
    guard let format = PlainRecordFormat(of: handle, signature: signature) else { return nil }
    self.format = format
    blockOffset = handle.filePosition
  }

  /// Where in the file the next record begins.
  var offset: Int64 { blockOffset + Int64(next) }

  /// Delivers at most `maximum` of the next frames, each with the one so many frames after it, which is empty where that is not
  /// known yet; the bytes may be used only during the call.
  ///
  /// - Returns: how many; 0 if what comes next is not plain.
  mutating func deliver(
    from file: borrowing OwnedDescriptor, atMost maximum: Int, lookingAhead lookAhead: Int,
    counting frameCount: inout UInt64, _ body: (RawSpan, FrameHeader, RawSpan) -> Void
  ) -> Int {
    let before = frameCount
    let last = before + UInt64(maximum)
    repeat {
      next = deliverHeld(upTo: last, lookingAhead: lookAhead, counting: &frameCount, body)
    } while frameCount < last && readBlock(of: file)
    return Int(frameCount - before)
  }

  /// Delivers the next frames, up to number `last`, as far as they are in the block, whole and plain.
  ///
  /// - Returns: where in the block the record after them begins.
  private func deliverHeld(
    upTo last: UInt64, lookingAhead lookAhead: Int, counting frameCount: inout UInt64,
    _ body: (RawSpan, FrameHeader, RawSpan) -> Void
  ) -> Int {
    // Safe: every byte of an array of bytes is initialized.
    let bytes = unsafe block.span.bytes.extracting(first: held)
    var start = next
    var later = lookAhead > 0 ? start : bytes.byteCount
    for _ in 0..<lookAhead { later = format.frame(at: later, in: bytes).upperBound }
    while frameCount < last, let record = format.record(at: start, in: bytes) {
      frameCount += 1
      let header = FrameHeader(number: frameCount, time: record.time, wireLength: record.wireLength)
      let laterFrame = format.frame(at: later, in: bytes)
      body(bytes.extracting(record.frame), header, bytes.extracting(laterFrame))
      start = record.frame.upperBound
      later = laterFrame.upperBound
    }
    return start
  }

  /// Reads the block that begins with the next record.
  ///
  /// - Returns: false if there is no more of that record than has been read.
  private mutating func readBlock(of file: borrowing OwnedDescriptor) -> Bool {
    guard next > 0 || held == 0 else { return false }
    blockOffset = offset
    next = 0
    held = Self.read(file, at: blockOffset, into: &block)
    return held > 0
  }

  /// Fills `block` with what the file holds from `offset` on.
  ///
  /// - Returns: how many bytes there were; 0 also if they cannot be read.
  static func read(_ file: borrowing OwnedDescriptor, at offset: Int64, into block: inout [UInt8]) -> Int {
    let (raw, position) = (file.raw, Int(offset))
    // Safe: the call writes at most as many bytes as the block has.
    let count = unsafe block.withUnsafeMutableBytes { block in
      try? systemCall("pread") { unsafe pread(raw, block.baseAddress, block.count, position) }
    }
    return count ?? 0
  }

  /// What was read and not delivered will be read again.
  mutating func forgetHeld() { skip(to: offset) }

  /// Goes on with the record that begins at `offset` in the file.
  mutating func skip(to offset: Int64) {
    blockOffset = offset
    next = 0
    held = 0
  }
}
