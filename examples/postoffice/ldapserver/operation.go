package ldapserver

import (
	"context"

	"golang.org/x/crypto/cryptobyte/asn1"
)

// An operation is a kind of request.
type operation struct {
	tag      byte
	response asn1.Tag
	alone    bool     // what comes behind it is not read before it is done
	controls []string // that it knows
	run      func(*conn, context.Context, *request) reply
}

// Unbind and Abandon have no response, and never wait: the reader sees to them.
const (
	tagUnbind   = 0x42
	tagAbandon  = 0x50
	tagExtended = 0x78 // of the response, and so of notices
)

var operations = []operation{
	{0x60, 0x61, true, nil, (*conn).bind},                                    // RFC 4511, 4.2
	{0x63, 0x65, false, []string{pagedResults, sortRequest}, (*conn).search}, // RFC 4511, 4.5
	{0x66, 0x67, false, nil, readOnly},                                       // RFC 4511, 4.6: Modify
	{0x68, 0x69, false, nil, readOnly},                                       // RFC 4511, 4.7: Add
	{0x4a, 0x6b, false, nil, readOnly},                                       // RFC 4511, 4.8: Delete
	{0x6c, 0x6d, false, nil, readOnly},                                       // RFC 4511, 4.9: Modify DN
	{0x6e, 0x6f, false, nil, (*conn).compare},                                // RFC 4511, 4.10
	{0x77, tagExtended, true, nil, (*conn).extended},                         // RFC 4511, 4.12
}

func readOnly(*conn, context.Context, *request) reply {
	return refuse(unwillingToPerform, "this directory is for reading only")
}

func findOperation(tag byte) *operation {
	for i := range operations {
		if operations[i].tag == tag {
			return &operations[i]
		}
	}
	return nil
}

const errText = "the request is malformed"

// malformed answers a request that cannot be read within an envelope that can.
func malformed() reply { return refuse(protocolError, errText) }

// unknownControl returns the first critical control that the operation does not
// know (RFC 4511, 4.1.11).
func (o *operation) unknownControl(list []control) (oid string, found bool) {
	for _, c := range list {
		if !c.critical {
			continue
		}
		known := false
		for _, oid := range o.controls {
			known = known || oid == c.oid
		}
		if !known {
			return c.oid, true
		}
	}
	return "", false
}
