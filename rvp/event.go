package rvp

import (
	"net/netip"
	"time"
)

// An EventKind says what an Event is about.
type EventKind uint8

// The kinds.
const (
	RequestDone        EventKind = 1 + iota // a request was answered
	DeliveryDone                            // a NOTIFY was delivered, or not after all tries
	StateChanged                            // what others see of a user's state has changed
	DeliverySuperseded                      // a NOTIFY that waited gave way to one with newer values
	DeliveryDropped                         // a NOTIFY was lost, since too many wait or the server ends
)

// An Event is what a Trace is told. It holds nothing of what users wrote.
type Event struct {
	Kind     EventKind
	Method   string // of the request; "NOTIFY" for a delivery
	Node     Node
	Remote   netip.AddrPort // of the request
	To       string         // the Call-Back of a delivery
	Status   int            // of the answer; 0 if there was none
	State    State          // of StateChanged
	Duration time.Duration
}
