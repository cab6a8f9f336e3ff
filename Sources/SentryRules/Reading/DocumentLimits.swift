/// How much a document may hold.
///
/// The smallest parts of a document, such as `{}` for a rule, take many times their size while it is in use. So their
/// number is limited, far beyond what anybody can mean: that keeps every document within ten times its size, and some
/// megabytes.
struct DocumentLimits {
  /// Rules at all levels together that any document may have.
  var rules = 20_000
  /// A document may have one more for so many of its bytes. What rules say usually takes twice that.
  var bytesPerRule = 40
  /// Packets that the tests describe, however often each is sent.
  var testPackets = 10_000
  /// Packets that one test describes.
  var packetsPerTest = 1_000
  /// Addresses that a packet of a test lists as triggered.
  var triggeredAddresses = 1_000
  /// Keys of the root, besides those that mean something.
  var keptKeys = 10_000
  /// Interfaces, and names that stand for some.
  var interfaces = 4_096
  /// Lists to follow.
  var lists = 64
  /// Nets that a setting lists.
  var nets = 65_536

  /// What a document of so many bytes may have.
  func rules(inBytes size: Int) -> Int { rules + size / max(1, bytesPerRule) }
}
