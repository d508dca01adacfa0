package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// scripts are what a debugger does until it is killed.
var scripts = []string{"conditions", "stops", "steps", "breakpoints", "calls", "leave", "cores"}

// script is what this debugger does.
func (c *chaos) script() string {
	var b strings.Builder
	breaks := []int{1, 3, 10, 100}[c.rand.Intn(4)]
	for range breaks {
		line := c.lines[c.rand.Intn(len(c.lines))]
		fmt.Fprintf(&b, "break main.go:%d\n", line)
	}
	for i := range c.rand.Intn(5) {
		fmt.Fprintf(&b, "watch -w main.watched[%d]\n", i)
	}
	which := scripts[c.rand.Intn(len(scripts))]
	if c.always != "" {
		which = c.always
	}
	switch which {
	case "conditions": // that are false
		for i := 1; i <= breaks; i++ {
			fmt.Fprintf(&b, "condition %d 1 == 2\n", i)
		}
		b.WriteString("continue\n")
	case "stops":
		b.WriteString(strings.Repeat("continue\n", 500))
	case "steps":
		b.WriteString("continue\n" + strings.Repeat("next\nstep\nstep-instruction\n", 200))
	case "breakpoints": // that come and go
		for range 200 {
			fmt.Fprintf(&b, "break main.go:%d\ncontinue\nclearall\n", c.lines[c.rand.Intn(len(c.lines))])
		}
	case "calls":
		b.Reset()
		at := []string{"main.answer", fmt.Sprint("main.go:", c.vectors)}[c.rand.Intn(2)]
		b.WriteString("break " + at + "\n" + strings.Repeat("continue\ncall main.fib(12)\ncall main.sorted(5)\n", 200))
	case "leave": // at once
		b.Reset()
		if c.rand.Intn(2) == 0 {
			b.WriteString("break main.answer\ncontinue\n")
		}
		b.WriteString("exit\nn\n") // no, it is not to be killed
	case "cores": // are written
		b.WriteString(strings.Repeat("continue\ndump "+c.core+"\n", 100))
	}
	return b.String()
}

// codeLines are the lines of the service's hot functions, and one at which it computes
// with vector registers.
func codeLines(t *testing.T) (lines []int, vectors int) {
	source, err := os.ReadFile(filepath.Join(testkit.Root(t), "testdata", "programs", "chaos_service", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	within := false
	for i, line := range strings.Split(string(source), "\n") {
		switch {
		case strings.HasPrefix(line, "func serve"):
			within = true
		case strings.HasPrefix(line, "// text"):
			within = false
		case within && strings.HasPrefix(line, "\t"):
			lines = append(lines, i+1)
			if strings.Contains(line, "float64(i)") {
				vectors = i + 1
			}
		}
	}
	return lines, vectors
}
