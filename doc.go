// Package tinydbg is the root of the module: see README.md for what it is and
// ARCHITECTURE.md for how it is built.
package tinydbg
