package dap

import (
	"github.com/tinydbg/tinydbg/api"
)

// handles are what the client has references to: frames, values and places. They
// are valid until the program runs again; their numbers are not used twice.
type handles struct {
	last    int
	frames  map[int]*frame
	values  map[int]*container
	targets map[int]*targetPlace
	sources map[int]uint64 // code without source, by address
	// locations are of variables and functions.
	locations map[int]*locationRef
}

// frame is a frame of a stack.
type frame struct {
	thread int
	scope  api.EvalScope
	loc    api.Location
}

// targetPlace is a place to go to. frame is that of a call's, nil for goto.
type targetPlace struct {
	frame *frame
	loc   *api.Location
}

func (h *handles) reset() {
	h.frames, h.values, h.targets = map[int]*frame{}, map[int]*container{}, map[int]*targetPlace{}
	h.sources, h.locations = map[int]uint64{}, map[int]*locationRef{}
}

func (h *handles) next() int {
	h.last++
	return 1000 + h.last
}

func (h *handles) addFrame(f *frame) int {
	id := h.next()
	h.frames[id] = f
	return id
}

func (h *handles) addValue(v *container) int {
	id := h.next()
	h.values[id] = v
	return id
}

func (h *handles) addTarget(f *frame, loc *api.Location) int {
	id := h.next()
	h.targets[id] = &targetPlace{f, loc}
	return id
}

func (h *handles) addSource(pc uint64) int {
	id := h.next()
	h.sources[id] = pc
	return id
}

func (h *handles) addLocation(l *locationRef) int {
	id := h.next()
	h.locations[id] = l
	return id
}

func (h *handles) frame(id int) (*frame, error) {
	if f := h.frames[id]; f != nil {
		return f, nil
	}
	return nil, badArguments("frame %d is not known: the program has run since, or it never was", id)
}

func (h *handles) value(id int) (*container, error) {
	if v := h.values[id]; v != nil {
		return v, nil
	}
	return nil, badArguments("variablesReference %d is not known: the program has run since, or it never was", id)
}

func (h *handles) target(id int) (*targetPlace, error) {
	if t := h.targets[id]; t != nil {
		return t, nil
	}
	return nil, badArguments("target %d is not known: the program has run since, or it never was", id)
}
