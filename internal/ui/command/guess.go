package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// moduleDirectories asks the go command where this machine has the sources of
// the main package in the working directory and of what it depends on.
func moduleDirectories(ctx context.Context) (api.GuessSubstitutePathArgs, error) {
	args := api.GuessSubstitutePathArgs{ClientModuleDirectories: map[string]string{}}
	root, err := goCommand(ctx, "env", "GOROOT")
	if err != nil {
		return args, err
	}
	args.ClientGOROOT = strings.TrimSpace(string(root))
	main, err := goCommand(ctx, "list", "-find", "-f", "{{.ImportPath}}", ".")
	if err == nil {
		args.ImportPathOfMainPackage = strings.TrimSpace(string(main))
	}
	out, err := goCommand(ctx, "list", "-m", "-json=Path,Dir", "all")
	if err != nil {
		return args, err
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var m struct{ Path, Dir string }
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return args, nil
		} else if err != nil {
			return args, fmt.Errorf("read what go list answered: %w", err)
		}
		if m.Dir != "" {
			args.ClientModuleDirectories[m.Path] = m.Dir
		}
	}
}

func goCommand(ctx context.Context, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
