package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// targets are the paths of the programs that are debugged.
type targets struct {
	server, ticker, hotloop, lines, parked, values, threads string
}

// buildTargets compiles them without optimisation, as people debug.
func buildTargets() (targets, error) {
	dir, err := filepath.Abs(".cache")
	if err != nil {
		return targets{}, err
	}
	build := func(name, pkg string) (path string) {
		path = filepath.Join(dir, name)
		if err != nil {
			return path
		}
		cmd := exec.Command("go", "build", "-gcflags=all=-N -l", "-o", path, pkg)
		cmd.Stderr = os.Stderr
		if e := cmd.Run(); e != nil {
			err = fmt.Errorf("build %s: %w", pkg, e)
		}
		return path
	}
	t := targets{
		server:  build("server", "./server"),
		ticker:  build("ticker", "./targets/ticker"),
		hotloop: build("hotloop", "./targets/hotloop"),
		lines:   build("lines", "./targets/lines"),
		parked:  build("parked", "./targets/parked"),
		values:  build("values", "./targets/values"),
		threads: build("threads", "./targets/threads"),
	}
	return t, err
}
