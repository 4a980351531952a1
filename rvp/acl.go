package rvp

import "errors"

// An ACL says who may do what with a node (rvp-exchange2000, 5.7).
type ACL struct {
	Inheritance string // passed on as it is; "none" if empty
	Entries     []ACE
}

// An ACE is one entry of an ACL.
type ACE struct {
	Principal   Principal // "" is everybody (a:allprincipals)
	Credentials Credentials
	Grant, Deny Rights
}

// Rights are a set of what may be done with a node.
type Rights uint16

// The rights and what they are for (facts, 4.7).
const (
	RightList            Rights = 1 << iota // PROPFIND of names, or of everything
	RightRead                               // PROPFIND of values
	RightWrite                              // PROPPATCH
	RightSendTo                             // NOTIFY to the node
	RightReceiveFrom                        // SUBSCRIBE pragma/notify
	RightReadACL                            // ACL, to read
	RightWriteACL                           // ACL, to write
	RightPresence                           // to see r:state, by PROPFIND or SUBSCRIBE update/propchange
	RightSubscriptions                      // SUBSCRIPTIONS
	RightSubscribeOthers                    // SUBSCRIBE with a Call-Back of somebody else
	RightsAll            Rights = 1<<iota - 1
)

// Credentials are a set of ways in which a principal may show who it is.
type Credentials uint8

// The ways. An assertion is the mere claim of the header RVP-From-Principal.
const (
	ByNTLM Credentials = 1 << iota
	ByDigest
	ByAssertion
	ByInternal
	ByAny // any proof: all of them but the assertion
)

// errCredentials says that an entry does not tell which credentials it wants: the
// whole change fails with 400 and this reason (RVP-126).
var errCredentials = errors.New("rvp: Credentials Not Specified")

// DefaultACL is that of a node that has none: everybody, on his word, may see
// and send, and the owner may do everything when he has proved who he is
// (RVP-134). The example in the document lets the owner's mere claim do, by
// which anybody could be the owner.
func DefaultACL(owner Node) *ACL {
	return &ACL{Inheritance: "none", Entries: []ACE{
		{
			Credentials: ByAssertion | ByDigest | ByNTLM,
			Grant:       RightList | RightRead | RightSendTo | RightPresence,
		},
		{
			Principal:   owner.Principal(),
			Credentials: ByDigest | ByNTLM,
			Grant:       RightsAll,
		},
	}}
}

// Allows reports whether p, who has shown that by these credentials, has all the
// rights. For each right, the first entry decides that names it and is about p;
// if that one both grants and denies it, it is denied. What no entry names is
// denied. An entry about others, or with none of these credentials, is as if it were not there
// (RVP-129, RVP-130).
func (a *ACL) Allows(p Principal, by Credentials, need Rights) bool {
	if a == nil || need == 0 {
		return false
	}
	if by&(ByNTLM|ByDigest|ByInternal) != 0 {
		by |= ByAny
	}
	for i := range a.Entries {
		e := &a.Entries[i]
		if e.Principal != "" && e.Principal != p || e.Credentials&by == 0 {
			continue
		}
		if e.Deny&need != 0 {
			return false
		}
		if need &^= e.Grant; need == 0 {
			return true
		}
	}
	return false
}
