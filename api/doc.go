// Package api holds the wire types of the debugger's JSON-RPC interface,
// version 2: the arguments (XIn) and results (XOut) of every method X and the
// types they are made of.
//
// Names of fields in JSON, their letter case and all numbers are those that
// editors and other clients of Go debuggers send and expect; they must not
// change. Addresses are virtual addresses in the debugged process. Lines count
// from 1. An empty string or 0 means "unknown" unless a field says otherwise.
//
// The package imports nothing of this project.
package api

// Version is the version of the interface these types describe.
const Version = 2
