/// Bytes on their way out: gathered, or handed on in pieces, so that a large document is never there as a whole.
package final class ByteOutput {
  private static let pieceSize = 65_536

  /// What was not handed on yet.
  package private(set) var bytes: [UInt8] = []
  /// How many were handed on already.
  private var handedOn = 0
  private let handOn: (([UInt8]) -> Void)?

  /// Gathers everything in `bytes`.
  package init() {
    handOn = nil
  }

  /// Hands on pieces of some 64 KiB, which must be used before `handOn` returns.
  package init(handingOnTo handOn: @escaping ([UInt8]) -> Void) {
    self.handOn = handOn
    bytes.reserveCapacity(2 * Self.pieceSize)
  }

  /// How many were written.
  package var count: Int { handedOn + bytes.count }

  package func write(_ text: String) {
    bytes += text.utf8
    handOnWhenFull()
  }

  package func write(_ more: some Collection<UInt8>) {
    bytes += more
    handOnWhenFull()
  }

  package func write(_ byte: UInt8) {
    bytes.append(byte)
    handOnWhenFull()
  }

  package func write(_ byte: UInt8, times: Int) {
    for _ in 0..<max(0, times) { write(byte) }
  }

  /// Hands on what is left.
  package func finish() {
    guard let handOn, !bytes.isEmpty else { return }
    handedOn += bytes.count
    handOn(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private func handOnWhenFull() {
    if bytes.count >= Self.pieceSize { finish() }
  }

  /// What `body` writes, as text.
  package static func text(_ body: (ByteOutput) -> Void) -> String {
    let output = ByteOutput()
    body(output)
    return String(decoding: output.bytes, as: UTF8.self)
  }
}
