internal import SentryCapture
internal import SentryPacket

/// Writes the packets of one kind of verdict to a capture file of their own.
struct SplitWriter: ~Copyable {
  private let path: String
  private let linkType: LinkType
  private var writer: CaptureWriter

  /// - Parameter linkType: of all packets to come; a capture file holds one.
  init(path: String, linkType: LinkType) throws(CaptureError) {
    self.path = path
    self.linkType = linkType
    writer = try CaptureWriter(path: path, linkType: linkType)
  }

  mutating func write(_ frame: RawSpan, _ header: FrameHeader, _ linkType: LinkType) throws(CommandFailure) {
    guard linkType == self.linkType else {
      throw CommandFailure(
        .unusableData,
        "\(path): holds packets of link type \(self.linkType); a capture with \(linkType) cannot go there")
    }
    writer.write(frame, header)
  }

  consuming func finish() throws(CaptureError) { try writer.finish() }
}
