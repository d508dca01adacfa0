package util

type T struct{ B string }

func (t T) Sum() int { return len(t.B) }

var V, OnlyTwo = 2, T{"2"}

const C = 22

//go:noinline
func F() int { return V }
