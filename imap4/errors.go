package imap4

import "errors"

// The errors of an Account that the engine tells the client in a way of their
// own (RFC 5530), wrapped or not. Their text goes to the log only.
var (
	ErrNotFound     = errors.New("imap4: no such mailbox or message")              // NO [NONEXISTENT]
	ErrExists       = errors.New("imap4: mailbox exists already")                  // NO [ALREADYEXISTS]
	ErrHasChildren  = errors.New("imap4: there are mailboxes below it")            // NO [HASCHILDREN]
	ErrCannot       = errors.New("imap4: not possible here, now or later")         // NO [CANNOT]
	ErrNoPermission = errors.New("imap4: not allowed")                             // NO [NOPERM]
	ErrOverQuota    = errors.New("imap4: over quota")                              // NO [OVERQUOTA]
	ErrLimit        = errors.New("imap4: over a limit of the store")               // NO [LIMIT]
	ErrNoSpace      = errors.New("imap4: no space left on the server")             // NO [UNAVAILABLE]
	ErrTooBig       = errors.New("imap4: message too big")                         // NO [TOOBIG]
	ErrInUse        = errors.New("imap4: in use")                                  // NO [INUSE]
	ErrHistoryGone  = errors.New("imap4: expunges since then have been forgotten") // of Scan; never told
)
