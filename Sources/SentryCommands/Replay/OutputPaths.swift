internal import Foundation
internal import SentryCapture

/// The files a replay is to write, looked at before any is opened: opening empties it.
struct OutputPaths {
  private let paths: [String]

  init(writing paths: [String?]) {
    self.paths = paths.compactMap { $0 }
  }

  /// The first that cannot be emptied and written again: standard output, a device, a pipe.
  var firstWrittenOnce: String? {
    paths.first { path in
      if path == CaptureFile.standardInput { return true }
      if case .none = FileIdentity(path) { return true }
      return false
    }
  }

  /// - Throws: a usage error if one of them is also read, or is named twice.
  func check(against inputs: [String]) throws(CommandFailure) {
    var taken: [FileIdentity: String] = [:]
    for input in inputs where input != "-" {
      if let identity = FileIdentity(input) { taken[identity] = "which is read" }
    }
    for path in paths {
      guard let identity = FileIdentity(path) else { continue }
      if let use = taken[identity] { throw CommandFailure(.usage, "cannot write to \(path), \(use)") }
      taken[identity] = "which is written already"
    }
  }
}

/// What tells files apart, whatever they are called.
private enum FileIdentity: Hashable {
  case existing(device: Int, number: Int)
  /// Not there yet.
  case path(String)

  /// `nil` for what may be used several times: devices, pipes.
  init?(_ path: String) {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path) else {
      self = .path(url.path)
      return
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular, let device = attributes[.systemNumber] as? Int,
      let number = attributes[.systemFileNumber] as? Int
    else { return nil }
    self = .existing(device: device, number: number)
  }
}
