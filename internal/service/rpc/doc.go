// Package rpc serves the JSON-RPC interface of package api to one client over
// one connection.
//
// A request goes through four stations. The reader cuts the stream into
// objects ([reader]); the table of methods decodes one and tells its lane
// ([method]); the lane decides when the verb of the [Backend] runs; the writer
// sends the answer in one piece ([writer]).
//
// Lanes exist because requests must neither wait for a running process nor
// overtake each other when that matters. Most verbs run one after another, as
// they came. Those that may wait long (continue, State) begin in that order
// but do not hold up what follows. Those that must get through (halt) begin at
// once.
//
// Locks: each type has at most one, and calls nothing while holding it.
package rpc
