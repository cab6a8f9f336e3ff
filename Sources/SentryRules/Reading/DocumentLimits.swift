/// How much a document may hold. Its smallest parts, `{}` for a rule, take many times their size while the document is in
/// use; so their number is limited, far beyond what anybody can mean.
struct DocumentLimits {
  /// Rules at all levels together. A million take 70 MB, and 300 when each says something else.
  var rules = 1_000_000
  /// Packets that the tests describe, however often each is sent.
  var testPackets = 100_000
}
