package api

// Event is something that happened while a command ran. The details that fit
// Kind are there, the others are nil.
type Event struct {
	Kind EventKind
	*BinaryInfoDownloadEventDetails
	*BreakpointMaterializedEventDetails
	*ProcessSpawnedEventDetails
}

// EventKind tells events apart.
type EventKind uint8

// Kinds of event.
const (
	// EventResumed: the process runs.
	EventResumed EventKind = iota
	// EventStopped: it has stopped; the last event of a command.
	EventStopped
	// EventBinaryInfoDownload: progress of a download of debug information.
	EventBinaryInfoDownload
	// EventBreakpointMaterialized: a suspended breakpoint found its place.
	EventBreakpointMaterialized
	// EventProcessSpawned: there is a new child process, while follow-exec is on.
	EventProcessSpawned
	// EventDownloadLibraryInfoDone: DownloadLibraryDebugInfo has finished.
	EventDownloadLibraryInfoDone
)

// BinaryInfoDownloadEventDetails is for EventBinaryInfoDownload.
type BinaryInfoDownloadEventDetails struct {
	ImagePath, Progress string
}

// BreakpointMaterializedEventDetails is for EventBreakpointMaterialized.
type BreakpointMaterializedEventDetails struct {
	Breakpoint *Breakpoint
}

// ProcessSpawnedEventDetails is for EventProcessSpawned.
type ProcessSpawnedEventDetails struct {
	PID      int
	ThreadID int
	Cmdline  string
	// WillFollow is true when the child is debugged, too.
	WillFollow bool
}
