package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// call is one request, ready to be run.
type call struct {
	method string // without "RPCServer."
	id     json.RawMessage
	params json.RawMessage // for the log

	job
	// err is set when the request can only be answered with an error.
	err error
}

// job is what is to be done for a request.
type job struct {
	lane lane
	// outlives is set for what goes on after the client has left.
	outlives bool
	// resumes is set for commands that make the process run.
	resumes bool
	// ends is set for what ends the session when it succeeds.
	ends bool
	do   func(context.Context, *server) (any, error)
}

// lane says when a request is run.
type lane int

const (
	// inOrder: after those before it, and before those after it.
	inOrder lane = iota
	// beside: begins after those before it; those after it do not wait.
	beside
	// ahead: at once.
	ahead
)

// method is one method of the interface.
type method struct {
	// decode makes a job of an argument, which is nil when there was none.
	decode  func(params []byte) (job, error)
	in, out reflect.Type
}

// table is methods by name.
type table map[string]method

var methods = merge(processMethods, breakpointMethods, inspectMethods, symbolMethods, recordMethods)

func merge(tables ...table) table {
	all := table{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// Methods lists the names of all methods, without "RPCServer.", in order.
func Methods() []string {
	return slices.Sorted(maps.Keys(methods))
}

// reads is a method that looks at something; it is given up when the client
// leaves.
func reads[In, Out any](f func(context.Context, *server, In) (Out, error)) method {
	return routed(func(In) job { return job{lane: inOrder} }, f)
}

// changes is a method that changes something; it is done even if the client
// has left.
func changes[In, Out any](f func(context.Context, *server, In) (Out, error)) method {
	return routed(func(In) job { return job{lane: inOrder, outlives: true} }, f)
}

// routed is a method whose lane depends on its argument.
func routed[In, Out any](route func(In) job, f func(context.Context, *server, In) (Out, error)) method {
	decode := func(params []byte) (job, error) {
		var in In
		if len(params) > 0 {
			if err := json.Unmarshal(params, &in); err != nil {
				return job{}, fmt.Errorf("malformed argument: %w", err)
			}
		}
		j := route(in)
		j.do = func(ctx context.Context, s *server) (any, error) { return f(ctx, s, in) }
		return j, nil
	}
	return method{decode, reflect.TypeFor[In](), reflect.TypeFor[Out]()}
}

// parse makes a call of a request. The error is for a text that is no request
// at all, after which the rest of the stream makes no sense either.
func parse(text []byte) (call, error) {
	var req struct {
		Method string
		Params json.RawMessage
		ID     json.RawMessage
	}
	if err := json.Unmarshal(text, &req); err != nil {
		var wrongType *json.UnmarshalTypeError
		if !errors.As(err, &wrongType) {
			return call{}, fmt.Errorf("not a request: %w", err)
		}
		return call{id: req.ID, err: fmt.Errorf("malformed request: %w", err)}, nil
	}
	c := call{method: strings.TrimPrefix(req.Method, "RPCServer."), id: req.ID, params: req.Params}
	m, ok := methods[c.method]
	if !ok || c.method == req.Method {
		c.err = fmt.Errorf("unknown method: %s", req.Method)
		return c, nil
	}
	params, err := single(req.Params)
	if err == nil {
		c.job, err = m.decode(params)
	}
	if err != nil {
		c.err = fmt.Errorf("%s: %w", c.method, err)
	}
	return c, nil
}

// single is the one element of params; nil when there is none.
func single(params json.RawMessage) (json.RawMessage, error) {
	if len(params) == 0 || bytes.Equal(params, []byte("null")) {
		return nil, nil
	}
	var all []json.RawMessage
	if err := json.Unmarshal(params, &all); err != nil {
		return nil, errors.New("params must be an array with the argument in it")
	}
	if len(all) > 1 {
		return nil, fmt.Errorf("params has %d elements, not one", len(all))
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all[0], nil
}

// list is a list that JSON shows as [] when it is empty: clients in languages
// without Go's nil slices expect it.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
