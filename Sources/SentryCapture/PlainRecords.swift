internal import SentryPacket

/// Reads the records of a pcap file without libpcap, as long as they are plain.
///
/// libpcap copies each frame twice: from the system's cache into the stream's buffer, and from there into its own. Here
/// one part of the file after the other is mapped, if the kernel does that in large pages, and frames are delivered where they lie in
/// its cache, fetched from memory a little before they are read; else a part is copied once, into memory that stays in the
/// processor's cache.
///
/// What is not plain is left to libpcap: records that are not whole or longer than such a part, lengths and times that no
/// capture program writes, frames without bytes, and the end of the file. So whoever reads, frames and errors are the same.
struct PlainRecords {
  /// How parts of the file come into memory, each so many bytes at most.
  enum Way {
    case copied(atMost: Int)
    case mapped(atMost: Int)
    /// Mapped where that is done in large pages.
    case cheapest
  }

  /// With less at once it takes longer: a third with a quarter of it.
  private static let mappedAtOnce = 16 << 20
  /// Less takes more calls; more leaves the second level of the processor's cache.
  private static let copiedAtOnce = 256 << 10
  /// Parts that are copied until it is tried again whether there are large pages: what is read of a file first is kept in small ones.
  private static let copiesAtFirst = mappedAtOnce / copiedAtOnce

  let format: PlainRecordFormat
  private let way: Way
  /// Parts to be copied until one is mapped again, and how many it will be the next time: ever more.
  private var (copiesLeft, nextCopies) = (0, copiesAtFirst)
  /// The part of the file that is being read; `nil` before the first.
  private var window: FileWindow?
  /// Where in the file the next record begins.
  private(set) var offset: Int64

  /// `nil` for a capture that is libpcap's to read. `handle` has read the header of the file and nothing else.
  init?(of handle: borrowing PcapHandle, signature: CaptureSignature, _ way: Way) {
    guard let format = PlainRecordFormat(of: handle, signature: signature) else { return nil }
    self.format = format
    self.way = way
    offset = handle.filePosition
  }

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
      guard let window else { continue }
      let start = Int(offset - window.offset)
      let end = window.withBytes(first: max(start, window.heldCount(of: file))) { bytes in
        deliver(
          bytes, from: start, FetchAhead(of: window, from: start), upTo: last, lookingAhead: lookAhead,
          counting: &frameCount, body)
      }
      offset = window.offset + Int64(end)
    } while frameCount < last && takeNext(of: file)
    return Int(frameCount - before)
  }

  /// Delivers the next frames, up to number `last`, as far as they are in `bytes`, whole and plain.
  ///
  /// - Returns: where in `bytes` the record after them begins.
  private func deliver(
    _ bytes: RawSpan, from start: Int, _ fetchAhead: FetchAhead, upTo last: UInt64, lookingAhead lookAhead: Int,
    counting frameCount: inout UInt64, _ body: (RawSpan, FrameHeader, RawSpan) -> Void
  ) -> Int {
    var (start, fetchAhead) = (start, fetchAhead)
    var later = lookAhead > 0 ? start : bytes.byteCount
    for _ in 0..<lookAhead { later = format.frame(at: later, in: bytes).upperBound }
    while frameCount < last, let record = format.record(at: start, in: bytes) {
      fetchAhead.move(to: start, in: bytes)
      frameCount += 1
      let header = FrameHeader(number: frameCount, time: record.time, wireLength: record.wireLength)
      let laterFrame = format.frame(at: later, in: bytes)
      body(bytes.extracting(record.frame), header, bytes.extracting(laterFrame))
      start = record.frame.upperBound
      later = laterFrame.upperBound
    }
    return start
  }

  /// Delivers the next frames and adds them to a block of somebody else's.
  ///
  /// - Returns: how many; 0 if what comes next is not plain.
  mutating func deliver(
    into block: inout FrameBlock, from file: borrowing OwnedDescriptor, counting frameCount: inout UInt64,
    _ body: (RawSpan, FrameHeader) -> Void
  ) -> Int {
    repeat {
      guard let window else { continue }
      let start = Int(offset - window.offset)
      let end = window.withBytes(first: max(start, window.heldCount(of: file))) { bytes in
        list(bytes, from: start, FetchAhead(of: window, from: start), in: &block, counting: &frameCount, body)
      }
      offset = window.offset + Int64(end)
      if end > start {
        block.window = window
        return block.count
      }
    } while takeNext(of: file)
    return 0
  }

  /// Delivers the plain records from `start` on, as many as belong in a block.
  ///
  /// - Returns: where the record after them begins.
  private func list(
    _ bytes: RawSpan, from start: Int, _ fetchAhead: FetchAhead, in block: inout FrameBlock,
    counting frameCount: inout UInt64, _ body: (RawSpan, FrameHeader) -> Void
  ) -> Int {
    var (place, fetchAhead) = (start, fetchAhead)
    let most = start + FrameBlock.mostBytes
    while block.count < FrameBlock.mostFrames, place < most, let record = format.record(at: place, in: bytes) {
      fetchAhead.move(to: place, in: bytes)
      frameCount += 1
      let header = FrameHeader(number: frameCount, time: record.time, wireLength: record.wireLength)
      block.append(record.frame, header)
      body(bytes.extracting(record.frame), header)
      place = record.frame.upperBound
    }
    return place
  }

  /// Takes the part of the file in which the next record begins.
  ///
  /// - Returns: false if that holds no more of the record than the last one.
  private mutating func takeNext(of file: borrowing OwnedDescriptor) -> Bool {
    let end = window?.end ?? offset
    // Its memory is free for the next.
    window = nil
    window = nextWindow(of: file)
    return window.map { $0.end > end } ?? false
  }

  private mutating func nextWindow(of file: borrowing OwnedDescriptor) -> FileWindow? {
    switch way {
    case .copied(let length): return FileWindow(copying: file, at: offset, atMost: length)
    case .mapped(let length): return FileWindow(mapping: file, at: offset, atMost: length)
    case .cheapest: return cheapestWindow(of: file)
    }
  }

  private mutating func cheapestWindow(of file: borrowing OwnedDescriptor) -> FileWindow? {
    if copiesLeft == 0 {
      let window = FileWindow(mapping: file, at: offset, atMost: Self.mappedAtOnce)
      if window?.isOfLargePages == true {
        nextCopies = Self.copiesAtFirst
      } else {
        (copiesLeft, nextCopies) = (nextCopies, 2 * nextCopies)
      }
      if let window { return window }
    }
    copiesLeft -= 1
    return FileWindow(copying: file, at: offset, atMost: Self.copiedAtOnce)
  }
}

/// Has what is mapped fetched from memory before it is read; what has been copied is in the processor's cache.
private struct FetchAhead {
  /// In bytes: some hundred nanoseconds' worth of judging.
  private static let distance = 4096

  /// Where what has been fetched ends.
  private var end: Int

  init(of window: FileWindow, from start: Int) { end = window.isMapped ? start : .max }

  /// Reading has come to `place`. A little each time: the processor waits where much is asked for at once.
  @inline(__always)
  mutating func move(to place: Int, in bytes: RawSpan) {
    let next = place &+ Self.distance
    guard end < next else { return }
    bytes.fetch(end..<next)
    end = next
  }
}
