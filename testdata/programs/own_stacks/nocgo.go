//go:build !withcgo

package main

func inC() {}

func waitInC() {}
