package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func watchCommand() *Command {
	c := &Command{
		Name: "watch", Group: Breakpoints,
		Usage: "watch [-r|-w|-rw] expression",
		Short: "Stop when memory is read or written.",
		Help: `The expression names what is watched: a variable, a field, or memory by its
address. -w, the default, stops at writes, -r at reads, -rw at both. The
processor does the watching: there are four watchpoints at most, of up to eight
bytes each, and it does not know reads alone, so -r stops at writes, too.

	watch total
	watch -rw *(*int)(0xc0000180e0)`,
		Complete: completeExpression,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		kind := api.WatchWrite
		word, expr := head(in.Args)
		switch word {
		case "-r":
			kind = api.WatchRead
		case "-w":
		case "-rw":
			kind = api.WatchRead | api.WatchWrite
		default:
			expr = in.Args
		}
		if expr == "" {
			return usageError(c)
		}
		bp, err := s.Client.CreateWatchpoint(ctx, in.Scope, expr, kind)
		if err != nil {
			return err
		}
		s.announceBreakpoint(bp, "set")
		return nil
	}
	return c
}
