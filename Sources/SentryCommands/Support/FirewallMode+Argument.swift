public import ArgumentParser
public import SentryRules

extension FirewallMode: ExpressibleByArgument {}
