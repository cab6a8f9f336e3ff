internal import Foundation

/// What a program writes to its two outputs, taken as it comes, so that it never has to wait for the one while the other is read.
struct ProgramWords {
  private(set) var output = Data()
  private(set) var errors = Data()
  /// It has more to say, which is not listened to.
  private(set) var isCut = false

  /// Bytes of each that are read, and a piece more.
  static let most = 1 << 20

  /// Ends when both are closed.
  init(output: FileHandle, errors: FileHandle) {
    var questions = [output, errors].map { pollfd(fd: $0.fileDescriptor, events: Int16(POLLIN), revents: 0) }
    while questions.contains(where: { $0.fd >= 0 }) {
      // Safe: the call reads and writes the elements of the array, as many as it is told.
      guard unsafe poll(&questions, nfds_t(questions.count), -1) >= 0 else {
        if errno == EINTR { continue }
        return
      }
      if questions[0].revents != 0 { Self.take(from: output, &questions[0], into: &self.output) }
      if questions[1].revents != 0 { Self.take(from: errors, &questions[1], into: &self.errors) }
      isCut = max(self.output.count, self.errors.count) > Self.most
      if isCut { return }
    }
  }

  private static func take(from handle: FileHandle, _ question: inout pollfd, into words: inout Data) {
    let piece = handle.availableData
    words += piece
    // Nobody is asked again who has closed.
    if piece.isEmpty { question.fd = -1 }
  }
}
