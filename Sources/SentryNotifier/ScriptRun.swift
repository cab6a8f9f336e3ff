internal import Foundation
internal import Glibc
internal import SentryProcesses

/// A script to run.
public struct ScriptOrder: Codable, Sendable, Equatable {
  /// The folder that scripts come from.
  public var folder: String
  /// A file in it.
  public var name: String
  /// What the script reads.
  public var input: String
  /// Besides root, whose scripts are run: the user that runs the daemon.
  public var owner: UInt32

  /// - Parameter owner: whoever runs this process, unless told otherwise.
  public init(folder: String, name: String, input: String, owner: UInt32? = nil) {
    (self.folder, self.name, self.input) = (folder, name, input)
    self.owner = owner ?? geteuid()
  }
}

/// Runs a script of the one folder that scripts come from.
enum ScriptRun {
  private static let patience = Duration.seconds(10)

  static func outcome(of order: ScriptOrder) -> NoticeOutcome {
    do {
      let path = try ScriptFolder(path: order.folder, owner: order.owner).path(of: order.name)
      let program = ChildProgram(
        path: path, arguments: [order.name], input: Array((order.input + "\n").utf8), patience: patience)
      let ending = try program.run()
      if let problem = ending.problem { return .failed(problem) }
      return .done(ending.output)
    } catch let refusal as ScriptFolder.Refusal {
      return .failed(refusal.description)
    } catch let error as ProcessError where error.code == ENOEXEC {
      return .failed("does not start: neither a program nor a text that begins with #! and an interpreter")
    } catch {
      return .failed("does not start: \(error)")
    }
  }
}

/// The folder that scripts come from. What is in it is for its administrator to say: others may change neither the folder nor what it
/// holds.
struct ScriptFolder {
  let path: String
  /// Besides root, whose files are trusted.
  let owner: UInt32

  enum Refusal: Error, Equatable, CustomStringConvertible {
    case notAName
    case missing(String)
    case noFolder(String)
    case writableByOthers(String)
    case ownedByAnother(String)
    case leadsOut(String)
    case noRegularFile(String)
    case notExecutable(String)

    var description: String {
      switch self {
      case .notAName: "is no name of a script: names have no '/' and do not begin with '.'"
      case .missing(let path): "is not there: \(path)"
      case .noFolder(let path): "the folder of scripts cannot be used: \(path) is no folder"
      case .writableByOthers(let path): "is not run: others than its owner may write to \(path)"
      case .ownedByAnother(let path): "is not run: \(path) belongs to neither root nor the daemon's user"
      case .leadsOut(let path): "is not run: the link leads out of the folder, to \(path)"
      case .noRegularFile(let path): "is not run: \(path) is no file"
      case .notExecutable(let path): "is not run: \(path) is not executable for the user that runs scripts"
      }
    }
  }

  /// Where the script of that name is, if it may be run.
  func path(of name: String) throws(Refusal) -> String {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix("."), !name.utf8.contains(0) else { throw .notAName }
    guard let folder = Self.resolved(path), let folderStatus = Self.status(of: folder),
      folderStatus.st_mode & S_IFMT == S_IFDIR
    else { throw .noFolder(path) }
    try check(folderStatus, folder)
    // Where the name leads, so that what is looked at is what is run.
    guard let script = Self.resolved("\(folder)/\(name)"), let status = Self.status(of: script) else {
      throw .missing("\(path)/\(name)")
    }
    let start = folder == "/" ? "/" : "\(folder)/"
    guard script.utf8.starts(with: start.utf8), !script.utf8.dropFirst(start.utf8.count).contains(UInt8(ascii: "/"))
    else { throw .leadsOut(script) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .noRegularFile(script) }
    try check(status, script)
    // Safe: Swift passes the path as a terminated string that lives during the call.
    guard unsafe access(script, X_OK) == 0 else { throw .notExecutable(script) }
    return script
  }

  private func check(_ status: stat, _ path: String) throws(Refusal) {
    guard status.st_uid == 0 || status.st_uid == owner else { throw .ownedByAnother(path) }
    guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else { throw .writableByOthers(path) }
  }

  private static func resolved(_ path: String) -> String? {
    // Safe: the call makes a terminated string, which is freed here.
    guard let text = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    // Safe: the call writes the structure.
    return unsafe lstat(path, &status) == 0 ? status : nil
  }
}
