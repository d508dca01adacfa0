package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/ui/render"
	"github.com/tinydbg/tinydbg/internal/ui/starbind"
)

// ErrQuit is returned by Exec when the user has left: the target has been
// detached from, killed or left to the server, as was asked.
var ErrQuit = errors.New("quit")

// Shell carries out the commands of one terminal.
type Shell struct {
	Client *client.Client
	Config *config.Config
	// ConfigPath is where config -save writes; "" when there is no such place.
	ConfigPath string
	// Out takes everything commands print.
	Out io.Writer
	// Theme is the colours of Out.
	Theme render.Theme
	// Paths shortens paths of source files.
	WorkDir string
	// Ask asks the user a question that is answered by one of the letters of
	// choices, the capital one being the default. Nil takes the default.
	Ask func(question, choices string) (rune, error)
	// Page shows long output; nil writes it as it is.
	Page func(w io.Writer, text string) error

	commands []*Command
	last     string

	frame      int
	deferred   int
	displays   []displayed
	listing    listing
	transcript transcript
	reasons    render.WaitReasons
	newer      map[string]bool
	shown      shownText
	guessed    config.Rules // where sources of a -trimpath program are
	hasGuessed bool
	depth      int  // of source files reading source files
	showing    bool // their commands are shown
	scripts    *starbind.Env
	calling    bool // calls of this shell's may not have ended

	running  atomic.Bool
	quitting atomic.Bool
}

// New returns a shell over a connection to a server.
func New(c *client.Client, cfg *config.Config, out io.Writer) *Shell {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	return &Shell{Client: c, Config: cfg, Out: out, WorkDir: dir, commands: Table(), newer: map[string]bool{}}
}

// Exec runs one line. An empty line, or one that begins with #, does nothing.
func (s *Shell) Exec(ctx context.Context, line string) error {
	return s.exec(ctx, line, Input{Scope: s.scope()})
}

// Repeat runs the last line that was typed once more, if there is one.
func (s *Shell) Repeat(ctx context.Context) error {
	if s.last == "" {
		return nil
	}
	return s.exec(ctx, s.last, Input{Scope: s.scope(), Again: true})
}

// Remember sets the line that Repeat repeats.
func (s *Shell) Remember(line string) { s.last = line }

func (s *Shell) exec(ctx context.Context, line string, in Input) error {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return nil
	}
	word, args, _ := strings.Cut(line, " ")
	if head, format, ok := strings.Cut(word, "/"); ok && format != "" && s.isPrint(head) {
		word, args = head, "%"+format+" "+args
	}
	c, err := s.find(word)
	if err != nil {
		return err
	}
	in.Args = strings.TrimSpace(args)
	return c.Run(ctx, s, in)
}

// isPrint tells whether word is the print command, whose format may follow it
// after a slash: p/x.
func (s *Shell) isPrint(word string) bool {
	c, err := s.find(word)
	return err == nil && c.Name == "print"
}

// scope is the scope of a command without a prefix.
func (s *Shell) scope() api.EvalScope {
	return api.EvalScope{GoroutineID: -1, Frame: s.frame, DeferredCall: s.deferred}
}

// full limits values by the user's settings; short shows them on one line.
func (s *Shell) full() api.LoadConfig {
	return api.LoadConfig{
		FollowPointers: true, MaxVariableRecurse: s.Config.MaxVariableRecurse, MaxStringLen: s.Config.MaxStringLen,
		MaxArrayValues: s.Config.MaxArrayValues, MaxStructFields: -1,
	}
}

func (s *Shell) short() api.LoadConfig {
	return api.LoadConfig{MaxStringLen: s.Config.MaxStringLen, MaxStructFields: 3}
}

func (s *Shell) paths() render.Paths {
	return render.Paths{WorkDir: s.WorkDir, Substitute: s.rules().Apply}
}

func (s *Shell) printf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// page writes text that may be long.
func (s *Shell) page(text string) error {
	if s.Page == nil {
		_, err := io.WriteString(s.Out, text)
		return err
	}
	return s.Page(s.Out, text)
}

// ask asks the user, or takes the default where nobody can be asked.
func (s *Shell) ask(question, choices string) (rune, error) {
	if s.Ask != nil {
		return s.Ask(question, choices)
	}
	for _, r := range choices {
		if r >= 'A' && r <= 'Z' {
			return r | 0x20, nil
		}
	}
	return 0, nil
}

// waitReasons asks the target for the runtime's words for why goroutines wait;
// numbers alone differ between versions of Go. Without symbols there are none.
func (s *Shell) waitReasons(ctx context.Context) render.WaitReasons {
	if s.reasons != nil {
		return s.reasons
	}
	cfg := api.LoadConfig{MaxArrayValues: 256, MaxStringLen: 64}
	v, err := s.Client.Eval(ctx, api.EvalScope{GoroutineID: -1}, "runtime.waitReasonStrings", &cfg)
	if err != nil {
		return nil
	}
	for i := range v.Children {
		s.reasons = append(s.reasons, v.Children[i].Value)
	}
	return s.reasons
}
