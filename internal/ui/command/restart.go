package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func restartCommand() *Command {
	return &Command{
		Name: "restart", Aliases: []string{"r"}, Group: Running,
		Usage: "restart [-noargs] [args] [<in] [>out] [2>err]",
		Short: "Start the program again from the beginning.",
		Help: `Breakpoints are kept. Without arguments the program gets those it had; with
-noargs it gets none. <, > and 2> name files for its standard streams.

	restart -v input.txt >out.log`,
		Run: runRestart,
	}
}

func runRestart(ctx context.Context, s *Shell, in Input) error {
	req, err := restartRequest(in.Args)
	if err != nil {
		return err
	}
	return s.restart(ctx, req)
}

func (s *Shell) restart(ctx context.Context, req api.RestartIn) error {
	discarded, err := s.Client.Restart(ctx, req)
	if err != nil {
		return err
	}
	s.forgetPlace()
	s.reasons = nil
	clear(s.newer)
	pid, err := s.Client.ProcessPid(ctx)
	if err != nil {
		return err
	}
	s.printf("Process restarted with PID %d\n", pid)
	for _, d := range discarded {
		s.printf("Discarded %s at %s: %s\n", render.BreakpointName(d.Breakpoint),
			render.BreakpointPlace(d.Breakpoint, s.paths()), d.Reason)
	}
	return nil
}

// restartRequest reads arguments and redirections. In both "<file" and
// "< file" the name may follow.
func restartRequest(line string) (api.RestartIn, error) {
	list, err := words(line)
	if err != nil {
		return api.RestartIn{}, err
	}
	req := api.RestartIn{ResetArgs: len(list) > 0, NewArgs: []string{}}
	list, noargs := take(list, "-noargs")
	for i := 0; i < len(list); i++ {
		stream, file, ok := redirection(list[i])
		if !ok {
			req.NewArgs = append(req.NewArgs, list[i])
			continue
		}
		if file == "" && i+1 < len(list) {
			i++
			file = list[i]
		}
		if file == "" {
			return req, fmt.Errorf("%s needs the name of a file", list[i])
		}
		if req.NewRedirects[stream] != "" {
			return req, fmt.Errorf("a stream is redirected twice: %s", list[i])
		}
		req.NewRedirects[stream] = file
	}
	if noargs && len(req.NewArgs) > 0 {
		return req, fmt.Errorf("-noargs and new arguments exclude each other")
	}
	return req, nil
}

func redirection(word string) (stream int, file string, ok bool) {
	for _, r := range []struct {
		sign   string
		stream int
	}{{"<", 0}, {"2>", 2}, {">", 1}} {
		if file, ok := strings.CutPrefix(word, r.sign); ok {
			return r.stream, file, true
		}
	}
	return 0, "", false
}
