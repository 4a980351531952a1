package manage

import "fmt"

// A Mode is what comes and leaves, Exchange's transfer modes.
type Mode string

// The modes. Users have mail from each other in all of them.
const (
	InOut Mode = "in-out"
	In    Mode = "in"   // mail comes; nothing leaves, and what waits is kept
	Out   Mode = "out"  // mail leaves; other hosts are told to come back later
	None  Mode = "none" // what waits is sent; nothing else comes or leaves
)

// Check returns what is wrong with a Mode, or nil. The empty Mode is InOut.
func (m Mode) Check() error {
	switch m {
	case "", InOut, In, Out, None:
		return nil
	}
	return fmt.Errorf("there is no mode %q; choose %s, %s, %s or %s", string(m), InOut, In, Out, None)
}
