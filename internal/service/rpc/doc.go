// Package rpc serves the JSON-RPC interface of package api to one client over
// one connection.
package rpc
