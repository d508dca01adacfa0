package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/config"
)

// rules are the user's substitute-path rules and, after them, what was guessed.
func (s *Shell) rules() config.Rules {
	rules := s.Config.SubstitutePath
	for _, r := range s.guessed {
		if _, has := rules.Without(r.From); !has {
			rules = rules.With(r.From, r.To)
		}
	}
	return rules
}

// guess looks, once, for the sources of a program built with -trimpath, which
// names them by module and import path. It tells whether there are new rules.
func (s *Shell) guess(ctx context.Context) bool {
	if s.hasGuessed {
		return false
	}
	s.hasGuessed = true
	libs, err := s.Client.ListDynamicLibraries(ctx)
	if err != nil || !libs.ExecutableTrimpath {
		return false
	}
	args, _ := s.moduleDirectories(ctx)
	pairs, err := s.Client.GuessSubstitutePath(ctx, args)
	if err != nil {
		return false
	}
	for _, p := range pairs {
		if p[0] == "" {
			s.guessed = withRoot(s.guessed, p[1])
			continue
		}
		s.guessed = s.guessed.With(p[0], p[1])
	}
	return len(s.guessed) > 0
}

// withRoot adds rules for what a directory has, which is where relative paths of a
// program lead. One rule for all would also name files of modules that were not
// found as if they were there.
func withRoot(rules config.Rules, dir string) config.Rules {
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		if e.IsDir() {
			rules = rules.With(e.Name(), filepath.Join(dir, e.Name()))
		}
	}
	return rules
}

// findLocation resolves a location. Where it names a file by a path of this machine that
// the program has another name for, that is guessed.
func (s *Shell) findLocation(ctx context.Context, in api.FindLocationIn) (api.FindLocationOut, error) {
	in.SubstitutePathRules = s.rules().Pairs()
	out, err := s.Client.FindLocation(ctx, in)
	if err == nil || !filepath.IsAbs(in.Loc) || !strings.Contains(err.Error(), "could not find file") || !s.guess(ctx) {
		return out, err
	}
	in.SubstitutePathRules = s.rules().Pairs()
	return s.Client.FindLocation(ctx, in)
}

// moduleDirectories finds where this machine has the sources of the program: of
// the main module and what it depends on by the go command, if that knows them
// in the working directory, and of modules that the program names with their
// version in the module cache. The error is the go command's; what was found
// without it is returned too.
func (s *Shell) moduleDirectories(ctx context.Context) (api.GuessSubstitutePathArgs, error) {
	args := api.GuessSubstitutePathArgs{ClientModuleDirectories: map[string]string{}}
	env, err := goCommand(ctx, "env", "GOROOT", "GOMODCACHE")
	if err != nil {
		return args, err
	}
	root, cache, _ := strings.Cut(strings.TrimSpace(string(env)), "\n")
	args.ClientGOROOT = root
	s.cachedModules(ctx, cache, args.ClientModuleDirectories)
	main, err := goCommand(ctx, "list", "-find", "-f", "{{.ImportPath}}", ".")
	if err == nil {
		args.ImportPathOfMainPackage = strings.TrimSpace(string(main))
	}
	// All of them cannot be told where the go.mod file of one was never fetched.
	for _, which := range [][]string{nil, {"all"}} {
		out, e := goCommand(ctx, append([]string{"list", "-m", "-json=Path,Dir"}, which...)...)
		if err = e; err == nil {
			err = addModules(args.ClientModuleDirectories, out)
		}
	}
	return args, err
}

// addModules reads what go list -m -json answers.
func addModules(dirs map[string]string, list []byte) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	for {
		var m struct{ Path, Dir string }
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read what go list answered: %w", err)
		}
		if m.Dir != "" {
			dirs[m.Path] = m.Dir
		}
	}
}

// cachedModules adds the modules that the program's files are named by, as
// "example.com/m@v1.2.3/dir", and that the module cache has.
func (s *Shell) cachedModules(ctx context.Context, cache string, dirs map[string]string) {
	packages, err := s.Client.ListPackagesBuildInfo(ctx, "", false)
	if err != nil {
		return
	}
	for _, p := range packages {
		module, rest, ok := strings.Cut(p.DirectoryPath, "@")
		version, _, _ := strings.Cut(rest, "/")
		if !ok || filepath.IsAbs(module) {
			continue
		}
		dir := filepath.Join(cache, cacheName(module)+"@"+cacheName(version))
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			dirs[module] = dir
		}
	}
}

// cacheName writes a path as the module cache does: capital letters as small
// ones after an exclamation mark (golang.org/x/mod/module).
func cacheName(path string) string {
	var b strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// goCommand runs the go command, which must not ask the network.
func goCommand(ctx context.Context, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOPROXY=off")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
