internal import Foundation
internal import Glibc

/// A network of a test's own: a thread that lives in a new network namespace, which vanishes with the thread and
/// everything in it, also if the test or the whole process fails.
public enum NetworkNamespace {
  /// Making one needs root; the tools set it up.
  public static let isPossible = geteuid() == 0 && Program("ip").isThere && Program("bash").isThere

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Runs `body` in a fresh namespace with its loopback interface up, on a thread of its own.
  public static func run(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try enterNewNamespace()
            try setUp("link set lo up")
            try body()
          })
      }
    }
  }

  /// Runs `ip` with these words in the namespace of the calling thread.
  public static func setUp(_ words: String) throws {
    try runScript("\(Program("ip").path) \(words)")
  }

  /// Sends `count` UDP datagrams of `length` bytes to an IPv4 address. Refusals that come back do not matter.
  public static func sendDatagrams(_ count: Int, of length: Int, to address: String, port: Int) throws {
    try runScript(
      """
      data=$(printf '%\(length)s')
      exec 3> /dev/udp/\(address)/\(port) || exit
      for ((i = 0; i < \(count); i++)); do
        until printf '%s' "$data" >&3; do :; done
      done 2> /dev/null
      """)
  }

  /// Runs a script of bash in the namespace of the calling thread, and says what it wrote to standard output.
  ///
  /// Not through `Program`: that leaves open which thread starts the program, and a program lives where its starter does.
  /// After two minutes the script is killed.
  ///
  /// - Throws: `Failure` if it ends with another status than 0.
  @discardableResult
  public static func runScript(_ script: String) throws -> String {
    let folder = try TemporaryFolder()
    let path = try folder.write("script", script)
    let output = try folder.write("output", "")
    let command = "timeout --signal=KILL 120 bash \(path) > \(output) 2> \(output).errors"
    // Safe: Swift passes the command as a terminated string that lives during the call.
    let status = unsafe system(command)
    let (text, errors) = (try contents(of: output), try contents(of: output + ".errors"))
    guard status == 0 else { throw Failure(description: "status \(status): \(script)\n\(text)\(errors)") }
    return text
  }

  private static func contents(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  /// Swift's C library module lacks this call of sched.h.
  private static func enterNewNamespace() throws {
    let newNetwork: Int32 = 0x4000_0000  // CLONE_NEWNET
    // Safe: the C library has the function since version 2.4, with this type.
    guard let symbol = unsafe dlsym(nil, "unshare") else { throw Failure(description: "no unshare") }
    let unshare = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
    guard unshare(newNetwork) == 0 else { throw Failure(description: "unshare: \(errno)") }
  }
}
