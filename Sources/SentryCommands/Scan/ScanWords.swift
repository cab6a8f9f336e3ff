/// What nc(1) says of a port, and how it ends. There are several programs of that name: what is not understood says nothing of the port.
struct ScanWords {
  private let text: Substring
  /// `nil` if the line breaks off before it.
  private let status: Int?

  /// - Parameter line: ends in `status 1`.
  init(_ line: Substring) {
    let parts = line.split(separator: " ")
    let isWhole = parts.count >= 2 && parts[parts.count - 2] == "status"
    status = isWhole ? Int(parts[parts.count - 1]) : nil
    text = isWhole ? line[..<parts[parts.count - 2].startIndex] : line
  }

  func finding(isUDP: Bool) -> ScanProbe.Finding {
    guard let status else { return .failed }
    if says("refused") { return .closed }
    // timeout(1) has ended it.
    if status == 124 || says("timed out") || says("TIMEOUT") || says("in progress") { return .silent }
    if status == 0 { return isUDP ? .silent : .open }
    // OpenBSD's says nothing of a datagram that was refused, and some of its versions nothing of a connection that nobody answers.
    return status == 1 && text.allSatisfy { $0 == " " } ? (isUDP ? .closed : .silent) : .failed
  }

  private func says(_ words: String) -> Bool { text.contains(words) }
}
