package memory

import "github.com/wirepost/wirepost/imap4"

// layers puts around an account what it implements beyond imap4.Account, a layer
// for each interface, so that each can be left out. A store that always has the
// same simply has the methods.
func (s *Store) layers(a *account) imap4.Account {
	var outer imap4.Account = a
	if !s.NoACL {
		outer = acls{layer{outer}, a}
	}
	if !s.NoMetadata {
		outer = annotations{layer{outer}, a}
	}
	if !s.NoMetas {
		outer = metas{layer{outer}, a}
	}
	if !s.NoNamespaces {
		outer = namespaces{layer{outer}, a}
	}
	if !s.NoQuota {
		outer = quotas{layer{outer}, a}
	}
	if !s.NoRecent {
		outer = recents{layer{outer}, a}
	}
	if !s.NoReplace {
		outer = replacer{layer{outer}, a}
	}
	if !s.NoSummaries {
		outer = summaries{layer{outer}, a}
	}
	return outer
}

// A layer is an account that has another inside.
type layer struct{ imap4.Account }

// Unwrap implements imap4.Unwrapper.
func (l layer) Unwrap() any { return l.Account }

// namespaces are a layer.
type namespaces struct {
	layer
	a *account
}

// Namespaces implements imap4.Namespacer.
func (l namespaces) Namespaces() (personal, other, shared []imap4.Namespace) {
	personal = []imap4.Namespace{{}}
	if !l.a.store.NoACL {
		other = []imap4.Namespace{{Prefix: []string{OtherUsers}}}
	}
	return personal, other, nil
}
