// Bench runs this debugger and its pinned peer on the same programs in turn
// and prints a table of medians and ratios.
//
//	go run . -ours ../bin/tinydbg -peer .cache/dlv [-runs 5] [-only REGEXP] [-o table.md]
//
// A ratio is ours divided by theirs, of the medians of one run on one machine:
// absolute numbers differ between machines, ratios little.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

func main() {
	log.SetFlags(0)
	ours := flag.String("ours", "../bin/tinydbg", "our debugger")
	peer := flag.String("peer", "", "the peer's")
	runs := flag.Int("runs", 5, "how often each is run; medians are shown")
	only := flag.String("only", "", "run only rows whose name matches this expression")
	out := flag.String("o", "", "also write the table to this file")
	flag.Parse()

	table, err := run(*ours, *peer, *runs, *only)
	if err != nil {
		log.Fatal(err)
	}
	if *out != "" {
		if err := os.WriteFile(*out, []byte(table), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func run(ours, peer string, runs int, only string) (string, error) {
	pick, err := regexp.Compile(only)
	if err != nil {
		return "", err
	}
	targets, err := buildTargets()
	if err != nil {
		return "", err
	}
	contenders := []contender{{name: "ours", path: ours}, {name: "peer", path: peer}}
	for i := range contenders {
		if contenders[i].path, err = filepath.Abs(contenders[i].path); err != nil {
			return "", err
		}
	}
	table := &strings.Builder{}
	emit := func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		fmt.Print(line)
		table.WriteString(line)
	}
	emit("%s\n\n", describeMachine(contenders))
	emit("| work | ours | peer | ours/peer | must be |\n|---|---|---|---|---|\n")
	for _, row := range rows(targets) {
		if !pick.MatchString(row.name) {
			continue
		}
		for _, line := range row.measure(contenders, runs) {
			emit("%s\n", line)
		}
	}
	return table.String(), nil
}

func describeMachine(contenders []contender) string {
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	versions := []string{}
	for _, c := range contenders {
		out, _ := exec.Command(c.path, "version").CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if v, ok := strings.CutPrefix(line, "Version: "); ok {
				versions = append(versions, c.name+" "+strings.TrimSpace(v))
			}
		}
	}
	return fmt.Sprintf("%d CPUs, Linux %s, %s; %s; medians.", runtime.NumCPU(),
		strings.TrimSpace(string(kernel)), runtime.Version(), strings.Join(versions, ", "))
}
