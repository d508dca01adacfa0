package session

import (
	"context"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/inspect"
)

// ListSources lists the source files that match.
func (s *Session) ListSources(_ context.Context, filter string) ([]string, error) {
	return lookUp(s, func(w *inspect.World) ([]string, error) { return w.ListSources(filter) })
}

// ListFunctions lists the functions that match and, followCalls levels deep,
// those they call.
func (s *Session) ListFunctions(_ context.Context, filter string, followCalls int) ([]string, error) {
	return lookUp(s, func(w *inspect.World) ([]string, error) { return w.ListFunctions(filter, followCalls) })
}

// ListTypes lists the types that match.
func (s *Session) ListTypes(_ context.Context, filter string) ([]string, error) {
	return lookUp(s, func(w *inspect.World) ([]string, error) { return w.ListTypes(filter) })
}

// ListPackagesBuildInfo lists the packages of the program.
func (s *Session) ListPackagesBuildInfo(_ context.Context, filter string, includeFiles bool) ([]api.PackageBuildInfo, error) {
	return lookUp(s, func(w *inspect.World) ([]api.PackageBuildInfo, error) {
		return w.ListPackagesBuildInfo(filter, includeFiles)
	})
}

// ListDynamicLibraries lists the libraries that are loaded.
func (s *Session) ListDynamicLibraries(context.Context) (api.ListDynamicLibrariesOut, error) {
	return lookUp(s, func(w *inspect.World) (api.ListDynamicLibrariesOut, error) { return w.ListDynamicLibraries(), nil })
}

// FunctionReturnLocations lists where a function returns.
func (s *Session) FunctionReturnLocations(_ context.Context, function string) ([]uint64, error) {
	return lookUp(s, func(w *inspect.World) ([]uint64, error) { return w.FunctionReturnLocations(function) })
}

// DebugInfoDirectories sets, if set is true, and returns the directories that
// are searched for separate debug files. Files that lack debug information are
// opened anew, to look there, if the process is stopped; while it runs, the
// change is for files opened later.
func (s *Session) DebugInfoDirectories(_ context.Context, set bool, list []string) (dirs []string, err error) {
	err = s.do(func() error {
		if set && !slices.Equal(s.debugDirs, list) {
			s.debugDirs = append([]string{}, list...)
			err = s.searchAgain()
		}
		dirs = append([]string{}, s.debugDirs...)
		return err
	})
	return dirs, err
}

// searchAgain reads symbols anew if some are missing and the process stands
// still, and not in the middle of a step.
func (s *Session) searchAgain() error {
	if s.checkStopped() != nil || s.loop.Stepping() != nil {
		return nil
	}
	for _, img := range s.images.All() {
		if strings.HasPrefix(img.Path, "/") && img.File.HasDWARF() != nil {
			if err := s.reload(s.file.Path()); err != nil {
				return err
			}
			selected := s.selected
			err := s.arrive()
			s.selected = selected
			return err
		}
	}
	return nil
}

// GuessSubstitutePath guesses rules that lead from the program's names of source
// files to where the client has them.
func (s *Session) GuessSubstitutePath(_ context.Context, args api.GuessSubstitutePathArgs) ([][2]string, error) {
	return lookUp(s, func(w *inspect.World) ([][2]string, error) { return w.GuessSubstitutePath(args), nil })
}
