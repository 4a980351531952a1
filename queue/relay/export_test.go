package relay

import "time"

// MaxSilent is how many addresses a memory has at most.
const MaxSilent = maxSilent

// Memory is the Relay's memory of addresses that did not answer.
type Memory struct{ *memory }

// NewMemory makes one.
func NewMemory(sulk time.Duration) Memory { return Memory{newMemory(sulk)} }

// Note notes whether an address has answered.
func (m Memory) Note(addr string, answered bool) { m.note(addr, answered) }

// Order puts those that did not answer last.
func (m Memory) Order(addrs ...string) []string { return m.order(addrs) }

// Len is how many addresses are remembered.
func (m Memory) Len() int { return len(m.until) }
