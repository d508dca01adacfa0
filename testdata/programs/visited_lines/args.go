package main

import "os"

func busyArgs() []string { return os.Args }

func busyPrint(int, string, error) {}
