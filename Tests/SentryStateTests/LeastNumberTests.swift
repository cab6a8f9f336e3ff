import SentryTestSupport
import Testing

@testable import SentryState

@Suite struct LeastNumberTests {
  @Test func nothingIsLeastAtFirst() {
    let numbers = LeastNumber()
    #expect(numbers.least == LeastNumber.none)
    #expect(numbers.count == 1)
  }

  @Test func ofEqualOnesTheFirstCounts() {
    var numbers = LeastNumber()
    for _ in 0..<2 { numbers.grow() }
    (numbers[3], numbers[1], numbers[2]) = (5, 5, 9)
    #expect(numbers.least == 5)
    #expect(numbers.position == 1)
    numbers[1] = 6
    #expect(numbers.position == 3)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func theLeastIsAlwaysKnown(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var numbers = LeastNumber()
    var model: [Int64] = [LeastNumber.none]
    for _ in 0..<300 {
      if model.count < 40, Int.random(in: 0..<20, using: &random) == 0 {
        numbers.grow()
        model += Array(repeating: LeastNumber.none, count: model.count)
      }
      let position = Int.random(in: model.indices, using: &random)
      let number = Bool.random(using: &random) ? Int64.random(in: -9...9, using: &random) : LeastNumber.none
      numbers[position] = number
      model[position] = number
      #expect(numbers.least == model.min())
      #expect(numbers.position == model.firstIndex(of: numbers.least))
      #expect((0..<numbers.count).map { numbers[$0] } == model)
    }
  }
}
