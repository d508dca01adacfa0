package command

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

func dumpCommand() *Command {
	c := &Command{
		Name: "dump", Group: Other,
		Usage: "dump file",
		Short: "Write a core file of the process.",
		Help: `The file is written where the server runs, and can be looked at with
'tinydbg core' and other debuggers. It has what the process would be like
without breakpoints, all of its memory that can be read, secrets too, so only
its owner may read it; zeros take no room. The process cannot go on meanwhile.
Ctrl-C gives it up.`,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		if in.Args == "" {
			return usageError(c)
		}
		path, err := filepath.Abs(in.Args)
		if err != nil {
			return err
		}
		return s.dump(ctx, path)
	}
	return c
}

func (s *Shell) dump(ctx context.Context, path string) error {
	state, err := s.Client.DumpStart(ctx, path)
	for err == nil && state.Dumping && !state.AllDone {
		s.printf("\rDumping memory %d / %d...", state.MemDone, state.MemTotal)
		state, err = s.Client.DumpWait(ctx, time.Second)
	}
	if ctx.Err() != nil {
		if err := s.Client.DumpCancel(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		return fmt.Errorf("the dump was given up")
	}
	if err != nil {
		return err
	}
	s.printf("\rDumping memory %d / %d...\n", state.MemDone, state.MemTotal)
	if state.Err != "" {
		return fmt.Errorf("error dumping: %s", state.Err)
	}
	return nil
}
