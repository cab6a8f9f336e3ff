import SentryPacket
import Testing

@testable import SentryService

@Suite struct ApplicationBookTests {
  private func number(_ path: String, _ book: ApplicationBook) -> UInt32 {
    number(Array(path.utf8), book)
  }

  private func number(_ bytes: [UInt8], _ book: ApplicationBook) -> UInt32 { book.number(of: bytes.span.bytes) }

  @Test func eachProgramHasOneNumber() {
    let book = ApplicationBook()
    #expect(number("/usr/bin/curl", book) == 1)
    #expect(number("/usr/bin/wget", book) == 2)
    #expect(number("/usr/bin/curl", book) == 1)
    #expect(number("/usr/bin/curl2", book) == 3)
    #expect(number("", book) == 0)
    #expect(book.latest == 3)
  }

  /// Paths are bytes: two that are no text are two, though they look the same.
  @Test func pathsThatAreNoTextAreToldApart() {
    let book = ApplicationBook()
    #expect(number([0x2F, 0xFF], book) == 1)
    #expect(number([0x2F, 0xFE], book) == 2)
    #expect(number([0x2F, 0xFF], book) == 1)
  }

  /// Whoever runs many copies of a program drives others out of the book, who come back when they are met again.
  @Test func theLatestAreRemembered() {
    let book = ApplicationBook(capacity: 3)
    for letter in ["a", "b", "c", "d"] { _ = number(letter, book) }
    #expect(number("b", book) == 2)
    #expect(number("a", book) == 5, "it was forgotten for d")
    #expect(number("b", book) == 6, "it was forgotten for a")
    #expect(Array(book.additions(after: 3).paths) == ["d", "a", "b"])
    #expect(book.additions(after: 3).last == 6)
    #expect(Array(book.additions(after: 0).paths) == ["d", "a", "b"], "the others are forgotten")
    #expect(Array(book.additions(after: 5).paths) == ["b"])
    #expect(book.additions(after: 6).paths.isEmpty)
  }

  @Test func namesFollowTheBook() {
    let book = ApplicationBook(capacity: 3)
    var names = ApplicationNames()
    for letter in ["a", "b"] { _ = number(letter, book) }
    names.add(book.additions(after: names.latest))
    for letter in ["c", "d", "e"] { _ = number(letter, book) }
    names.add(book.additions(after: names.latest))
    #expect((0...6).map { names[$0] } == [nil, "a", "b", "c", "d", "e", nil])
    #expect(names.latest == 5)
  }

  @Test func namesAreForgottenInTheEnd() {
    var names = ApplicationNames()
    for number in 1...4_200 as ClosedRange<UInt32> {
      names.add(ApplicationBook.Addition(last: number, paths: ["/\(number)"]))
    }
    #expect(names[4_200] == "/4200")
    #expect(names[105] == "/105")
    #expect(names[104] == nil)
  }
}
