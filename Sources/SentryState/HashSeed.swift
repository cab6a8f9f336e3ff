/// The secret that spreads keys over a table, so that nobody outside can choose keys that collide.
///
/// Each table draws its own. Nothing a user sees depends on it: entries keep the order of their packets, not of their hashes,
/// and a replay gives the same answers with any seed.
struct HashSeed: Sendable {
  let first: UInt64
  let second: UInt64
  let third: UInt64

  init(first: UInt64, second: UInt64, third: UInt64) {
    self.first = first
    self.second = second
    self.third = third
  }

  static func random() -> HashSeed {
    HashSeed(first: .random(in: .min ... .max), second: .random(in: .min ... .max), third: .random(in: .min ... .max))
  }
}

/// The two halves of a 128-bit product, folded: every bit of both factors reaches every part of the result (the mixing step of
/// wyhash, https://github.com/wangyi-fudan/wyhash).
@inlinable
@inline(__always)
public func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}
