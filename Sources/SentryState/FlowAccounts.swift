/// How much of each flow has been told already, by the flow's slot in the connection table.
///
/// Apart from the flows themselves: only those who add up traffic look here, never the packets. 48 bytes a slot, of which the
/// kernel hands out what is touched.
final class FlowAccounts {
  struct Account: BitwiseCopyable {
    var forward = FlowTraffic()
    var reverse = FlowTraffic()
    /// When the flow began that this is about; another one may have its slot by now.
    var firstNanoseconds: Int64 = 0
    /// The number of the program behind it; 0 while none is known.
    var application: UInt32 = 0
    var isOpen = false
  }

  private let accounts: ZeroedBuffer<Account>

  init(capacity: Int) { accounts = ZeroedBuffer(atMost: capacity) }

  /// What has been told of the flow that began at `firstNanoseconds` in a slot; an empty account for one not met before.
  func account(at slot: Int, of firstNanoseconds: Int64) -> Account {
    guard slot < accounts.count, accounts[slot].isOpen, accounts[slot].firstNanoseconds == firstNanoseconds else {
      return Account(firstNanoseconds: firstNanoseconds)
    }
    return accounts[slot]
  }

  func set(_ account: Account, at slot: Int) {
    guard slot < accounts.count else { return }
    accounts[slot] = account
    accounts[slot].isOpen = true
  }

  /// The account of the flow that has left a slot; closes it.
  func close(_ slot: Int, of firstNanoseconds: Int64) -> Account {
    let account = account(at: slot, of: firstNanoseconds)
    if account.isOpen { accounts[slot] = Account() }
    return account
  }
}
