package rvp

import (
	"context"
	"log/slog"
	"net"
	"time"
)

// A Client is a user's program: it logs on, watches contacts, and sends and
// receives messages. The fields above the line must be set, and none may change once LogOn was
// called.
type Client struct {
	User     string // the sign-in name, "anna@example.test"
	Password string

	// Account and Domain log in; the local part of User, and no domain, if "".
	Account, Domain string

	DisplayName string // for others; User if ""

	// Events is told what happens, one call at a time, and must not wait for
	// the Client. Nil is nobody.
	Events func(ClientEvent)

	// Locator finds servers; nil is one of its own that may reach private addresses too.
	Locator *Locator

	// Listen opens the listener for callbacks. Nil listens on a free port of the address
	// that reaches the home server.
	Listen func(ctx context.Context, local net.IP) (net.Listener, error)

	// CallBack is the URL to give for it; nil value "" is made from the listener's address.
	CallBack string

	Schemes  []string      // of authentication: "NTLM", "Digest"; nil both
	Lease    time.Duration // of the state; 0 is DefaultLease
	Lifetime time.Duration // of subscriptions; 0 is DefaultLifetime
	Logger   *slog.Logger  // nil is slog.Default
}

// A ClientEvent is something that happens to a Client: a *StateEvent,
// *MessageEvent, *ConnectionEvent.
type ClientEvent interface{ clientEvent() }
