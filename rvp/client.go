package rvp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// A Client is a user's program: it logs on, watches contacts, and sends and
// receives messages. User and Password must be set; no field may change once a
// method was called, and it must not be copied then. All methods may be called
// concurrently, also from Events.
//
//	anna := &rvp.Client{User: "anna@example.test", Password: "secret", Events: show}
//	err := anna.LogOn(ctx)
//
// From LogOn to LogOff it keeps what the server knows of it alive: leases and
// subscriptions are renewed before they end, made again where the server has
// forgotten them, and after the network was gone.
type Client struct {
	User     string // the sign-in name, "anna@example.test", or the logical URL
	Password string

	// Account and Domain log in; the local part of User, and no domain, if "".
	Account, Domain string

	// DisplayName is for others; User if "".
	DisplayName string

	// Events is told what happens, one event at a time and in order. If it takes
	// so long that 1,024 events wait, messages are refused, so that their
	// senders know. Of events about the same contact, or the connection,
	// only the last one waits. Nil is nobody.
	Events func(ClientEvent)

	// Locator finds servers; nil is one of its own that may reach private addresses too.
	Locator *Locator

	// Listen opens the listener for NOTIFYs. Nil listens on a free port of the address
	// that reaches the home server, which is given to it.
	Listen func(ctx context.Context, local netip.Addr) (net.Listener, error)

	// CallBack is the URL that leads to the listener, where that is not its own
	// address. If it has a path, NOTIFYs must be for that.
	CallBack string

	// Schemes are those of the login: "NTLM", "Digest"; nil is both. Only servers
	// of the user's own IM domain, and where those redirect to, are logged in at.
	Schemes []string

	Lease    time.Duration // of the state [DefaultLease]
	Lifetime time.Duration // of subscriptions [DefaultLifetime]
	Logger   *slog.Logger  // nil is slog.Default

	once    sync.Once
	locator *Locator
	carrier carrier // of requests
	queue   eventQueue
	tickets atomic.Uint64 // see contact.go

	mu       sync.Mutex // guards what follows, and is not held over I/O
	self     Node       // once it was found
	status   ConnectionStatus
	link     *link // while logged on, or about to be
	state    State
	contacts map[Node]*contact // by the node and, where servers call it so, another one
	talks    recent[Session, *Conversation]
	latest   recent[Node, *Conversation] // with somebody alone
}

// Errors of a Client, which are wrapped.
var (
	// ErrNotLoggedOn says that LogOn has not been called, or LogOff has.
	ErrNotLoggedOn = errors.New("rvp: not logged on")

	// ErrLoggedOn says that LogOn has been called already.
	ErrLoggedOn = errors.New("rvp: logged on already")

	// ErrNotReachable says that nobody could take a message: the user is not
	// logged on, or his programs do not answer (412). Messages are not kept for later.
	ErrNotReachable = errors.New("rvp: the user cannot be reached")

	// ErrLeft says that somebody has left a conversation (500), or everybody, or oneself.
	ErrLeft = errors.New("rvp: the conversation was left")

	// ErrDenied says that the ACL of a user does not allow something (403).
	ErrDenied = errors.New("rvp: the user does not allow that")

	// ErrLogin says that the server does not take the account and password (401).
	ErrLogin = errors.New("rvp: the login was refused")
)

// start prepares what all methods need.
func (c *Client) start() {
	c.once.Do(func() {
		c.locator = c.Locator
		if c.locator == nil {
			c.locator = &Locator{Addrs: anywhere()}
		}
		c.carrier.start(c)
		c.queue.handle = c.Events
		c.contacts = make(map[Node]*contact)
		if c.state == "" {
			c.state = Online
		}
	})
}

// Find returns the node of a sign-in name, such as "ben@example.test", or of
// a logical URL (RVP-024 to RVP-026). It does not ask whether there is such a user.
func (c *Client) Find(ctx context.Context, user string) (Node, error) {
	c.start()
	s, err := c.locator.Discover(ctx, user)
	return s.User, err
}

// Node returns the user's own node; zero before the first LogOn.
func (c *Client) Node() Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.self
}

// Status returns how things stand with the home server, LoggedOff before LogOn.
func (c *Client) Status() ConnectionStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// online returns the link, and an error if there is none.
func (c *Client) online() (*link, error) {
	c.start()
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.openLink(); l != nil {
		return l, nil
	}
	return nil, ErrNotLoggedOn
}

// openLink returns the link; nil while there is none, or none yet. The lock is held.
func (c *Client) openLink() *link {
	if c.link == nil || !c.link.open {
		return nil
	}
	return c.link
}

// String names the user only.
func (c *Client) String() string { return fmt.Sprintf("rvp.Client(%q)", c.User) }

// GoString is String: %#v shows no more than %v.
func (c *Client) GoString() string { return c.String() }

// LogValue is String: a slog.JSONHandler would take the fields.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

func (c *Client) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.Default()
	}
	return c.Logger
}
