package api

// RecordedIn is the argument of Recorded.
type RecordedIn struct{}

// RecordedOut says whether the process is a recording, and where that is.
type RecordedOut struct {
	Recorded       bool
	TraceDirectory string
}

// StopRecordingIn is the argument of StopRecording.
type StopRecordingIn struct{}

// StopRecordingOut is the result of StopRecording.
type StopRecordingOut struct{}

// CheckpointIn is the argument of Checkpoint.
type CheckpointIn struct {
	// Where is a note for the user.
	Where string
}

// CheckpointOut has the new checkpoint.
type CheckpointOut struct {
	ID int
}

// ListCheckpointsIn is the argument of ListCheckpoints.
type ListCheckpointsIn struct{}

// ListCheckpointsOut lists checkpoints.
type ListCheckpointsOut struct {
	Checkpoints []Checkpoint
}

// ClearCheckpointIn is the argument of ClearCheckpoint.
type ClearCheckpointIn struct {
	ID int
}

// ClearCheckpointOut is the result of ClearCheckpoint.
type ClearCheckpointOut struct{}

// DumpStartIn is the argument of DumpStart.
type DumpStartIn struct {
	// Destination is a file at the server.
	Destination string
}

// DumpStartOut has the state of the dump.
type DumpStartOut struct {
	State DumpState
}

// DumpWaitIn is the argument of DumpWait.
type DumpWaitIn struct {
	// Wait is in milliseconds; 0 does not wait.
	Wait int
}

// DumpWaitOut has the state of the dump.
type DumpWaitOut struct {
	State DumpState
}

// DumpCancelIn is the argument of DumpCancel.
type DumpCancelIn struct{}

// DumpCancelOut is the result of DumpCancel.
type DumpCancelOut struct{}
