package target

type Server struct{ Name string }

//go:noinline
func (s *Server) Start() int { return len(s.Name) }

//go:noinline
func Run(n int) int { return n + (&Server{"a"}).Start() }
