// The values of properties: the first byte chooses a property, the second a relation, the rest is the value.

import FuzzSupport
import SentryRules

enum ValueFuzzer: FuzzTarget {
  static func seeds(of checkout: Checkout) -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (index, property) in allProperties.enumerated() {
      seeds["\(index)"] = [UInt8(index), 0] + Array(property.example.utf8)
    }
    return seeds
  }

  static func dictionary(of checkout: Checkout) -> [String] {
    allProperties.map { $0.example } + [
      "-", ",", ":", "/", "(", ")", "[", "]", "\\x", "*", "+", "255.255.255.0", "2001:db8::", "::ffff:", "syn", "rst",
      "trigger", "state", "external", "65535", "4294967295", "18446744073709551615",
    ]
  }

  static func check(_ input: [UInt8]) {
    guard input.count >= 2 else { return }
    let property = allProperties[Int(input[0]) % allProperties.count]
    let relation = Relation.allCases[Int(input[1]) % Relation.allCases.count]
    let value = String(decoding: input.dropFirst(2), as: UTF8.self)
    do {
      _ = try Condition(property, relation, value: value)
    } catch {
      require(!error.message.isEmpty, "a refusal without words")
    }
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  ValueFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  ValueFuzzer.test(start, count)
}
