package rpc

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

var symbolMethods = table{
	"ListSources": reads(func(ctx context.Context, s *server, in api.ListSourcesIn) (api.ListSourcesOut, error) {
		names, err := s.backend.ListSources(ctx, in.Filter)
		return api.ListSourcesOut{Sources: list(names)}, err
	}),
	"ListFunctions": reads(func(ctx context.Context, s *server, in api.ListFunctionsIn) (api.ListFunctionsOut, error) {
		names, err := s.backend.ListFunctions(ctx, in.Filter, in.FollowCalls)
		return api.ListFunctionsOut{Funcs: list(names)}, err
	}),
	"ListTypes": reads(func(ctx context.Context, s *server, in api.ListTypesIn) (api.ListTypesOut, error) {
		names, err := s.backend.ListTypes(ctx, in.Filter)
		return api.ListTypesOut{Types: list(names)}, err
	}),
	"ListPackagesBuildInfo": reads(func(ctx context.Context, s *server, in api.ListPackagesBuildInfoIn) (api.ListPackagesBuildInfoOut, error) {
		infos, err := s.backend.ListPackagesBuildInfo(ctx, in.Filter, in.IncludeFiles)
		return api.ListPackagesBuildInfoOut{List: list(infos)}, err
	}),
	"ListDynamicLibraries": reads(func(ctx context.Context, s *server, _ api.ListDynamicLibrariesIn) (api.ListDynamicLibrariesOut, error) {
		out, err := s.backend.ListDynamicLibraries(ctx)
		out.List = list(out.List)
		return out, err
	}),
	"DebugInfoDirectories": changes(func(ctx context.Context, s *server, in api.DebugInfoDirectoriesIn) (api.DebugInfoDirectoriesOut, error) {
		dirs, err := s.backend.DebugInfoDirectories(ctx, in.Set, in.List)
		return api.DebugInfoDirectoriesOut{List: list(dirs)}, err
	}),
	"GuessSubstitutePath": reads(func(ctx context.Context, s *server, in api.GuessSubstitutePathIn) (api.GuessSubstitutePathOut, error) {
		rules, err := s.backend.GuessSubstitutePath(ctx, in.Args)
		return api.GuessSubstitutePathOut{List: list(rules)}, err
	}),
	"DownloadLibraryDebugInfo": routed(func(api.DownloadLibraryDebugInfoIn) job { return job{lane: beside, outlives: true} }, download),
	"CancelDownloads": routed(func(api.CancelDownloadsIn) job { return job{lane: ahead, outlives: true} },
		func(ctx context.Context, s *server, _ api.CancelDownloadsIn) (out api.CancelDownloadsOut, err error) {
			return out, s.backend.CancelDownloads(ctx)
		}),
}

func download(ctx context.Context, s *server, in api.DownloadLibraryDebugInfoIn) (out api.DownloadLibraryDebugInfoOut, err error) {
	fetch := func() error { return s.backend.DownloadLibraryDebugInfo(ctx, in.N) }
	if !in.WithEvents {
		return out, fetch()
	}
	return out, s.follow(api.EventDownloadLibraryInfoDone, fetch)
}
