// Package asm calls from assembly.
package asm

// Call calls f from a frame of its own.
func Call(f func())

// Frameless jumps to f: it leaves no frame.
func Frameless(f func())
