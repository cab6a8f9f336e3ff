internal import SentryCapture
internal import SentryPacket

/// The captures of one replay, all opened before the first is read, so that a missing one is noticed at once.
struct CaptureInputs: ~Copyable {
  private var files: [Box]

  /// A place for a file that cannot be copied.
  private final class Box {
    var file: CaptureFile
    init(_ file: consuming CaptureFile) { self.file = file }
  }

  /// - Parameter rewindable: the captures will be read twice; standard input is then kept in a temporary file.
  init(paths: [String], rewindable: Bool) throws(CaptureError) {
    files = []
    for path in paths {
      files.append(Box(try CaptureFile(path: path, rewindable: rewindable)))
    }
  }

  /// Of the first capture.
  var firstLinkType: LinkType { files.first?.file.linkType ?? .ethernet }

  /// Says of each capture that cannot be decoded that nothing in it will be judged.
  func warnOfUndecodedLinks() {
    for box in files where !box.file.linkType.isDecoded {
      Console.writeError(
        "\(FileInput.displayName(box.file.path)): link type \(box.file.linkType) is not decoded; its packets count as not IP"
      )
    }
  }

  /// A capture file holds packets of one link type: an output for captures of several is refused before it is opened.
  func checkOneLinkType(for output: String?) throws(CommandFailure) {
    guard let output, let other = files.first(where: { $0.file.linkType != firstLinkType }) else { return }
    throw CommandFailure(
      .unusableData,
      "\(output) cannot hold packets of link type \(firstLinkType) and of \(other.file.linkType), as in "
        + FileInput.displayName(other.file.path))
  }

  /// Bytes of all captures together; 0 if one of them is a pipe.
  var byteCount: Int64 {
    var total: Int64 = 0
    for box in files {
      guard let bytes = box.file.byteCount else { return 0 }
      total += bytes
    }
    return total
  }

  mutating func forEach(_ body: (String, inout CaptureFile) throws -> Void) throws {
    for box in files { try body(FileInput.displayName(box.file.path), &box.file) }
  }

  var count: Int { files.count }

  func linkType(of index: Int) -> LinkType { files[index].file.linkType }

  func name(of index: Int) -> String { FileInput.displayName(files[index].file.path) }

  /// Bytes read of the capture at `index`, and those before it.
  func bytesRead(upTo index: Int) -> Int64 {
    files.prefix(index).reduce(0) { $0 + ($1.file.byteCount ?? 0) }
      + (files.indices.contains(index) ? files[index].file.bytesRead : 0)
  }

  /// See `CaptureFile.read(into:_:)`.
  mutating func read(
    _ index: Int, into block: inout FrameBlock, _ body: (RawSpan, FrameHeader) -> Void
  ) throws(CaptureError) -> Int {
    try files[index].file.read(into: &block, body)
  }

  /// See `CaptureFile.checkExtent()`.
  mutating func checkExtents() throws(CaptureError) {
    for box in files { try box.file.checkExtent() }
  }

  /// Starts again with the first frame of each.
  mutating func rewind() throws(CaptureError) {
    for box in files { try box.file.rewind() }
  }
}
