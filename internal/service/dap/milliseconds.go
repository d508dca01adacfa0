package dap

import (
	"encoding/json"
	"fmt"
	"time"
)

// milliseconds is a duration: a bare number is milliseconds, a text is as Go
// writes durations.
type milliseconds time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (m *milliseconds) UnmarshalJSON(data []byte) error {
	var n float64
	if json.Unmarshal(data, &n) == nil {
		if !(n >= 0 && n < 1e12) {
			return fmt.Errorf("%v milliseconds make no sense", n)
		}
		*m = milliseconds(n * float64(time.Millisecond))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not a duration such as 10s", text)
	}
	*m = milliseconds(d)
	return nil
}
