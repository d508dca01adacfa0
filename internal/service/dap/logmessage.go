package dap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// logMessage is a text with expressions in braces: "n is {n}".
type logMessage struct {
	// texts stand before, between and after the expressions.
	texts []string
	exprs []string
}

// parseLogMessage takes a message apart. Braces of an expression's own are
// counted; a backslash before a brace makes it an ordinary character.
func parseLogMessage(s string) (*logMessage, error) {
	m := &logMessage{}
	var text, expr strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if depth == 0 && ch == '\\' && i+1 < len(s) && (s[i+1] == '{' || s[i+1] == '}') {
			i++
			text.WriteByte(s[i])
			continue
		}
		switch {
		case ch == '{':
			if depth++; depth == 1 {
				continue
			}
		case ch == '}' && depth > 0:
			if depth--; depth == 0 {
				if err := m.add(&text, &expr); err != nil {
					return nil, err
				}
				continue
			}
		}
		if depth > 0 {
			expr.WriteByte(ch)
		} else {
			text.WriteByte(ch)
		}
	}
	if depth > 0 {
		return nil, fmt.Errorf("log message: a brace is not closed: {%s", expr.String())
	}
	m.texts = append(m.texts, text.String())
	return m, nil
}

func (m *logMessage) add(text, expr *strings.Builder) error {
	e := strings.TrimSpace(expr.String())
	if e == "" {
		return fmt.Errorf("log message: there is no expression in the braces")
	}
	m.texts, m.exprs = append(m.texts, text.String()), append(m.exprs, e)
	text.Reset()
	expr.Reset()
	return nil
}

func (m *logMessage) same(o *logMessage) bool {
	if m == nil || o == nil {
		return m == o
	}
	return slices.Equal(m.texts, o.texts) && slices.Equal(m.exprs, o.exprs)
}

// text fills in the values.
func (m *logMessage) text(values []api.Variable) string {
	var b strings.Builder
	for i, t := range m.texts {
		b.WriteString(t)
		if i < len(m.exprs) && i < len(values) {
			b.WriteString(render.Value(&values[i], render.ValueOptions{RawStrings: true}))
		}
	}
	return b.String()
}

// logged writes the message of a breakpoint that the program has passed, with the
// place it came from. A tracepoint of another client's is not told of.
func (c *client) logged(st *api.DebuggerState, set *api.Breakpoint) {
	b := c.breaks.find(set.ID)
	if b == nil || b.want.log == nil {
		return
	}
	var values []api.Variable
	if info := st.CurrentThread.BreakpointInfo; info != nil {
		values = info.Variables
	}
	// Of a long message the first line is shown, the others at a click.
	head, rest, long := strings.Cut(b.want.log.text(values), "\n")
	body := dap.OutputEventBody{
		Category: "stdout", Output: head + "\n",
		Source: c.sourceOf(st.CurrentThread.File), Line: c.lineOut(st.CurrentThread.Line),
	}
	if !long {
		c.out.event("output", body)
		return
	}
	body.Group = "startCollapsed"
	c.out.event("output", body)
	c.out.event("output", dap.OutputEventBody{Category: "stdout", Output: rest + "\n"})
	c.out.event("output", dap.OutputEventBody{Category: "stdout", Group: "end"})
}
