internal import ArgumentParser
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

/// Where captured packets come from, as the command line says: options of `replay` and `explain`.
struct ReplayPlace: ParsableArguments {
  @Option(help: ArgumentHelp("An address or network of this host; may be given several times.", valueName: "net"))
  var local: [String] = []

  @Option(
    name: .customLong("interface"),
    help: "The interface the packets arrive on (default: the document's first with filters, else eth0).")
  var interfaceName: String?

  @Flag(help: "That interface is internal, where the document does not list it.")
  var `internal` = false

  /// What `--local` and the document say; `nil` if neither says anything.
  func localNetworks(_ ruleSet: RuleSet) throws(CommandFailure) -> AddressSpans? {
    let ranges = try localRanges() + ruleSet.settings.localNetworks
    return ranges.isEmpty ? nil : AddressSpans(ranges)
  }

  /// What `--local` says.
  func localRanges() throws(CommandFailure) -> [AddressRange] {
    var ranges: [AddressRange] = []
    for net in local {
      do {
        ranges.append(try NetText.range(net[...]))
      } catch {
        throw CommandFailure(.usage, "--local \(net): \(error.message)")
      }
    }
    return ranges
  }

  func interface(_ ruleSet: RuleSet) -> EngineInterface {
    let name =
      interfaceName.map(ruleSet.settings.systemName(of:)) ?? ruleSet.interfaces.first { $0.isFiltered }?.name ?? "eth0"
    return interface(named: name, in: ruleSet)
  }

  /// - Parameter name: the system's.
  func interface(named name: String, in ruleSet: RuleSet) -> EngineInterface {
    var interface = EngineInterface(name: name, isLoopback: name == "lo", in: ruleSet)
    if !ruleSet.interfaces.contains(where: { $0.name == name }) { interface.isExternal = !self.internal }
    return interface
  }
}
