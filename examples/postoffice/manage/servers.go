package manage

import (
	"context"
	"time"
)

// Servers manages the virtual servers.
type Servers interface {
	List(ctx context.Context) ([]Server, error)
	Do(ctx context.Context, name string, a ServerAction) error
	SetLevel(ctx context.Context, category, level string) error // of the log; "" is all categories
	Levels(ctx context.Context) (map[string]string, error)
	Reload(ctx context.Context) error // the configuration file
	Close() error
}

// A ServerAction is what can be done to a virtual server.
type ServerAction string

// The actions.
const (
	Start  ServerAction = "start"
	Stop   ServerAction = "stop"  // conversations have ten seconds
	Pause  ServerAction = "pause" // those connected go on, nobody else comes in
	Resume ServerAction = "resume"
)

// A ServerState is what a virtual server is doing.
type ServerState string

// The states.
const (
	Running ServerState = "running"
	Stopped ServerState = "stopped"
	Paused  ServerState = "paused"
	Failed  ServerState = "failed" // Server.Error says why
)

// A Server is a virtual server as it is listed.
type Server struct {
	Name      string      `json:"name"`
	Protocol  string      `json:"protocol"`
	Addresses []string    `json:"addresses"`     // where it listens
	TLS       []string    `json:"tls_addresses"` // and there under TLS
	State     ServerState `json:"state"`
	Error     string      `json:"error,omitempty"`
	Since     time.Time   `json:"since"` // that State
	Open      int64       `json:"open"`  // connections now
	Total     int64       `json:"total"` // since the program was started
	Refused   int64       `json:"refused"`
}
