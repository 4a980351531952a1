package rvp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const exampleACL = `<a:acl><a:inheritance>none</a:inheritance><a:ace><a:principal><a:rvp-principal>http://im.other.test/instmsg/aliases/mallory</a:rvp-principal><a:credentials><a:assertion/><a:digest/><a:ntlm/></a:credentials></a:principal><a:grant/><a:deny><a:send-to/><a:presence/></a:deny></a:ace><a:ace><a:principal><a:allprincipals/><a:credentials><a:assertion/><a:digest/><a:ntlm/></a:credentials></a:principal><a:grant><a:list/><a:read/><a:send-to/><a:presence/></a:grant><a:deny/></a:ace><a:ace><a:principal><a:rvp-principal>http://im.example.test/instmsg/aliases/anna</a:rvp-principal><a:credentials><a:digest/><a:ntlm/></a:credentials></a:principal><a:grant><a:list/><a:read/><a:write/><a:send-to/><a:receive-from/><a:readacl/><a:writeacl/><a:presence/><a:subscriptions/><a:subscribe-others/></a:grant><a:deny/></a:ace></a:acl></a:rvpacl>`

const mallory Principal = "http://im.other.test/instmsg/aliases/mallory"

func TestACL(t *testing.T) {
	a, err := ParseACL([]byte(`<?xml version="1.0"?><a:rvpacl xmlns:a='http://schemas.microsoft.com/rvp/acl/'>` + exampleACL))
	require.NoError(t, err)
	want := DefaultACL(anna)
	want.Entries = append([]ACE{{mallory, ByAssertion | ByDigest | ByNTLM, 0, RightSendTo | RightPresence}}, want.Entries...)
	require.Equal(t, want, a, "RVP-134")
	require.Equal(t, `<?xml version="1.0"?><a:rvpacl`+declared+exampleACL, string(a.Append(nil)), "RVP-124 RVP-132")

	a = &ACL{Entries: []ACE{{"im.example.test", ByAny | ByInternal, RightsAll, 0}}}
	doc := a.Append(nil)
	require.Contains(t, string(doc), "<a:inheritance>none</a:inheritance><a:ace><a:principal><a:rvp-principal>im.example.test</a:rvp-principal><a:credentials><a:any/><a:internal/></a:credentials>")
	a.Inheritance = "none"
	got, err := ParseACL(doc)
	require.NoError(t, err)
	require.Equal(t, a, got)
}

// TestACLForms reads the document's example with its layout, its names for rights, and other liberties.
func TestACLForms(t *testing.T) {
	a, err := ParseACL([]byte(`<?xml version="1.0"?>
<A:rvpacl xmlns:A="http://schemas.Microsoft.com/rvp/acl">
  <A:acl>
    <A:inheritance> some </A:inheritance>
    <A:ace>
      <A:principal>
        <A:rvp-principal>
          http://im.other.test/instmsg/aliases/Mallory/
        </A:rvp-principal>
        <A:credentials> <A:any/> <A:later/> </A:credentials>
      </A:principal>
      <A:allow> <A:all/> </A:allow>
      <A:deny> <A:read/> <A:delete/> </A:deny>
    </A:ace>
  </A:acl>
</A:rvpacl>`))
	require.NoError(t, err)
	require.Equal(t, &ACL{"some", []ACE{{mallory, ByAny, RightsAll, RightRead}}}, a, "RVP-130 RVP-131 RVP-132")

	none, err := ParseACL([]byte("<a:rvpacl><a:acl/></a:rvpacl>"))
	require.NoError(t, err)
	require.Equal(t, &ACL{Inheritance: "none"}, none)
}

func TestACLRefuses(t *testing.T) {
	const creds = "<a:credentials><a:ntlm/></a:credentials>"
	for _, c := range []struct {
		rule, principal string
		err             error
	}{
		{"RVP-126", "<a:allprincipals/>", errCredentials},
		{"RVP-126", "<a:allprincipals/><a:credentials/>", errCredentials},
		{"RVP-126", "<a:allprincipals/><a:credentials><a:later/></a:credentials>", errCredentials},
		{"RVP-127", "<a:rvp-principal> </a:rvp-principal>" + creds, errPrincipal},
		{"RVP-127", "<a:rvp-principal>a b</a:rvp-principal>" + creds, errPrincipal},
		{"RVP-128", creds, errXML},
		{"RVP-128", "<a:allprincipals/><a:allprincipals/>" + creds, errXML},
		{"RVP-128", "<a:allprincipals/><a:rvp-principal>h</a:rvp-principal>" + creds, errXML},
	} {
		_, err := ParseACL([]byte("<a:rvpacl><a:acl><a:ace><a:principal>" + c.principal + "</a:principal><a:grant><a:read/></a:grant></a:ace></a:acl></a:rvpacl>"))
		require.ErrorIs(t, err, c.err, "%s %s", c.rule, c.principal)
	}
	for _, body := range []string{"", "<a:rvpacl>", "<a:rvpacl><a:acl><a:ace/></a:acl></a:rvpacl>", "<a:x/>"} {
		_, err := ParseACL([]byte(body))
		require.ErrorIs(t, err, errXML, body)
	}
}

func TestAllows(t *testing.T) {
	owner, bens := anna.Principal(), ben.Principal()
	all := ByNTLM | ByDigest | ByAssertion | ByInternal | ByAny
	example := DefaultACL(anna)
	example.Entries = append([]ACE{{mallory, all, 0, RightSendTo | RightPresence}}, example.Entries...)
	one := func(e ...ACE) *ACL { return &ACL{Entries: e} }
	for _, c := range []struct {
		rule string
		acl  *ACL
		who  Principal
		by   Credentials
		need Rights
		want bool
	}{
		{"RVP-134", example, bens, ByAssertion, RightSendTo | RightPresence | RightList | RightRead, true},
		{"RVP-134", example, bens, ByAssertion, RightSendTo | RightWrite, false},
		{"RVP-134", example, bens, ByNTLM, RightWrite, false},
		{"RVP-128", example, "", ByAssertion, RightSendTo, true},
		{"RVP-133", example, mallory, ByAssertion, RightSendTo, false},
		{"RVP-133", example, mallory, ByAssertion, RightPresence | RightRead, false},
		{"RVP-133", example, mallory, ByAssertion, RightRead, true},
		{"RVP-120", example, owner, ByNTLM, RightsAll, true},
		{"RVP-120", example, owner, ByDigest, RightWrite, true},
		{"RVP-120", example, owner, ByAssertion, RightWrite, false},
		{"RVP-120", example, owner, ByAssertion, RightRead, true},
		{"RVP-129", one(ACE{"im.example.test", all, RightsAll, 0}), owner, ByNTLM, RightRead, false},
		{"RVP-129", one(ACE{"im.example.test", all, RightsAll, 0}), "im.example.test", ByAssertion, RightRead, true},
		{"RVP-130", one(ACE{owner, ByNTLM, RightsAll, 0}), owner, ByDigest, RightRead, false},
		{"RVP-130", one(ACE{owner, ByDigest, 0, RightRead}, ACE{"", all, RightRead, 0}), owner, ByNTLM, RightRead, true},
		{"RVP-130", one(ACE{owner, ByAny, RightsAll, 0}), owner, ByDigest, RightRead, true},
		{"RVP-130", one(ACE{owner, ByAny, RightsAll, 0}), owner, ByInternal, RightRead, true},
		{"RVP-130", one(ACE{owner, ByAny, RightsAll, 0}), owner, ByAssertion, RightRead, false},
		{"RVP-130", one(ACE{owner, all, RightsAll, 0}), owner, 0, RightRead, false},
		{"order", one(ACE{"", all, RightRead, 0}, ACE{"", all, 0, RightRead}), bens, ByNTLM, RightRead, true},
		{"order", one(ACE{"", all, 0, RightRead}, ACE{"", all, RightRead, 0}), bens, ByNTLM, RightRead, false},
		{"order", one(ACE{"", all, RightRead, RightRead}), bens, ByNTLM, RightRead, false},
		{"order", one(ACE{"", all, RightRead, 0}, ACE{"", all, RightList, 0}), bens, ByNTLM, RightRead | RightList, true},
		{"none", one(), bens, ByNTLM, RightRead, false},
		{"none", nil, owner, ByNTLM, RightRead, false},
		{"none", example, owner, ByNTLM, 0, false},
	} {
		require.Equal(t, c.want, c.acl.Allows(c.who, c.by, c.need), "%+v", c)
	}
}

// FuzzACL checks that what was parsed is read again as it was once it was written; that what was written is
// well-formed; and that an empty list allows nothing and no list allows more than its grants.
func FuzzACL(f *testing.F) {
	f.Add([]byte("<a:rvpacl>" + exampleACL))
	f.Add([]byte("<acl><inheritance>&lt;</inheritance><ace><principal><rvp-principal>h:81</rvp-principal><credentials><any/></credentials></principal><allow><all/></allow></ace></acl>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseACL(b)
		if err != nil {
			return
		}
		doc := a.Append(nil)
		stdNames(t, string(doc))
		again, err := ParseACL(doc)
		if err != nil && strings.Contains(err.Error(), "more than") { // the names of all rights are longer than a:all
			return
		}
		require.NoError(t, err)
		require.Equal(t, a, again)
		var granted Rights
		for _, e := range a.Entries {
			granted |= e.Grant
		}
		require.False(t, a.Allows(anna.Principal(), ByAssertion|ByNTLM, RightsAll&^granted))
	})
}
