// Package compat checks that clients of the field's best-known Go debugger
// work with this one unchanged: the same JSON, the same methods, its terminal
// on our server and ours on its server.
//
// It is a module of its own so that the debugger does not depend on the peer.
package compat
