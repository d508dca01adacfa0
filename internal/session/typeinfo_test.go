package session

import (
	"context"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// What debug information does not tell of a type, its descriptor does.
func TestTypesAreToldWhole(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			s := launched(t, "type_zoo", testkit.Options{Go: version}, quiet())
			for name, want := range map[string]string{
				"error":        "Error() string",
				"main.Shape":   "Area() float64",
				"main.Handler": "func(int, ...string) (bool, error)",
			} {
				info, err := s.TypeInfo(context.Background(), name)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				got := info.RealType
				for _, m := range info.Methods {
					got += " " + m.Name
				}
				// Nothing leads from the name of a function type to its descriptor there.
				old := (version == "go1.22.12" || version == "go1.23.12") && name == "main.Handler"
				if !strings.Contains(got, want) && !old || old && got != "" {
					t.Errorf("%s is told as %q, want %q", name, got, want)
				}
			}
		})
	}
}
