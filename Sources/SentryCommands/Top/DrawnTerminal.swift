internal import CTerminal
internal import Dispatch
internal import Foundation
internal import SystemPackage

/// The terminal while it is drawn on: tells what is pressed and which signals come, and is as it was afterwards.
///
/// However the program ends, the terminal comes back: by `end`, by any exit, by a signal that ends or kills it, by a trap
/// (`CTerminal`). Only one may be drawn on.
final class DrawnTerminal {
  enum Event: Sendable {
    case bytes([UInt8])
    case signal(Int32)
    /// Nobody can press anything any more.
    case closed
  }

  /// What comes, until `end`.
  let events: AsyncStream<Event>
  private let sources: [any DispatchSourceRead]
  private let pipe: (reading: FileDescriptor, writing: FileDescriptor)

  /// - Throws: why it cannot be drawn on.
  init() throws(CommandFailure) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw CommandFailure(.usage, "top needs a terminal to draw on: --once prints one screen")
    }
    guard !["", "dumb"].contains(ProcessInfo.processInfo.environment["TERM", default: ""]) else {
      throw CommandFailure(.usage, "this terminal cannot be drawn on (TERM): --once prints one screen")
    }
    do {
      let ends = try FileDescriptor.pipe()
      pipe = (ends.readEnd, ends.writeEnd)
    } catch {
      throw CommandFailure(.inputOutput, "the terminal: \(error)")
    }
    // A burst of signals must not stop whom they interrupt.
    _ = fcntl(pipe.writing.rawValue, F_SETFL, O_NONBLOCK)
    guard sentry_terminal_begin(pipe.writing.rawValue) == 0 else {
      throw CommandFailure(.inputOutput, "the terminal cannot be drawn on: \(Errno(rawValue: errno))")
    }
    let (events, continuation) = AsyncStream.makeStream(of: Event.self)
    self.events = events
    let queue = DispatchQueue(label: "terminal")
    sources = [
      Self.source(.standardInput, queue) { bytes in
        guard let bytes, !bytes.isEmpty else {
          continuation.yield(.closed)
          return continuation.finish()
        }
        continuation.yield(.bytes(bytes))
      },
      Self.source(pipe.reading, queue) { bytes in
        for number in bytes ?? [] { continuation.yield(.signal(Int32(number))) }
      },
    ]
    for source in sources { source.activate() }
  }

  /// - Parameter take: is given what can be read; nothing at the end, `nil` where it cannot be read.
  private static func source(
    _ descriptor: FileDescriptor, _ queue: DispatchQueue, _ take: @escaping @Sendable ([UInt8]?) -> Void
  ) -> any DispatchSourceRead {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.rawValue, queue: queue)
    source.setEventHandler {
      // Safe: the call writes into the buffer at most as much as it holds, and says how much that is.
      let bytes = unsafe try? [UInt8](unsafeUninitializedCapacity: 1_024) { buffer, count in
        count = unsafe try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      take(bytes)
    }
    return source
  }

  /// Makes it show what it is given.
  ///
  /// - Returns: false if it is gone.
  func write(_ text: String) -> Bool {
    text.isEmpty || (try? FileDescriptor.standardOutput.writeAll(Array(text.utf8))) != nil
  }

  /// Stops the program until somebody has it go on.
  func pause() { sentry_terminal_pause() }

  /// The terminal is as it was before.
  func end() {
    for source in sources { source.cancel() }
    sentry_terminal_end()
  }

  /// Columns and rows; 80 x 24 where it does not say.
  static var size: (width: Int, height: Int) { told ?? (80, 24) }

  /// Columns and rows of what standard output is, as it says; `nil` if it is no terminal.
  static var told: (width: Int, height: Int)? {
    var size = winsize()
    // Safe: the kernel fills in the structure, which lives as long as the call (ioctl_tty(2)).
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
