internal import Foundation
internal import GRDB

/// Why the database cannot be used.
public enum StoreError: Error, Equatable, Sendable {
  /// It is none, or its contents contradict themselves.
  case damaged(path: String, reason: String)
  /// A later version of the program has written it.
  case newer(path: String)
  /// Another process keeps its memory there.
  case inUse(path: String)
  /// No file is there.
  case missing(path: String)
  /// The system refuses.
  case unusable(path: String, reason: String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
    case .newer(let path): "\(path) was written by a newer sentry, and is left as it is"
    case .inUse(let path): "another sentry keeps its memory in \(path)"
    case .missing(let path): "there is no \(path)"
    case .unusable(let path, let reason): "\(path) cannot be used: \(reason)"
    }
  }
}

extension StoreError {
  /// From whatever an operation on the database at `path` has thrown.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode):
      self = .damaged(path: path, reason: error.reason)
    // Tables that are missing or of another shape: the file is of our version, but not of our making.
    case let error as DatabaseError where error.resultCode == .SQLITE_ERROR || error.resultCode == .SQLITE_MISMATCH:
      self = .damaged(path: path, reason: error.reason)
    case let error as DatabaseError: self = .unusable(path: path, reason: error.reason)
    default: self = .unusable(path: path, reason: error.localizedDescription)
    }
  }
}

extension DatabaseError {
  fileprivate var reason: String { message ?? "error \(extendedResultCode.rawValue)" }
}
