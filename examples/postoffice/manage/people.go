package manage

import (
	"context"
	"time"
)

// People tells who is there.
type People interface {
	Online(ctx context.Context) ([]Person, error)
	Close() error
}

// A Person is a user who is connected, or logged on to instant messages.
type Person struct {
	User     string    `json:"user"`
	Protocol string    `json:"protocol"` // "imap4"; "im"
	Server   string    `json:"server"`   // the virtual server
	Remote   string    `json:"remote"`   // address
	Since    time.Time `json:"since"`
	State    string    `json:"state"` // of instant messages: "online", "busy", ...
}
