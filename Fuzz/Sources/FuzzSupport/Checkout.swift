import Foundation
import SentryCapture
public import SentryPacket

/// What the project ships and fuzzers begin with. The working directory is the folder `Fuzz`.
public struct Checkout {
  private let root = URL(filePath: FileManager.default.currentDirectoryPath).deletingLastPathComponent()

  /// The documents we ship, by name: `Default.plist`, `first.plist` ….
  public func documents() throws -> [String: [UInt8]] {
    let files = try files(in: "Documents", "Samples", endingIn: ".plist")
    return try Dictionary(uniqueKeysWithValues: files.map { ($0.lastPathComponent, [UInt8](try Data(contentsOf: $0))) })
  }

  /// A text file; `path` is from the top of the checkout.
  public func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// A frame of a capture.
  public struct Frame {
    public var bytes: [UInt8]
    public var linkType: LinkType
    public var time: Timestamp
  }

  /// The frames of the captures we ship, by file name.
  public func frames() throws -> [String: [Frame]] {
    let files = try files(in: "Samples", endingIn: ".pcap")
    return try Dictionary(uniqueKeysWithValues: files.map { ($0.lastPathComponent, try frames(of: $0)) })
  }

  private func frames(of file: URL) throws -> [Frame] {
    var frames: [Frame] = []
    var capture = try CaptureFile(path: file.path())
    let linkType = capture.linkType
    try capture.forEach { frame, header in
      let bytes = (0..<frame.byteCount).map { frame.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
      frames.append(Frame(bytes: bytes, linkType: linkType, time: header.time))
    }
    return frames
  }

  private func files(in folders: String..., endingIn ending: String) throws -> [URL] {
    try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(at: root.appending(path: folder), includingPropertiesForKeys: nil)
    }.filter { $0.lastPathComponent.hasSuffix(ending) }
  }
}
