internal import Foundation
internal import SystemPackage

/// Where the service's files are, below the root of a system or of a package.
struct ServiceFiles {
  /// `/` is this system.
  var root = "/"
  /// In the folders for packages.
  var isVendor = false

  var isThisSystem: Bool { URL(fileURLWithPath: root).standardizedFileURL.path == "/" }

  var main: String { path("\(units)/sentry.service") }
  var boot: String { path("\(units)/sentry-boot.service") }
  var user: String { path("\(isVendor ? "/usr/lib" : "/etc")/sysusers.d/sentry.conf") }
  var options: String { path("/etc/default/sentry") }

  private var units: String { isVendor ? "/usr/lib/systemd/system" : "/etc/systemd/system" }

  private func path(_ place: String) -> String { root.hasSuffix("/") ? root + place.dropFirst() : root + place }

  /// Those that `install` makes anew each time; what `options` says stays.
  func made(of texts: ServiceUnits) -> [(path: String, text: String)] {
    [(main, texts.main), (boot, texts.boot), (user, texts.user)]
  }

  /// The unit that is there, of ours, lets the daemon look at the processes of other users.
  var seesProcesses: Bool {
    guard Self.isOurs(main), let text = try? String(contentsOfFile: main, encoding: .utf8) else { return false }
    return text.contains(ServiceUnits(seesProcesses: true).capabilities)
  }

  /// A file of that name that we have not made is somebody's own.
  func checkAreOurs() throws(CommandFailure) {
    for (path, _) in made(of: ServiceUnits()) {
      guard FileManager.default.fileExists(atPath: path), !Self.isOurs(path) else { continue }
      throw CommandFailure(
        .inputOutput, "\(path) is there, and is not what 'sentry service install' has made: move it away first")
    }
  }

  static func isOurs(_ path: String) -> Bool {
    (try? String(contentsOfFile: path, encoding: .utf8))?.hasPrefix(ServiceUnits.mark) == true
  }

  /// Makes the folders above it, too.
  static func write(_ path: String, _ text: String) throws(CommandFailure) {
    let url = URL(fileURLWithPath: path)
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url, options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    } catch {
      throw failure("cannot write", path, error)
    }
  }

  /// - Returns: whether it was there.
  static func remove(_ path: String) throws(CommandFailure) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    do { try FileManager.default.removeItem(atPath: path) } catch { throw failure("cannot remove", path, error) }
    return true
  }

  /// What stands where a folder should be.
  private static func obstacle(above path: String) -> String? {
    var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    while folder.path != "/" {
      if let isFolder = try? folder.resourceValues(forKeys: [.isDirectoryKey]).isDirectory, !isFolder {
        return "\(folder.path) is no folder"
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }

  private static func failure(_ what: String, _ path: String, _ error: any Error) -> CommandFailure {
    // Foundation wraps what the system says, sometimes more than once.
    var cause = error as NSError
    while let inner = cause.userInfo[NSUnderlyingErrorKey] as? NSError { cause = inner }
    let isDenied = (error as? CocoaError)?.code == .fileWriteNoPermission || [1, 13].contains(cause.code)
    let code = cause.domain == NSPOSIXErrorDomain ? CInt(exactly: cause.code) : nil
    let reason = code.map { "\(Errno(rawValue: $0))" } ?? obstacle(above: path) ?? cause.localizedDescription
    return CommandFailure(isDenied ? .notPermitted : .inputOutput, "\(what) \(path): \(reason)")
  }
}
