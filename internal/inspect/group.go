package inspect

import (
	"slices"
	"strconv"

	"github.com/tinydbg/tinydbg/api"
)

// Bounds for requests that do not give any.
const (
	defaultGroupMembers = 5
	defaultGroups       = 50
)

// goroutineGroup is a group while it is collected.
type goroutineGroup struct {
	name    string
	members []*goroutine
	total   int
}

// listGroups lists all goroutines that pass the filters in groups, the largest
// first.
func (w *World) listGroups(in api.ListGoroutinesIn, keep filter) (*api.ListGoroutinesOut, error) {
	members, limit := in.MaxGroupMembers, in.MaxGroups
	if members <= 0 {
		members = defaultGroupMembers
	}
	if limit <= 0 {
		limit = defaultGroups
	}
	groups := make(map[string]*goroutineGroup)
	l := w.newLister()
	for next := in.Start; next >= 0; {
		gs, after, err := w.Runtime.Goroutines(w.Mem, next, pageSize)
		if err != nil {
			return nil, err
		}
		next = after
		for _, g := range l.prefetch(gs) {
			if !keep.accepts(g) {
				continue
			}
			name := g.groupName(in.GroupBy, in.GroupByKey)
			gr := groups[name]
			if gr == nil {
				gr = &goroutineGroup{name: name}
				groups[name] = gr
			}
			gr.total++
			if len(gr.members) < members {
				gr.members = append(gr.members, g)
			}
		}
	}
	return groupsOut(groups, limit), nil
}

func groupsOut(groups map[string]*goroutineGroup, limit int) *api.ListGoroutinesOut {
	list := make([]*goroutineGroup, 0, len(groups))
	for _, g := range groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *goroutineGroup) int {
		if a.total != b.total {
			return b.total - a.total
		}
		return compareStrings(a.name, b.name)
	})
	out := &api.ListGoroutinesOut{Goroutines: []*api.Goroutine{}, Nextg: -1}
	if len(list) > limit {
		out.TooManyGroups = true
		list = list[:limit]
	}
	for _, g := range list {
		out.Groups = append(out.Groups, api.GoroutineGroup{
			Name: g.name, Offset: len(out.Goroutines), Count: len(g.members), Total: g.total,
		})
		for _, m := range g.members {
			out.Goroutines = append(out.Goroutines, m.api())
		}
	}
	return out
}

// groupName is the name of the group that a goroutine belongs to.
func (g *goroutine) groupName(by api.GoroutineField, key string) string {
	switch by {
	case api.GoroutineLabel:
		return key + "=" + g.g.Labels[key]
	case api.GoroutineRunning:
		return "running=" + strconv.FormatBool(g.g.OnThread())
	case api.GoroutineUser:
		return "user=" + strconv.FormatBool(!g.g.System)
	case api.GoroutineCurrentLoc, api.GoroutineUserLoc, api.GoroutineGoLoc, api.GoroutineStartLoc:
		return g.at(by).text
	}
	return ""
}
