package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// options are the flags that several subcommands share.
type options struct {
	headless    bool
	listen      string
	multiclient bool
	apiVersion  int
	init        string
	continued   bool
	nonTerminal bool
	checkGo     bool
	sameUser    bool
	tokenFile   string
	tlsCert     string
	tlsKey      string
	tlsCA       string
	maxPause    period
	noInject    bool

	log       bool
	logOutput string
	logDest   string

	buildFlags  string
	output      string
	workDir     string
	disableASLR bool
	redirects   []string
	tty         string
	backend     string

	// attended is called when the terminal is ready for commands, and for Ctrl-C.
	attended func()
}

// globalFlags may stand before the name of the command as well as after it:
// recipes in the field begin with 'tinydbg --headless --listen=...'.
func (o *options) globalFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.log, "log", false, "Log what the debugger does.")
	f.StringVar(&o.logOutput, "log-output", "", "Comma separated list of components that log (see 'tinydbg help log').")
	f.StringVar(&o.logDest, "log-dest", "", "File or file descriptor to log to (see 'tinydbg help log').")
	f.StringVar(&o.init, "init", "", "File of commands that the terminal runs first.")
	f.BoolVar(&o.nonTerminal, "allow-non-terminal-interactive", false, "Run the terminal on standard streams that are no terminal.")
	o.serverFlags(f)
	o.targetFlags(f)
}

func (o *options) serverFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.headless, "headless", false, "Serve clients (JSON-RPC, DAP) without a terminal here.")
	f.StringVarP(&o.listen, "listen", "l", "127.0.0.1:0", "Address to serve at: HOST:PORT or unix:PATH.")
	f.BoolVar(&o.multiclient, "accept-multiclient", false, "Let several clients come and go.")
	f.IntVar(&o.apiVersion, "api-version", 2, "Version of the JSON-RPC interface; 2 is the only one.")
	f.BoolVar(&o.sameUser, "only-same-user", true, "Let only clients of the same user connect.")
	f.StringVar(&o.tokenFile, "token-file", "", "File with a token that clients must send, or that connect sends.")
	f.StringVar(&o.tlsCert, "tls-cert", "", "Certificate to encrypt connections with, or that connect shows (PEM file).")
	f.StringVar(&o.tlsKey, "tls-key", "", "Key of the certificate (PEM file).")
	f.StringVar(&o.tlsCA, "tls-client-ca", "", "Authorities whose certificates clients must show (PEM file).")
}

func (o *options) targetFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.checkGo, "check-go-version", true, "Refuse programs of Go versions that are not supported.")
	f.StringVar(&o.backend, "backend", "default", "How processes are debugged (see 'tinydbg help backend').")
	f.StringVar(&o.workDir, "wd", "", "Working directory of the program.")
	f.BoolVar(&o.disableASLR, "disable-aslr", false, "Load the program at the same addresses each time.")
	f.StringArrayVarP(&o.redirects, "redirect", "r", nil, "Redirect a standard stream of the program (see 'tinydbg help redirect').")
	f.StringVar(&o.buildFlags, "build-flags", "", "Flags for the go command, such as '-tags=integration -race'.")
}

func (o *options) ttyFlag(c *cobra.Command) {
	c.Flags().StringVar(&o.tty, "tty", "", "Terminal that the program's standard streams are connected to.")
}

// safetyFlags are for processes that are attached to.
func (o *options) safetyFlags(c *cobra.Command) {
	c.Flags().BoolVar(&o.noInject, "no-inject", false, "Map nothing in the process that is attached to: it may then die with a debugger that is killed.")
	c.Flags().Var(&o.maxPause, "max-pause", "How long a process that was attached to may be kept stopped: milliseconds, or a duration such as 10s; 0 for ever.")
}

func (o *options) outputFlag(c *cobra.Command) {
	c.Flags().StringVar(&o.output, "output", "", "Where the executable is built; it is removed in the end.")
}

// check refuses flags that contradict each other and warns of those that do
// nothing. interactive tells whether a terminal is opened unless headless.
func (o *options) check() error {
	switch {
	case o.apiVersion != 2:
		return fmt.Errorf("--api-version=%d: the only version is 2", o.apiVersion)
	case o.backend != "default" && o.backend != "native":
		return fmt.Errorf("--backend=%s: there is only native (or default, which is the same)", o.backend)
	case o.continued && !o.headless:
		return fmt.Errorf("Error: --continue only works with --headless; use an init file")
	case o.continued && !o.multiclient:
		return fmt.Errorf("Error: --continue requires --accept-multiclient")
	case len(o.redirects) > 0 && o.tty != "":
		return fmt.Errorf("Can not use -r and --tty together")
	}
	if o.headless && o.init != "" {
		fmt.Fprintln(os.Stderr, "Warning: --init is not used with --headless: there is no terminal here")
	}
	if o.multiclient && !o.headless {
		fmt.Fprintln(os.Stderr, "Warning: --accept-multiclient is not used without --headless")
	}
	if !o.headless && !o.nonTerminal {
		return checkTerminal()
	}
	return nil
}

// checkTerminal refuses to be interactive with somebody who is not there: a
// redirection was probably meant for the program.
func checkTerminal() error {
	for _, s := range []struct {
		name string
		file *os.File
	}{{"Stdin", os.Stdin}, {"Stdout", os.Stdout}, {"Stderr", os.Stderr}} {
		if !term.IsTerminal(int(s.file.Fd())) {
			return fmt.Errorf("%s is not a terminal, use '-r' to specify redirects for the target process or "+
				"--allow-non-terminal-interactive=true if you really want to redirect tinydbg", s.name)
		}
	}
	return nil
}

// streams reads the -r flags into the three standard streams.
func (o *options) streams() ([3]string, error) {
	var out [3]string
	names := []string{"stdin", "stdout", "stderr"}
	for _, r := range o.redirects {
		stream, path := 0, r
		for i, name := range names {
			if rest, ok := strings.CutPrefix(r, name+":"); ok {
				stream, path = i, rest
			}
		}
		if path == "" {
			return out, fmt.Errorf("-r %q: no file is named (see 'tinydbg help redirect')", r)
		}
		if out[stream] != "" {
			return out, fmt.Errorf("-r %q: %s is redirected twice", r, names[stream])
		}
		out[stream] = path
	}
	return out, nil
}
