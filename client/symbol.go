package client

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

// ListSources lists the source files whose name matches filter.
func (c *Client) ListSources(ctx context.Context, filter string) ([]string, error) {
	out, err := call[api.ListSourcesOut](ctx, c, "ListSources", api.ListSourcesIn{Filter: filter})
	return out.Sources, err
}

// ListFunctions lists the functions whose name matches filter, and what they
// call, followCalls levels deep.
func (c *Client) ListFunctions(ctx context.Context, filter string, followCalls int) ([]string, error) {
	out, err := call[api.ListFunctionsOut](ctx, c, "ListFunctions", api.ListFunctionsIn{Filter: filter, FollowCalls: followCalls})
	return out.Funcs, err
}

// ListTypes lists the types whose name matches filter.
func (c *Client) ListTypes(ctx context.Context, filter string) ([]string, error) {
	out, err := call[api.ListTypesOut](ctx, c, "ListTypes", api.ListTypesIn{Filter: filter})
	return out.Types, err
}

// ListPackagesBuildInfo lists the packages of the program that match filter.
func (c *Client) ListPackagesBuildInfo(ctx context.Context, filter string, includeFiles bool) ([]api.PackageBuildInfo, error) {
	out, err := call[api.ListPackagesBuildInfoOut](ctx, c, "ListPackagesBuildInfo",
		api.ListPackagesBuildInfoIn{Filter: filter, IncludeFiles: includeFiles})
	return out.List, err
}

// ListDynamicLibraries lists shared libraries and plugins.
func (c *Client) ListDynamicLibraries(ctx context.Context) (api.ListDynamicLibrariesOut, error) {
	return call[api.ListDynamicLibrariesOut](ctx, c, "ListDynamicLibraries", api.ListDynamicLibrariesIn{})
}

// DebugInfoDirectories lists where debug information is searched; if set is
// true, list becomes that list.
func (c *Client) DebugInfoDirectories(ctx context.Context, set bool, list []string) ([]string, error) {
	out, err := call[api.DebugInfoDirectoriesOut](ctx, c, "DebugInfoDirectories", api.DebugInfoDirectoriesIn{Set: set, List: list})
	return out.List, err
}

// GuessSubstitutePath guesses where the program's sources are at the client.
func (c *Client) GuessSubstitutePath(ctx context.Context, args api.GuessSubstitutePathArgs) ([][2]string, error) {
	out, err := call[api.GuessSubstitutePathOut](ctx, c, "GuessSubstitutePath", api.GuessSubstitutePathIn{Args: args})
	return out.List, err
}

// DownloadLibraryDebugInfo fetches debug information for the n-th library of
// ListDynamicLibraries.
func (c *Client) DownloadLibraryDebugInfo(ctx context.Context, n int) error {
	return c.Call(ctx, "DownloadLibraryDebugInfo", api.DownloadLibraryDebugInfoIn{N: n}, nil)
}

// CancelDownloads ends what DownloadLibraryDebugInfo does.
func (c *Client) CancelDownloads(ctx context.Context) error {
	return c.Call(ctx, "CancelDownloads", api.CancelDownloadsIn{}, nil)
}
