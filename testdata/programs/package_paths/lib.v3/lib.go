package lib

type Node struct{ Next *Node }

var Count = 3

var Root = &Node{}
