package dap

import (
	"fmt"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// variable is go-dap's and what the protocol has got since.
type variable struct {
	dap.Variable
	DeclarationLocationReference int `json:"declarationLocationReference,omitempty"`
	ValueLocationReference       int `json:"valueLocationReference,omitempty"`
}

// locationRef is a place in the source that is looked up when it is asked for:
// that of a function, or a line in the file of a frame.
type locationRef struct {
	function string
	scope    api.EvalScope
	line     int
}

// locate adds where a variable was declared, and where the function is that is
// its value.
func (c *client) locate(it *item, v dap.Variable) variable {
	out := variable{Variable: v}
	if it.v.DeclLine > 0 {
		out.DeclarationLocationReference = c.handles.addLocation(&locationRef{scope: it.scope, line: int(it.v.DeclLine)})
	}
	out.ValueLocationReference = c.functionLocation(&it.v)
	return out
}

// functionLocation is a reference to the function that a value is, 0 if it is
// none.
func (c *client) functionLocation(v *api.Variable) int {
	if v.Kind != funcKind || v.Unreadable != "" || !isFunctionName(v.Value) {
		return 0
	}
	return c.handles.addLocation(&locationRef{function: v.Value})
}

type locationsArgs struct {
	LocationReference int `json:"locationReference"`
}

type locationsBody struct {
	Source *dap.Source `json:"source"`
	Line   int         `json:"line"`
	Column int         `json:"column,omitempty"`
}

// locations tells where a variable or function is in the source.
func (c *client) locations(r *request, a *locationsArgs) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	ref := c.handles.locations[a.LocationReference]
	if ref == nil {
		return nil, badArguments("locationReference %d is not known: the program has run since, or it never was", a.LocationReference)
	}
	file, line := "", ref.line
	if ref.function != "" {
		out, err := d.FindLocation(r.ctx, api.FindLocationIn{Scope: api.EvalScope{GoroutineID: -1}, Loc: ref.function})
		if err != nil {
			return nil, failed("Unable to find "+ref.function, err)
		}
		if len(out.Locations) > 0 {
			file, line = out.Locations[0].File, out.Locations[0].Line
		}
	} else {
		frames, err := d.Stacktrace(r.ctx, api.StacktraceIn{Id: ref.scope.GoroutineID, Skip: ref.scope.Frame})
		if err != nil {
			return nil, failed("Unable to find the frame", err)
		}
		if len(frames) > 0 {
			file = frames[0].File
		}
	}
	if file == "" {
		return nil, failed("Unable to find the place", fmt.Errorf("the file is not known"))
	}
	return locationsBody{Source: c.sourceOf(file), Line: c.lineOut(line)}, nil
}
