internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import SentryControl
internal import SentryJournal

/// The control socket as a file: who may use it, and whether somebody does already.
struct SocketFile: Sendable {
  /// Members of this group, if it exists, may talk to the daemon.
  private static let group = "sentry"

  let path: String
  /// The one whose directory is ours to make.
  var usualPath = ControlSocket.defaultPath

  /// Makes the usual directory if there is none, and makes sure that no living daemon listens here.
  ///
  /// A socket file that a dead daemon left behind is no obstacle: binding replaces it.
  func prepare() async throws(DaemonError) {
    guard let address = try? SocketAddress(unixDomainSocketPath: path) else {
      throw .socketUnusable(path: path, reason: "the path is too long for a socket")
    }
    try makeDirectory()
    if let type, type != .typeSocket {
      throw .socketUnusable(path: path, reason: "there is something else at that path")
    }
    if await answers(at: address) { throw .socketInUse(path: path) }
  }

  /// The directory of the usual socket, which is gone with every start of the system, is made: 0750, the group may pass,
  /// others may not even look. Another one is somebody's choice, or a slip of the pen, and must be there.
  private func makeDirectory() throws(DaemonError) {
    let directory = Self.directory(of: path)
    guard !FileManager.default.fileExists(atPath: directory) else { return }
    guard directory == Self.directory(of: usualPath) else {
      throw .socketUnusable(path: path, reason: "there is no folder \(directory)")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o750])
    } catch let error as CocoaError where error.code == .fileWriteNoPermission {
      throw .socketNotPermitted(path: path)
    } catch {
      throw .socketUnusable(path: path, reason: "its folder \(directory) cannot be made")
    }
    giveToGroup(directory)
  }

  private static func directory(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  private func answers(at address: SocketAddress) async -> Bool {
    let connection = try? await ClientBootstrap(group: ControlServer.eventLoops).connect(to: address).get()
    try? await connection?.close()
    return connection != nil
  }

  /// Opens the bound socket to the group: 0660.
  ///
  /// - Returns: which file it is.
  func protect() -> FileIdentity? {
    try? FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: path)
    giveToGroup(path)
    return FileIdentity(of: path)
  }

  /// Without effect where there is no such group, or we may not give files away.
  private func giveToGroup(_ item: String) {
    try? FileManager.default.setAttributes([.groupOwnerAccountName: Self.group], ofItemAtPath: item)
  }

  /// Whether nothing is there any more.
  var isGone: Bool { type == nil }

  /// Removes the socket, and nothing else that may be there: another daemon may have taken its place.
  func remove(_ identity: FileIdentity) {
    if FileIdentity(of: path) == identity { try? FileManager.default.removeItem(atPath: path) }
  }

  /// `nil`: nothing is there.
  private var type: FileAttributeType? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
  }
}
