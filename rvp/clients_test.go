package rvp

import (
	"encoding/xml"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The bodies that two clients of the time send, after the facts: Net::RVP, which writes r:timeout, no
// description and no default, and Miranda's plugin, which writes d:timeout and states without a prefix.
const (
	perlHead    = `<?xml version="1.0"?>` + "\n"
	perlSpaces  = ` xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/' xmlns:a='http://schemas.microsoft.com/rvp/acl/'>`
	perlOnline  = perlHead + `<d:propertyupdate` + perlSpaces + `<d:set><d:prop><r:state><r:leased-value><r:value><r:online/></r:value><r:default-value><r:offline/></r:default-value><r:timeout>14400</r:timeout></r:leased-value></r:state></d:prop></d:set></d:propertyupdate>`
	perlSet     = perlHead + `<d:propertyupdate` + perlSpaces + `<d:set><d:prop><r:state><r:leased-value><r:value><r:busy/></r:value></r:leased-value></r:state></d:prop></d:set></d:propertyupdate>`
	perlAll     = perlHead + `<d:propfind` + perlSpaces + `<d:allprop/></d:propfind>`
	perlGet     = perlHead + `<d:propfind` + perlSpaces + `<d:prop><r:state/><d:displayname/></d:prop></d:propfind>`
	perlMessage = perlHead + `<r:notification` + perlSpaces + `<r:message><r:notification-from><r:contact><d:href>http://im.example.test/instmsg/aliases/anna</d:href></r:contact></r:notification-from><r:notification-to><r:contact><d:href>http://im.example.test/instmsg/aliases/ben</d:href></r:contact></r:notification-to><r:msgbody><r:mime-data><![CDATA[MIME-Version: 1.0
Content-Type: text/x-msmsgscontrol
Session-Id: {7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}

]]></r:mime-data></r:msgbody></r:message></r:notification>`
	perlBroken = perlHead + `<r:notification` + perlSpaces + `<r:message><r:msgbody><r:mime-data><![CDATA[if (a[b[0]]>1) x]]></r:mime-data></r:msgbody></r:message></r:notification>`

	mirandaHead   = `<?xml version="1.0"?>`
	mirandaOnline = mirandaHead + `<d:propertyupdate xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/'><d:set><d:prop><r:state><r:leased-value><r:value><r:invisible/></r:value><r:default-value><r:offline/></r:default-value><d:timeout>1200</d:timeout></r:leased-value></r:state></d:prop></d:set></d:propertyupdate>`
	mirandaOther  = mirandaHead + `<d:propertyupdate xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/'><d:set><d:prop><r:state><r:leased-value><r:value><online/></r:value><r:default-value><offline/></r:default-value><d:timeout>1200</d:timeout></r:leased-value></r:state></d:prop></d:set></d:propertyupdate>`
	mirandaTyping = mirandaHead + `<r:notification xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/' xmlns:a='http://schemas.microsoft.com/rvp/acl/'><r:message><r:notification-from><r:contact><d:href>http://im.example.test/instmsg/aliases/anna.poe</d:href><r:description>Anna Poe</r:description></r:contact></r:notification-from><r:notification-to><r:contact><d:href>http://im.example.test/instmsg/aliases/ben</d:href><r:description>Ben</r:description></r:contact></r:notification-to><r:msgbody><r:mime-data><![CDATA[` +
		"MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: anna.poe@example.test\r\nSession-Id: {7b1e4c62-5d0a-4c93-9a77-1f2e3d4c5b6a}\r\n\r\n" +
		`]]></r:mime-data></r:msgbody></r:message></r:notification>`
)

func TestPerlClient(t *testing.T) {
	got, err := parsePropertyUpdate([]byte(perlOnline))
	require.NoError(t, err)
	require.Equal(t, []PropertyChange{{Name: PropState, Leased: true, Lease: Lease{"<r:online/>", "<r:offline/>", 4 * time.Hour}}}, got, "RVP-073")
	got, err = parsePropertyUpdate([]byte(perlSet))
	require.NoError(t, err)
	require.Equal(t, []PropertyChange{{Name: PropState, Leased: true, Lease: Lease{Value: "<r:busy/>"}}}, got, "RVP-074")

	find, err := parsePropFind([]byte(perlAll))
	require.NoError(t, err)
	require.True(t, find.All, "RVP-065")
	find, err = parsePropFind([]byte(perlGet))
	require.NoError(t, err)
	require.Equal(t, propFind{Props: []xml.Name{PropState, PropDisplayName}}, find)

	n, err := ParseNotification([]byte(perlMessage))
	require.NoError(t, err)
	require.Equal(t, Contact{Node: anna}, n.From)
	require.Equal(t, []Contact{{Node: ben}}, n.To)
	m, err := ParseMessage(n.MIME)
	require.NoError(t, err)
	require.Equal(t, &Message{Type: typeControl, Session: session, Body: []byte{}}, m)
	require.Equal(t, Join, m.Kind(), "RVP-141")

	_, err = ParseNotification([]byte(perlBroken))
	require.ErrorIs(t, err, errXML, "RVP-013: it writes what it is told to without parting ]]>")
}

func TestMirandaClient(t *testing.T) {
	for body, want := range map[string]string{mirandaOnline: "<r:invisible/>", mirandaOther: "<r:online/>"} {
		got, err := parsePropertyUpdate([]byte(body))
		require.NoError(t, err)
		require.Equal(t, []PropertyChange{{Name: PropState, Leased: true, Lease: Lease{want, "<r:offline/>", DefaultLease}}}, got, "RVP-080")
	}
	n, err := ParseNotification([]byte(mirandaTyping))
	require.NoError(t, err)
	require.Equal(t, Node{"im.example.test", "anna.poe"}, n.From.Node, "RVP-020")
	require.Equal(t, mirandaTyping, string(n.Append(nil)), "we write what it does")
	m, err := ParseMessage(n.MIME)
	require.NoError(t, err)
	require.Equal(t, &Message{Type: typeControl, Typing: "anna.poe@example.test", Session: session, Body: []byte{}}, m)
	require.Equal(t, Typing, m.Kind(), "RVP-139")
}
