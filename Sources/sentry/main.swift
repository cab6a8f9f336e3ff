import SentryCommands

await SentryProgram.main()
