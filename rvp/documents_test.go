package rvp

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const declared = ` xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/' xmlns:a='http://schemas.microsoft.com/rvp/acl/'>`

// TestDocuments compares what is written with what the old server sent, octet for octet
// (RVP-107, RVP-109), and reads it again.
func TestDocuments(t *testing.T) {
	leased := PropertyChange{Name: PropState, Leased: true, Lease: Lease{"<r:online/>", "<r:offline/>", 20 * time.Minute}}
	granted := leased
	granted.View = "17"

	watch := []response{{anna.URL(), []propStat{{200, []Property{
		StateProperty(Busy), TextProperty(PropDisplayName, "Ben Roe"), TextProperty(PropEmail, "ben@example.test"),
		TextProperty(PropMobileState, "0"), TextProperty(PropMobileDescription, ""),
	}}}}}
	want := `<?xml version="1.0"?><d:multistatus` + declared + `<d:response><d:href>http://im.example.test/instmsg/aliases/anna</d:href><d:propstat><d:prop><r:state><r:busy/></r:state><d:displayname>Ben Roe</d:displayname><r:email>ben@example.test</r:email><r:mobile-state>0</r:mobile-state><r:mobile-description></r:mobile-description></d:prop><d:status>HTTP/1.1 200 Successful</d:status></d:propstat></d:response></d:multistatus>`
	require.Equal(t, want, string(appendMultistatus(nil, watch)), "RVP-038 RVP-039 RVP-111")
	got, err := parseMultistatus([]byte(want))
	require.NoError(t, err)
	require.Equal(t, watch, got)

	patched := []response{{anna.URL(), []propStat{
		{200, []Property{{PropState, granted.inner()}}},
		{404, []Property{{Name: PropEmail}}},
	}}}
	want = `<?xml version="1.0"?><d:multistatus` + declared + `<d:response><d:href>http://im.example.test/instmsg/aliases/anna</d:href><d:propstat><d:prop><r:state><r:leased-value><r:value><r:online/></r:value><r:default-value><r:offline/></r:default-value><d:timeout>1200</d:timeout></r:leased-value><r:view-id>17</r:view-id></r:state></d:prop><d:status>HTTP/1.1 200 Successful</d:status></d:propstat><d:propstat><d:prop><r:email></r:email></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response></d:multistatus>`
	require.Equal(t, want, string(appendMultistatus(nil, patched)), "RVP-068 RVP-069 RVP-064")
	got, err = parseMultistatus([]byte(want))
	require.NoError(t, err)
	require.Equal(t, patched, got)

	changes := []PropertyChange{leased, {Name: PropEmail, Remove: true}}
	want = `<?xml version="1.0"?><d:propertyupdate` + declared + `<d:set><d:prop><r:state><r:leased-value><r:value><r:online/></r:value><r:default-value><r:offline/></r:default-value><d:timeout>1200</d:timeout></r:leased-value></r:state></d:prop></d:set><d:remove><d:prop><r:email></r:email></d:prop></d:remove></d:propertyupdate>`
	require.Equal(t, want, string(appendPropertyUpdate(nil, changes)))
	read, err := parsePropertyUpdate([]byte(want))
	require.NoError(t, err)
	require.Equal(t, changes, read)

	entries := []subscriptionEntry{{4712, ben.URL(), ben.Principal(), 13990*time.Second + 1}}
	want = `<?xml version="1.0"?><r:subscriptions` + declared + `<r:subscription><r:subscription-id>4712</r:subscription-id><d:href>http://im.example.test/instmsg/aliases/ben</d:href><a:principal><a:rvp-principal>http://im.example.test/instmsg/aliases/ben</a:rvp-principal></a:principal><d:timeout>13990</d:timeout></r:subscription></r:subscriptions>`
	require.Equal(t, want, string(appendSubscriptions(nil, entries)), "RVP-060")
	list, err := parseSubscriptions([]byte(want))
	require.NoError(t, err)
	entries[0].Left = 13990 * time.Second
	require.Equal(t, entries, list)
}

func TestPropFind(t *testing.T) {
	for _, c := range []struct {
		find propFind
		want string
	}{
		{propFind{All: true}, "<d:allprop/>"},
		{propFind{Names: true}, "<d:propname/>"},
		{
			propFind{Props: []xml.Name{PropDisplayName, PropState, {Space: "urn:x", Local: "y"}, {Local: "z"}}},
			`<d:prop><d:displayname/><r:state/><x:y xmlns:x="urn:x"/><z/></d:prop>`,
		},
	} {
		doc := c.find.append(nil)
		require.Equal(t, `<?xml version="1.0"?><d:propfind`+declared+c.want+`</d:propfind>`, string(doc))
		f, err := parsePropFind(doc)
		require.NoError(t, err)
		require.Equal(t, c.find, f)
	}
	for _, body := range []string{
		"", " ", "<d:propfind/>", "<d:propfind><d:prop/></d:propfind>", "<d:propertyupdate><d:allprop/></d:propertyupdate>",
		"<x:propfind xmlns:x='urn:x'><d:allprop/></x:propfind>",
	} {
		_, err := parsePropFind([]byte(body))
		require.ErrorIs(t, err, errXML, "RVP-066 %q", body)
	}
}

func TestMultistatusStatus(t *testing.T) {
	for status, want := range map[string]int{
		"HTTP/1.1 200 Successful": 200, "HTTP/1.1 200 OK": 200, "HTTP/1.0  404": 404, "\n HTTP/1.1 409 x \n": 409,
		"HTTP/1.1 2000": 500, "HTTP/1.1": 500, "": 500, "HTTP/1.1 -20 x": 500, "HTTP/1.1.200.Successful": 500, "HTTP/1.1 099 x": 500,
	} {
		got, err := parseMultistatus([]byte("<d:multistatus><d:response><d:status>" + status + "</d:status></d:response></d:multistatus>"))
		require.NoError(t, err)
		require.Equal(t, []response{{"", []propStat{{Status: want}}}}, got, "RVP-111 %q", status)
	}
	_, err := parseMultistatus([]byte("<d:multistatus>"))
	require.ErrorIs(t, err, errXML)
	got, err := parseMultistatus([]byte("<d:multistatus><d:response><d:propstat><d:prop><d:displayname>x</d:displayname></d:prop></d:propstat></d:response></d:multistatus>"))
	require.NoError(t, err)
	require.Equal(t, []response{{"", []propStat{{200, []Property{TextProperty(PropDisplayName, "x")}}}}}, got)
}

func TestSubscriptionsRefuses(t *testing.T) {
	for _, entry := range []string{
		"", "<r:subscription-id/>", "<r:subscription-id>9A504</r:subscription-id>",
		"<r:subscription-id>1</r:subscription-id><d:timeout>soon</d:timeout>",
		"<r:subscription-id>1</r:subscription-id><a:principal><a:rvp-principal> </a:rvp-principal></a:principal>",
	} {
		_, err := parseSubscriptions([]byte("<r:subscriptions><r:subscription>" + entry + "</r:subscription></r:subscriptions>"))
		require.ErrorIs(t, err, errXML, entry)
	}
	_, err := parseSubscriptions([]byte("<r:subscriptions>"))
	require.ErrorIs(t, err, errXML)
	none, err := parseSubscriptions(appendSubscriptions(nil, nil))
	require.NoError(t, err)
	require.Empty(t, none)
	doc := string(appendSubscriptions(nil, []subscriptionEntry{{ID: 1, CallBack: "http://h/?a&b<", Left: -time.Second}}))
	require.Contains(t, doc, "<d:href>http://h/?a&amp;b&lt;</d:href><a:principal></a:principal><d:timeout>0</d:timeout>")
}

// TestManySubscriptions checks that the longest list that a node can have is read.
func TestManySubscriptions(t *testing.T) {
	all := make([]subscriptionEntry, 20_000)
	for i := range all {
		all[i] = subscriptionEntry{uint64(i + 1), anna.URL(), anna.Principal(), time.Hour}
	}
	got, err := parseSubscriptions(appendSubscriptions(nil, all))
	require.NoError(t, err)
	require.Equal(t, all, got)
}

// TestOtherProperties checks that properties that nobody knows pass, with their namespaces (facts, 9.17).
func TestOtherProperties(t *testing.T) {
	changes, err := parsePropertyUpdate([]byte(`<propertyupdate xmlns="DAV:" xmlns:q='urn:q'><set><prop>
		<q:mood q:level="3" plain='"'><q:a/><!-- said --> <b xmlns=''>x &amp; <![CDATA[<y>]]></b></q:mood>
		<colour xmlns="urn:c"> red </colour></prop></set></propertyupdate>`))
	require.NoError(t, err)
	require.Equal(t, []PropertyChange{
		{Name: xml.Name{Space: "urn:q", Local: "mood"}, Lease: Lease{Value: `<x:a xmlns:x="urn:q"/><b>x &amp; &lt;y&gt;</b>`}},
		{Name: xml.Name{Space: "urn:c", Local: "colour"}, Lease: Lease{Value: "red"}},
	}, changes)
	doc := appendPropertyUpdate(nil, changes)
	require.Contains(t, string(doc), `<x:mood xmlns:x="urn:q"><x:a xmlns:x="urn:q"/><b>`)
	again, err := parsePropertyUpdate(doc)
	require.NoError(t, err)
	require.Equal(t, changes, again)

	e, err := parseXML("<p><b>&#32;</b><a:x>&apos;&gt;</a:x></p>", maxNodes)
	require.NoError(t, err)
	require.Equal(t, "<b/><a:x>'&gt;</a:x>", e.inner())
	e, err = parseXML(`<p xmlns:q='urn:q'><i q:b="1" c="&lt;&#13;" xml:lang="en"><q:x/></i></p>`, maxNodes)
	require.NoError(t, err)
	require.Equal(t, `<i xmlns:y0="urn:q" y0:b="1" c="&lt;&#13;" xml:lang="en"><x:x xmlns:x="urn:q"/></i>`, e.inner())
}

// TestMisprints reads what the document prints and nobody should send (facts, 10).
func TestMisprints(t *testing.T) {
	changes, err := parsePropertyUpdate([]byte(strings.NewReplacer("\n", "\r\n").Replace(`<?xml version="1.0"?>
<D:propupdate xmlns:D="DAV:"
 xmlns:Z="http://schemas.microsoft.com/rvp/">
  <D:set>
    <D:prop>
      <Z:state>
        <Z:leased-value>
          <Z:value>
            <Z:online/>
          </Z:value>
          <Z:default-value>
            <Z:offline/>
          </Z:default-value>
          <Z:timeout> 3600 </Z:timeout>
        </Z:leased-value>
      </Z:state>
    </D:prop>
  </D:set>
</D:propupdate>
`)))
	require.NoError(t, err)
	require.Equal(t, []PropertyChange{
		{Name: PropState, Leased: true, Lease: Lease{"<r:online/>", "<r:offline/>", time.Hour}},
	}, changes, "RVP-073: the timeout of the other namespace")

	got, err := parseMultistatus([]byte(`<?xml version="1.0" ?><D:multistatus xmlns:D="DAV:" xmlns:Z="http://schemas.microsoft.com/rvp/">
<D:response> <D:href>
  http://im.example.test/instmsg/aliases/anna
</D:href><D:propstat><D:prop><Z:state> <Z:leased-value> <Z:value> <Z:online/> </Z:value></Z:leased-value>
<Z:view-id>3577</Z:view-id> </Z:state><D:displayname>
   Anna Poe
</D:displayname></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`))
	require.NoError(t, err)
	require.Equal(t, []response{{anna.URL(), []propStat{{200, []Property{
		{PropState, "<r:leased-value><r:value><r:online/></r:value></r:leased-value><r:view-id>3577</r:view-id>"},
		TextProperty(PropDisplayName, "Anna Poe"),
	}}}}}, got)

	list, err := parseSubscriptions([]byte(`<Z:subscriptions xmlns:D="DAV:" xmlns:Z="http://schemas.microsoft.com/rvp/" xmlns:A="http://schemas.Microsoft.com/rvp/acl">
<D:subscription><D:href> http://im.example.test/instmsg/aliases/ben </D:href><Z:subscription-id> 6656 </Z:subscription-id>
<A:principal><A:rvp-principal>
  http://im.example.test/instmsg/aliases/ben
</A:rvp-principal></A:principal><Z:timeout> Second-8752 </Z:timeout></D:subscription></Z:subscriptions>`))
	require.NoError(t, err)
	require.Equal(t, []subscriptionEntry{{6656, ben.URL(), ben.Principal(), 8752 * time.Second}}, list)
}

func TestPropertyUpdateRefuses(t *testing.T) {
	for _, body := range []string{
		"", "<d:propertyupdate/>", "<d:propertyupdate><d:get/></d:propertyupdate>",
		"<d:propertyupdate><d:set><d:prop/></d:set></d:propertyupdate>", "text",
		"<d:propertyupdate><d:set><d:prop><r:state/></d:prop></d:set>", "<d:propfind><d:allprop/></d:propfind>",
		"<d:propertyupdate><d:set><d:prop><r:state><r:leased-value/></r:state></d:prop></d:set></d:propertyupdate>",
		"<d:propertyupdate><d:set><d:prop><r:state><r:leased-value><r:value><r:busy/></r:value><d:timeout>-1</d:timeout></r:leased-value></r:state></d:prop></d:set></d:propertyupdate>",
	} {
		_, err := parsePropertyUpdate([]byte(body))
		require.ErrorIs(t, err, errXML, "RVP-013 %q", body)
	}
}
