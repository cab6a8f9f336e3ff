internal import Glibc
internal import SentryCapture

/// Why the kernel's packet filter does not do what it was asked. `asked` completes "cannot".
public enum NetfilterError: Error, Equatable {
  /// Changing the packet filter needs CAP_NET_ADMIN.
  case notPermitted(asked: String)
  /// The kernel lacks `part`; loading `module` may help.
  case notInKernel(asked: String, part: String, module: String, said: String)
  /// Anything else the kernel or nftables refuses, in its words.
  case refused(asked: String, said: String)
  /// A program that is needed is not installed; `package` has it.
  case noProgram(name: String, package: String)
  /// A program ended with a status other than 0.
  case programFailed(name: String, asked: String, status: Int32, said: String)
  /// nftables would take the name for something else than one interface.
  case unusableInterfaceName(String)
  /// Both marks are one bit each, and not the same.
  case unusableMarks(queue: UInt32, own: UInt32)
  /// Another sentry hands packets of this host to that queue, and judges them.
  case inUse(queue: UInt16)
  case cannotWrite(path: String, code: Int32)
  case systemCall(name: String, code: Int32)
}

extension NetfilterError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notPermitted(let asked):
      "cannot \(asked): that needs more rights; run as root or with CAP_NET_ADMIN"
    case .notInKernel(let asked, let part, let module, let said):
      "cannot \(asked): this kernel has no \(part) (\(said)); try 'modprobe \(module)'"
    case .refused(let asked, let said):
      "cannot \(asked): \(said)"
    case .noProgram(let name, let package):
      "there is no program '\(name)', and this kernel cannot do without; try 'apt install \(package)'"
    case .programFailed(let name, let asked, let status, let said):
      "cannot \(asked): '\(name)' ended with status \(status)\(said.isEmpty ? "" : ": \(said)")"
    case .unusableInterfaceName(let name):
      "the packet filter cannot name the interface '\(name)': expected 1 to 15 printable bytes without quotes, *, / or \\"
    case .unusableMarks(let queue, let own):
      "the marks \(hexadecimal(queue)) and \(hexadecimal(own)) cannot be used: expected two different numbers of one bit each"
    case .inUse(let queue):
      "another sentry judges this host's packets, through queue \(queue): stop it first"
    case .cannotWrite(let path, let code):
      "cannot write '\(path)': \(SystemText.message(of: code))"
    case .systemCall(let name, let code):
      "\(name): \(SystemText.message(of: code))"
    }
  }
}

extension NetfilterError {
  /// From what nftables wrote about a command it refused.
  init(asked: String, nftables text: String) {
    let said = Self.firstError(in: text)
    switch said {
    case _ where said.hasPrefix("Operation not permitted"): self = .notPermitted(asked: asked)
    case _ where said.hasPrefix("Operation not supported"), _ where said.hasPrefix("Protocol not supported"):
      self = .notInKernel(asked: asked, part: "support for this", module: "nf_tables", said: said)
    default: self = .refused(asked: asked, said: said)
    }
  }

  /// From how iptables or one of its companions ended.
  init(asked: String, program: String, status: Int32, wrote text: String) {
    let said = text.split(separator: "\n").first { !$0.hasPrefix("#") && !$0.isEmpty }.map { String($0) } ?? ""
    switch text {
    case _ where text.contains("Permission denied"), _ where text.contains("Operation not permitted"):
      self = .notPermitted(asked: asked)
    case _ where text.contains("No such file or directory"), _ where text.contains("NFQUEUE"),
      _ where text.contains("No chain/target/match by that name"):
      self = .notInKernel(
        asked: asked, part: "NFQUEUE or MARK target", module: "nft_compat xt_NFQUEUE xt_mark", said: said)
    default: self = .programFailed(name: program, asked: asked, status: status, said: said)
    }
  }

  /// What follows the first `Error:`, without the place and the drawing below it.
  private static func firstError(in text: String) -> String {
    for line in text.split(separator: "\n") {
      guard let mark = line.firstRange(of: "Error: ") else { continue }
      return line[mark.upperBound...].firstRange(of: "Could not process rule: ")
        .map { String(line[$0.upperBound...]) } ?? String(line[mark.upperBound...])
    }
    return text.isEmpty ? "nftables does not say why" : text
  }
}

/// `0x40000000`, as nftables and iptables write marks.
func hexadecimal(_ mark: UInt32) -> String { "0x" + String(mark, radix: 16) }
