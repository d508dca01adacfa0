package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

func transcriptCommand() *Command {
	c := &Command{
		Name: "transcript", Group: Other,
		Usage: `transcript [-t] [-x] file
transcript -off`,
		Short: "Copy what is typed and printed to a file.",
		Help: `The file is appended to, or truncated first with -t. With -x output goes to the
file only. -off ends it.`,
	}
	c.Run = func(_ context.Context, s *Shell, in Input) error {
		list, err := words(in.Args)
		if err != nil {
			return err
		}
		list, off := take(list, "-off")
		list, truncate := take(list, "-t")
		list, silent := take(list, "-x")
		switch {
		case off && len(list) == 0:
			return s.closeTranscript()
		case off || len(list) != 1:
			return usageError(c)
		}
		return s.openTranscript(list[0], truncate, silent)
	}
	return c
}

// transcript is the file that gets a copy of everything.
type transcript struct {
	file   *os.File
	screen io.Writer
}

func (s *Shell) openTranscript(path string, truncate, silent bool) error {
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if truncate {
		mode = os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	}
	f, err := os.OpenFile(path, mode, 0o666)
	if err != nil {
		return err
	}
	if err := s.closeTranscript(); err != nil {
		f.Close()
		return err
	}
	s.transcript = transcript{file: f, screen: s.Out}
	if silent {
		s.Out = f
		return nil
	}
	s.Out = io.MultiWriter(s.Out, f)
	return nil
}

func (s *Shell) closeTranscript() error {
	t := s.transcript
	if t.file == nil {
		return nil
	}
	s.transcript, s.Out = transcript{}, t.screen
	if err := t.file.Close(); err != nil {
		return fmt.Errorf("close the transcript: %w", err)
	}
	return nil
}

// Echo adds a line the user typed to the transcript, if there is one.
func (s *Shell) Echo(prompt, line string) {
	if s.transcript.file != nil {
		fmt.Fprintf(s.transcript.file, "%s%s\n", prompt, strings.TrimRight(line, "\n"))
	}
}
