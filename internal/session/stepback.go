package session

import (
	"github.com/tinydbg/tinydbg/internal/guardian"
	"github.com/tinydbg/tinydbg/internal/pace"
)

// stepBack has the debugger run behind everybody else on the machine, and rest
// now and then, until the function that it returns is called. Without a guardian
// there would be nobody to call that off.
func (s *Session) stepBack() (end func()) {
	s.hurry = pace.Slow()
	pace.Rest() // after the start
	stepUp := func() {}
	if s.cfg.Guardian {
		stepUp = guardian.GiveWay()
	}
	return func() {
		stepUp()
		if !s.cfg.Running || s.cfg.Unattended {
			s.hurry()
		}
	}
}
