package compat

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestEditor has the client that VS Code's makers test debug adapters with go
// through a session, and checks every message against the protocol's types.
func TestEditor(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: ", err)
	}
	dir := editorModules(t)
	program, source := editorProgram(t)
	cmd := exec.Command(node, "flow.js", editorServer(t), program, source, "17")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// editorModules installs what the editor's side needs, in a place that stays.
func editorModules(t *testing.T) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed: ", err)
	}
	dir := filepath.Join(os.TempDir(), "tinydbg-compat", "editor")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	fresh := false
	for _, name := range []string{"package.json", "package-lock.json", "flow.js"} {
		data, err := os.ReadFile(filepath.Join("editor", name))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if old, _ := os.ReadFile(to); string(old) == string(data) {
			continue
		}
		fresh = fresh || name != "flow.js"
		if err := os.WriteFile(to, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "ajv")); err == nil && !fresh {
		return dir
	}
	cmd := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install the client: %v\n%s", err, out)
	}
	return dir
}

// editorProgram builds a program whose source is where its debug information
// says.
func editorProgram(t *testing.T) (program, source string) {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "testdata", "programs", "editor_deeds", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	source, program = filepath.Join(dir, "main.go"), filepath.Join(dir, "deeds")
	for path, data := range map[string]string{source: string(text), filepath.Join(dir, "go.mod"): "module deeds\n\ngo 1.22\n"} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-gcflags=all=-N -l", "-o", program, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program, source
}

// editorServer starts our server for an editor and returns its port.
func editorServer(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(oursBinary(t), "dap", "--listen=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "DAP server listening at: ")
	if err != nil || !ok {
		t.Fatalf("%q, %v", line, err)
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}
