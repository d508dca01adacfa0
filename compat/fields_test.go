package compat

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// speaker talks to a server in bare JSON, so that no field of an answer gets
// lost, and keeps what was answered.
type speaker struct {
	t    *testing.T
	conn net.Conn
	dec  *json.Decoder
	id   int
	said []saying
}

type saying struct{ label, path, text string }

func speak(t *testing.T, addr string) *speaker {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	dec := json.NewDecoder(conn)
	dec.UseNumber()
	return &speaker{t: t, conn: conn, dec: dec}
}

// ask calls a method and returns its result, or the error as a string.
func (s *speaker) ask(method string, arg any) (map[string]any, string) {
	s.t.Helper()
	s.id++
	req, err := json.Marshal(map[string]any{"method": "RPCServer." + method, "params": []any{arg}, "id": s.id})
	if err != nil {
		s.t.Fatal(err)
	}
	s.conn.SetDeadline(time.Now().Add(4 * time.Minute))
	if _, err := s.conn.Write(req); err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	var a struct {
		ID     int
		Result map[string]any
		Error  any
	}
	if err := s.dec.Decode(&a); err != nil {
		s.t.Fatalf("%s %s: %v", method, req, err)
	}
	if a.ID != s.id {
		s.t.Fatalf("%s: answer %d to request %d", method, a.ID, s.id)
	}
	if a.Error != nil {
		return nil, fmt.Sprint(a.Error)
	}
	return a.Result, ""
}

// note asks, and keeps the answer to be compared.
func (s *speaker) note(label, method string, arg any) map[string]any {
	s.t.Helper()
	result, failed := s.ask(method, arg)
	if failed != "" {
		s.keep(label, "error", s.leaf("error", failed))
		return nil
	}
	s.flatten(label, "", result)
	return result
}

// flatten keeps every leaf of an answer under its path.
func (s *speaker) flatten(label, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			s.keep(label, path, "{}")
		}
		runtimes := ofRuntime(v)
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if runtimes && (k == "Locals" || k == "Arguments") {
				continue // Go's own business is not the same twice
			}
			if k == "Threads" && path == ".State" {
				s.threads(label, path, v[k])
				continue
			}
			s.flatten(label, path+"."+k, v[k])
		}
	case []any:
		s.keep(label, path, fmt.Sprint("a list of ", len(v)))
		for i, e := range v {
			s.flatten(label, fmt.Sprintf("%s[%s]", path, key(path, i, e)), e)
		}
	default:
		s.keep(label, path, s.leaf(path, v))
	}
}

// ofRuntime tells frames of Go's runtime.
func ofRuntime(frame map[string]any) bool {
	fn, _ := frame["function"].(map[string]any)
	name, _ := fn["name"].(string)
	return strings.HasPrefix(name, "runtime.")
}

// threads keeps those that are at a breakpoint: how many others there are, and
// where, is up to Go's scheduler.
func (s *speaker) threads(label, path string, v any) {
	list, _ := v.([]any)
	s.keep(label, path+".Threads", fmt.Sprint("some: ", len(list) > 0))
	for _, th := range list {
		if t, ok := th.(map[string]any); ok && t["breakPoint"] != nil {
			s.flatten(label, path+".Threads{stopped}", th)
		}
	}
}

var longHex = regexp.MustCompile(`0x[0-9a-f]{5,}`)

// key tells an element of a list from the others: breakpoints by their IDs, for
// their order has no meaning.
func key(path string, i int, e any) string {
	if b, ok := e.(map[string]any); ok && path == ".Breakpoints" {
		return fmt.Sprint("id ", b["id"])
	}
	return strconv.Itoa(i)
}

var threadPath = regexp.MustCompile(`(?i)threadID$|Threads?(\[\d+\]|\{stopped\})?\.id$`)

// leaf is a value without what differs from one run to the next.
func (s *speaker) leaf(path string, v any) string {
	switch v := v.(type) {
	case json.Number:
		return s.number(path, string(v))
	case string:
		if n, err := strconv.ParseUint(v, 10, 64); err == nil && n > 1<<16 {
			return `"big"`
		}
		v = regexp.MustCompile(`Process \d+ `).ReplaceAllString(v, "Process PID ")
		return strconv.Quote(longHex.ReplaceAllString(v, "0x..."))
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}

func (s *speaker) number(path, text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n > 1<<25 || n < -1<<32: // an address, but not one of the executable's
		return "big"
	case n > 0 && threadPath.MatchString(path):
		return "a thread"
	case n > 0 && regexp.MustCompile(`(?i)pids?(\[\d+\])?$`).MatchString(path):
		return "a process"
	}
	return text
}

func (s *speaker) keep(label, path, text string) {
	s.said = append(s.said, saying{label, path, text})
}

// difference is what two servers said differently, and in which answers.
type difference struct {
	path, theirs, ours string
	labels             []string
}

func (d *difference) String() string {
	return fmt.Sprintf("%s: peer %s, ours %s (%s)", d.path, d.theirs, d.ours, strings.Join(d.labels, ", "))
}

var listIndex = regexp.MustCompile(`\[\d+\]`)

func differences(theirs, ours []saying) (list []*difference) {
	want, got := byPath(theirs), byPath(ours)
	all := maps.Clone(want)
	maps.Copy(all, got)
	same := map[[3]string]*difference{}
	failed := map[string]bool{}
	for k := range all {
		if _, w := want[[2]string{k[0], "error"}]; k[1] == "error" && w != (got[k] != "") {
			failed[k[0]] = true // one of them: the fields of the other's answer say no more
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(all), func(a, b [2]string) int { return strings.Compare(a[1]+a[0], b[1]+b[0]) }) {
		w, g := told(want, k), told(got, k)
		if lacks(want, got, k) || lacks(got, want, k) {
			continue // said of what is around it
		}
		if w == g || failed[k[0]] && k[1] != "error" {
			continue
		}
		what := [3]string{listIndex.ReplaceAllString(k[1], "[]"), w, g}
		if same[what] == nil {
			same[what] = &difference{what[0], w, g, nil}
			list = append(list, same[what])
		}
		if d := same[what]; !slices.Contains(d.labels, k[0]) {
			d.labels = append(d.labels, k[0])
		}
	}
	return list
}

func byPath(all []saying) map[[2]string]string {
	m := map[[2]string]string{}
	for _, s := range all {
		m[[2]string{s.label, s.path}] = s.text
	}
	return m
}

// lacks is true when a has something around k that b has not, or lists there
// are not of the same length.
func lacks(a, b map[[2]string]string, k [2]string) bool {
	path := k[1]
	for {
		i := strings.LastIndexAny(path, ".[")
		if i <= 0 {
			return false
		}
		path = path[:i]
		around := [2]string{k[0], path}
		if text, ok := b[around]; ok && text != a[around] {
			return true
		}
	}
}

func told(m map[[2]string]string, k [2]string) string {
	if text, ok := m[k]; ok {
		return text
	}
	return "(nothing)"
}

func number(t *testing.T, v map[string]any, path ...string) int64 {
	t.Helper()
	var at any = v
	for _, p := range path {
		m, ok := at.(map[string]any)
		if !ok {
			t.Fatalf("no %s in %v", strings.Join(path, "."), v)
		}
		at = m[p]
	}
	n, err := strconv.ParseInt(fmt.Sprint(at), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
