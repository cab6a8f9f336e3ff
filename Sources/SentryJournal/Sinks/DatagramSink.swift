internal import Glibc

/// Sends each entry as a datagram to a reader who may come and go.
final class DatagramSink {
  private let path: String
  private var socket: DatagramSocket?

  init(path: String) { self.path = path }

  func reopen() { socket = nil }

  /// Sends entries until one cannot be sent. One that is too large for the socket never can be, and holds up no other.
  ///
  /// - Parameter datagram: the bytes of an entry; `nil` for one that is left out.
  func write(_ entries: [LogEntry], _ datagram: (LogEntry) -> [UInt8]?) -> SinkOutcome {
    var lost = 0
    for (index, entry) in entries.enumerated() {
      guard let bytes = datagram(entry) else { continue }
      do throws(SinkError) {
        if try !send(bytes) { lost += 1 }
      } catch {
        return SinkOutcome(written: index, problem: error.reason, lost: lost)
      }
    }
    return SinkOutcome(
      written: entries.count, problem: lost > 0 ? "an entry is too large for its reader's socket" : nil, lost: lost)
  }

  /// A reader that was started anew has another socket at the same path: what was lost is connected once more.
  ///
  /// - Returns: false if the socket takes nothing so large.
  private func send(_ bytes: [UInt8]) throws(SinkError) -> Bool {
    if let socket {
      switch socket.send(bytes) {
      case 0: return true
      case EMSGSIZE: return false
      case EAGAIN: throw SinkError("its reader does not keep up")
      default: break
      }
    }
    socket = nil
    let fresh = try DatagramSocket(connectingTo: path)
    switch fresh.send(bytes) {
    case 0:
      socket = fresh
      return true
    case EMSGSIZE:
      socket = fresh
      return false
    case EAGAIN:
      socket = fresh
      throw SinkError("its reader does not keep up")
    case let code: throw SinkError(code)
    }
  }
}
