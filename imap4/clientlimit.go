package imap4

import "strings"

// A server may work on so many messages in one command only, those with the
// highest UIDs, and says how far down it came (RFC 9738, 3.1). What takes a set
// of UIDs goes on with the rest of it, so that nobody takes a part for the whole.

// clientCut is the lowest UID that a command came to, by the response code
// MESSAGELIMIT; 0 if it came to all, or to none.
func clientCut(r Reply) UID {
	if clientCodeName(r) != "MESSAGELIMIT" {
		return 0
	}
	args := clientSplit(r.Code, ' ')
	if len(args) < 3 {
		return 0
	}
	return UID(min(clientCodeNumber(args[2]), 1<<32-1))
}

// limited notes how far the first command in flight came, where its tagged
// response has another code.
func (conn *clientConn) limited(r Reply) bool {
	cut := clientCut(r)
	if cut == 0 || len(conn.calls) == 0 {
		return false
	}
	conn.calls[0].cut = cut
	return true
}

// inParts calls one with uids, and with what of them the server did not come to,
// until that is nothing or more returns false; it may be nil.
func (c *Client) inParts(uids UIDSet, more func() bool, one func(UIDSet) (*clientCall, error)) error {
	for {
		call, err := one(uids)
		if err != nil || call.cut == 0 || more != nil && !more() {
			return err
		}
		if clientIsSaved(uids) {
			return call.reply // nobody knows what else is in it
		}
		rest := uids.without(UIDSet{{call.cut, 1<<32 - 1}})
		switch {
		case len(rest) == 0:
			return nil
		case clientCount64(rest) == clientCount64(uids):
			return clientMalformed("%q, which is beyond the messages of the command", strings.TrimSpace(call.reply.Code))
		}
		uids = rest
	}
}

// finished is finish that returns the command itself.
func (c *Client) finished(call *clientCall, err error) (*clientCall, error) {
	if err == nil {
		_, err = c.finish(call)
	}
	return call, err
}
