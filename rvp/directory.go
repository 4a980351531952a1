package rvp

import (
	"context"
	"errors"
)

// A Directory knows the users of the IM domains. It is the program's. Its
// method is called concurrently, for each request.
type Directory interface {
	// User returns the user of a node, or ErrNoUser. Other errors are answered
	// 503.
	User(ctx context.Context, n Node) (User, error)
}

// ErrNoUser says that the directory knows no such user.
var ErrNoUser = errors.New("rvp: no such user")

// A User is somebody who may use instant messages, or might.
type User struct {
	Account     string // who logs in as this user; the node's name if ""
	DisplayName string
	Email       string
	Home        string // the home server, "host" or "host:port"; "" is not told
	Disabled    bool   // not enabled for instant messages: others see nobody
}
