package session

import (
	"context"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

func TestOpenCodedDefers(t *testing.T) {
	eachBuild(t, "defers_open_coded", func(s *story) {
		s.breakAt("main.stop")
		s.command(api.Continue)
		frames, err := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 2, Defers: true})
		if err != nil || len(frames) < 2 {
			t.Fatal(err, frames)
		}
		var names []string
		for _, d := range frames[1].Defers {
			names = append(names, d.DeferredLoc.Function.Name()+d.Unreadable)
		}
		got := strings.Join(names, " ")
		if len(names) != 2 || !strings.HasPrefix(got, "main.work.func") && !strings.HasPrefix(got, "main.two") || !strings.Contains(got, "main.one") {
			s.Errorf("deferred in %s: %s", frames[1].Function.Name(), got)
		}
	})
}
