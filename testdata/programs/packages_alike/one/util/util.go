package util

type T struct{ A int }

func (t T) Sum() int { return t.A }

var V, OnlyOne = 1, T{1}

const C = 11

//go:noinline
func F() int { return V }
