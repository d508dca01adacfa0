package api

// ListSourcesIn is the argument of ListSources. Filter is a regular expression.
type ListSourcesIn struct {
	Filter string
}

// ListSourcesOut has the names of source files.
type ListSourcesOut struct {
	Sources []string
}

// ListFunctionsIn is the argument of ListFunctions. Filter is a regular
// expression.
type ListFunctionsIn struct {
	Filter string
	// FollowCalls adds what those functions call, so many levels deep.
	FollowCalls int
}

// ListFunctionsOut has the full names of functions.
type ListFunctionsOut struct {
	Funcs []string
}

// ListTypesIn is the argument of ListTypes. Filter is a regular expression.
type ListTypesIn struct {
	Filter string
}

// ListTypesOut has the names of types.
type ListTypesOut struct {
	Types []string
}

// ListPackagesBuildInfoIn is the argument of ListPackagesBuildInfo.
type ListPackagesBuildInfoIn struct {
	IncludeFiles bool
	// Filter is a regular expression; "" is all.
	Filter string
}

// ListPackagesBuildInfoOut has the packages.
type ListPackagesBuildInfoOut struct {
	List []PackageBuildInfo
}

// ListDynamicLibrariesIn is the argument of ListDynamicLibraries.
type ListDynamicLibrariesIn struct{}

// ListDynamicLibrariesOut has the libraries.
type ListDynamicLibrariesOut struct {
	List []Image
	// ExecutableTrimpath is true when the executable was built with -trimpath.
	ExecutableTrimpath bool
}

// DebugInfoDirectoriesIn is the argument of DebugInfoDirectories.
type DebugInfoDirectoriesIn struct {
	// Set makes List the new list.
	Set  bool
	List []string
}

// DebugInfoDirectoriesOut has the directories searched for debug information.
type DebugInfoDirectoriesOut struct {
	List []string
}

// GuessSubstitutePathIn is the argument of GuessSubstitutePath.
type GuessSubstitutePathIn struct {
	Args GuessSubstitutePathArgs
}

// GuessSubstitutePathArgs is what the client knows about the sources.
type GuessSubstitutePathArgs struct {
	ImportPathOfMainPackage string
	ClientGOROOT            string
	// ClientModuleDirectories maps module paths to directories at the client.
	ClientModuleDirectories map[string]string
}

// GuessSubstitutePathOut has rules as in CreateBreakpointIn.
type GuessSubstitutePathOut struct {
	List [][2]string
}

// DownloadLibraryDebugInfoIn is the argument of DownloadLibraryDebugInfo.
type DownloadLibraryDebugInfoIn struct {
	// N is an index in the result of ListDynamicLibraries.
	N int
	// WithEvents asks for events; the client then calls GetEvents until it has
	// seen EventDownloadLibraryInfoDone.
	WithEvents bool
}

// DownloadLibraryDebugInfoOut is the result of DownloadLibraryDebugInfo.
type DownloadLibraryDebugInfoOut struct{}

// CancelDownloadsIn is the argument of CancelDownloads.
type CancelDownloadsIn struct{}

// CancelDownloadsOut is the result of CancelDownloads.
type CancelDownloadsOut struct{}
