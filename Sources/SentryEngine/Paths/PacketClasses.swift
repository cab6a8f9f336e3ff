/// Tells packets apart as the rules do: all tests of numbers, whatever rule asks them, have the same answers for two packets of
/// one class.
struct PacketClasses: Sendable {
  /// The class of a packet.
  struct Key: BitwiseCopyable, Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0
  }

  /// False if the rules tell more apart than a key has room for: then it holds only some of it.
  let isComplete: Bool
  // What a key holds of each number that rules ask for; a number is in one of these lists.
  let bits: [Bits]
  let few: [Few]
  let many: [Many]
  let spread: [Spread]
  private let tables: [UInt16]

  /// Where in a key a value stands.
  struct Place {
    private let shift: UInt64
    private let lowMask: UInt64

    /// Takes the next bits of a key for values up to `most`; what does not fit is counted in `used` all the same.
    fileprivate init(upTo most: UInt64, _ used: inout (low: Int, high: Int)) {
      let width = UInt64.bitWidth - most.leadingZeroBitCount
      let isHigh = used.low + width > UInt64.bitWidth
      shift = UInt64(isHigh ? used.high : used.low)
      lowMask = isHigh ? 0 : .max
      if isHigh { used.high += width } else { used.low += width }
    }

    @inline(__always)
    fileprivate func put(_ value: UInt64, into key: inout Key) {
      let value = value &<< shift
      key.low |= value & lowMask
      key.high |= value & ~lowMask
    }
  }

  /// Some bits of the number.
  struct Bits {
    let field: UInt8
    fileprivate let mask: UInt64
    fileprivate let place: Place
  }

  /// How many of up to four breakpoints the number has reached: it is greater than the last number before one. Where there are
  /// fewer, only what is absent reaches the others. All are small enough that the sign of a difference answers, without a branch
  /// that would be mispredicted.
  struct Few {
    let field: UInt8
    fileprivate let lastBefore: (UInt64, UInt64, UInt64, UInt64)
    fileprivate let place: Place

    /// Stands for what is absent.
    static var most: UInt64 { UInt64(Int64.max) }
  }

  /// The interval, from `tables`: at `first` that of 0, and so on; the number `last` stands for all from there on.
  struct Many {
    let field: UInt8
    fileprivate let first: Int
    fileprivate let last: UInt64
    fileprivate let place: Place
  }

  /// The interval.
  struct Spread {
    let field: UInt8
    fileprivate let breakpoints: Breakpoints<UInt64>
    fileprivate let place: Place
  }

  init(of steps: [Step]) {
    var questions = Questions()
    for step in steps { questions.add(step) }
    var used = (low: 0, high: 0)
    bits = questions.masks.sorted { $0.key < $1.key }.map { field, mask in
      Bits(field: field, mask: mask, place: Place(upTo: mask, &used))
    }
    var (few, many, spread, tables): ([Few], [Many], [Spread], [UInt16]) = ([], [], [], [])
    for (field, ranges) in questions.ranges.sorted(by: { $0.key < $1.key }) {
      let points = Breakpoints(of: ranges)
      let most = points.intervalCount - 1
      let last = points.start(of: most)
      if most <= 4 {
        func lastBefore(_ number: Int) -> UInt64 {
          number <= most ? min(points.start(of: number), Few.most) - 1 : Few.most - 1
        }
        few.append(
          Few(
            field: field, lastBefore: (lastBefore(1), lastBefore(2), lastBefore(3), lastBefore(4)),
            place: Place(upTo: 4, &used)))
      } else if last <= Self.longestTable, most <= UInt16.max {
        many.append(
          Many(field: field, first: tables.count, last: last, place: Place(upTo: UInt64(most), &used)))
        for number in 0...last { tables.append(UInt16(points.interval(of: number))) }
      } else {
        spread.append(Spread(field: field, breakpoints: points, place: Place(upTo: UInt64(most), &used)))
      }
    }
    (self.few, self.many, self.spread, self.tables) = (few, many, spread, tables)
    isComplete = used.high <= UInt64.bitWidth
  }

  /// Ports, and all that is smaller; of ports, all but one may be told apart.
  private static var longestTable: UInt64 { 65_536 }

  /// What steps ask of each number, by its place.
  private struct Questions {
    var ranges: [UInt8: [ClosedRange<UInt64>]] = [:]
    var masks: [UInt8: UInt64] = [:]

    mutating func add(_ step: Step) {
      switch step.test {
      case .number where step.field == NumberSlot.constant.rawValue: break
      case .number where step.mask == .max:
        ranges[step.field, default: []].append(step.lower...(step.lower + step.width))
      case .number, .gated: masks[step.field, default: 0] |= step.mask
      case .table, .other: break
      }
    }
  }

  // MARK: For each number of a packet

  @inline(__always)
  func add(_ part: Bits, _ number: UInt64, to key: inout Key) { part.place.put(number & part.mask, into: &key) }

  @inline(__always)
  func add(_ part: Few, _ number: UInt64, to key: inout Key) {
    let number = min(number, Few.most)
    var reached = (part.lastBefore.0 &- number) &>> 63
    reached &+= (part.lastBefore.1 &- number) &>> 63
    reached &+= (part.lastBefore.2 &- number) &>> 63
    reached &+= (part.lastBefore.3 &- number) &>> 63
    part.place.put(reached, into: &key)
  }

  @inline(__always)
  func add(_ part: Many, _ number: UInt64, to key: inout Key) {
    let interval = tables[part.first &+ Int(truncatingIfNeeded: min(number, part.last))]
    part.place.put(UInt64(interval), into: &key)
  }

  @inline(__always)
  func add(_ part: Spread, _ number: UInt64, to key: inout Key) {
    part.place.put(UInt64(truncatingIfNeeded: part.breakpoints.interval(of: number)), into: &key)
  }
}
