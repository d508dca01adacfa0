package dap

import (
	"bytes"
	"strings"
	"testing"
)

// TestCommandOutput: what is not shown takes no memory.
func TestCommandOutput(t *testing.T) {
	var o commandOutput
	line := append(bytes.Repeat([]byte("x"), 1000), '\n')
	for range 10 * maxCommandOutput / len(line) {
		if n, err := o.Write(line); n != len(line) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if n := o.kept.Len(); n != maxCommandOutput+1 {
		t.Errorf("%d bytes are kept", n)
	}
	if text := clip(o.kept.String(), maxCommandOutput); !strings.HasSuffix(text, "x...") || len(text) != maxCommandOutput+3 {
		t.Errorf("%d bytes are shown, without a word of the rest", len(text))
	}
}
