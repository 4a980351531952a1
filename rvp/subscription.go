package rvp

import "time"

// A NotificationType is what a subscription is about (rvp-exchange2000, 5.1.3).
type NotificationType string

// The two types that there are.
const (
	// PragmaNotify asks for what is sent to the node: whoever subscribes so is
	// logged on.
	PragmaNotify NotificationType = "pragma/notify"

	// PropChange asks for changes of the node's properties.
	PropChange NotificationType = "update/propchange"
)

// A Subscription is somebody's wish to be told of a node, until it ends.
type Subscription struct {
	ID        uint64 // unique in its store, above 0
	Node      Node   // whom it is about
	Type      NotificationType
	CallBack  string    // URL that is told: of a client ("http://192.0.2.1:34567") or of a user
	Principal Principal // who subscribed
	Until     time.Time // when it ends, by the clock of the store
}
