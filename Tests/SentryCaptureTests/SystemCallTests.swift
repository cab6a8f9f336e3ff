import Glibc
import Testing

@testable import SentryCapture

struct SystemCallTests {
  @Test func passesTheResultOn() throws {
    #expect(try systemCall("read") { 7 } == 7)
    #expect(try systemCall("read") { 0 } == 0)
  }

  @Test("calls again as long as a signal interrupts")
  func interrupted() throws {
    var calls = 0
    let result = try systemCall("read") {
      calls += 1
      errno = EINTR
      return calls < 4 ? -1 : 5
    }
    #expect(result == 5)
    #expect(calls == 4)
  }

  @Test func failure() {
    let error = #expect(throws: SystemError.self) {
      try systemCall("read") {
        errno = EIO
        return -1
      }
    }
    #expect(error == SystemError(name: "read", code: EIO))
  }
}
