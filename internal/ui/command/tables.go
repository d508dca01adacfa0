package command

func runCommands() []*Command {
	return []*Command{
		continueCommand(), nextCommand(), stepCommand(), stepoutCommand(), stepInstructionCommand(),
		nextInstructionCommand(), restartCommand(), rebuildCommand(), callCommand(), jumpCommand(), rewindCommand(),
		checkpointCommand(), checkpointsCommand(), clearCheckpointCommand(), reverseCommand(), cancelnextCommand(),
	}
}

func breakpointCommands() []*Command {
	return []*Command{
		breakCommand(), traceCommand(), watchCommand(), breakpointsCommand(), clearCommand(), clearallCommand(),
		conditionCommand(), onCommand(), toggleCommand(),
	}
}

func dataCommands() []*Command {
	return []*Command{
		printCommand(), argsCommand(), localsCommand(), varsCommand(), setCommand(), whatisCommand(), ptypeCommand(),
		displayCommand(), examinememCommand(), regsCommand(),
	}
}

func stackCommands() []*Command {
	return []*Command{stackCommand(), frameCommand(), upCommand(), downCommand(), deferredCommand()}
}

func goroutineCommands() []*Command {
	return []*Command{goroutinesCommand(), goroutineCommand(), threadsCommand(), threadCommand()}
}

func sourceCommands() []*Command {
	return []*Command{
		listCommand(), disassembleCommand(), funcsCommand(), typesCommand(), packagesCommand(), sourcesCommand(),
		librariesCommand(), editCommand(),
	}
}

func otherCommands() []*Command {
	return []*Command{
		helpCommand(), exitCommand(), configCommand(), sourceCommand(), transcriptCommand(), dumpCommand(), targetCommand(),
	}
}
