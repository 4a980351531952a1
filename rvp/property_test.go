package rvp

import (
	"encoding/xml"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestState(t *testing.T) {
	for _, s := range []State{Online, Offline, Away, Busy, BackSoon, OnPhone, AtLunch, Idle, Invisible, "in-a_Meeting2"} {
		p := StateProperty(s)
		require.Equal(t, Property{PropState, "<r:" + string(s) + "/>"}, p, "RVP-067")
		got, ok := p.State()
		require.True(t, ok, "RVP-080")
		require.Equal(t, s, got)
	}
	require.Equal(t, "<r:offline/>", StateProperty("x/><r:y").Inner, "what is no name is not written")
	require.Equal(t, "<r:offline/>", StateProperty("").Inner)
	for inner, want := range map[string]State{
		"<online/>":                   Online, // the fallback of a client, without its prefix
		"<d:busy></d:busy>":           Busy,
		" <r:busy /> ":                Busy,
		"<r:new foo='1'>text</r:new>": "new",
		"<x:new xmlns:x='urn:x'/>":    "new",
		"<r:leased-value><r:value><r:away/></r:value></r:leased-value><r:view-id>1</r:view-id>": Away,
		"": "", "online": "", "<r:a/><r:b/>": "", "<r:a/>text": "", "<r:a>": "", "<r:leased-value/>": "", "<_a/>": "",
		"<r:x/><r:y/>": "", "<r:leased-value><r:value/></r:leased-value>": "",
	} {
		s, ok := Property{PropState, inner}.State()
		require.Equal(t, want, s, inner)
		require.Equal(t, want != "", ok, inner)
	}
}

func TestTextProperty(t *testing.T) {
	p := TextProperty(PropDisplayName, " Tom & <Jerry>\r\n\"x\" \x00\xff]]> ")
	require.Equal(t, "Tom &amp; &lt;Jerry&gt;&#13;\n&quot;x&quot; \ufffd\ufffd]]&gt;", p.Inner, "RVP-109")
	require.Equal(t, "Tom & <Jerry>\r\n\"x\" \ufffd\ufffd]]>", p.Text())
	for inner, want := range map[string]string{
		"Anna Poe": "Anna Poe", " Anna\tPoe\n": "Anna\tPoe", "": "", "<![CDATA[a&b]]>": "a&b", "a<!-- - -->b": "ab",
		"<b>x</b>": "", "a<b/>": "", "&": "", "a\r\nb": "a\nb",
	} {
		require.Equal(t, want, Property{PropDisplayName, inner}.Text(), "%q", inner)
	}
}

func TestPropertyChange(t *testing.T) {
	lease := Lease{Value: "<r:online/>", Default: "<r:offline/>", Timeout: 1200 * time.Second}
	for _, c := range []struct {
		change PropertyChange
		inner  string
	}{
		{
			PropertyChange{Name: PropState, Leased: true, Lease: lease, View: "17"},
			"<r:leased-value><r:value><r:online/></r:value><r:default-value><r:offline/></r:default-value>" +
				"<d:timeout>1200</d:timeout></r:leased-value><r:view-id>17</r:view-id>",
		},
		{
			PropertyChange{Name: PropState, Leased: true, Lease: Lease{Value: "<r:online/>"}},
			"<r:leased-value><r:value><r:online/></r:value></r:leased-value>",
		},
		{PropertyChange{Name: PropState, Lease: Lease{Value: "<r:busy/>"}, View: "1"}, "<r:busy/><r:view-id>1</r:view-id>"},
		{PropertyChange{Name: PropState, Lease: Lease{Value: "<r:busy/>"}}, "<r:busy/>"},
		{PropertyChange{Name: PropEmail, Lease: Lease{Value: "a@b"}}, "a@b"},
		{PropertyChange{Name: PropEmail, Leased: true, Lease: Lease{}}, "<r:leased-value><r:value></r:value></r:leased-value>"},
		{PropertyChange{Name: PropEmail, Lease: Lease{Value: "a"}, View: "&<"}, "a<r:view-id>&amp;&lt;</r:view-id>"},
	} {
		require.Equal(t, c.inner, c.change.inner(), "RVP-068 RVP-069")
		got, err := Property{c.change.Name, c.inner}.change()
		require.NoError(t, err)
		require.Equal(t, c.change, got)
	}
	c, err := Property{PropState, "<r:leased-value><r:value><r:busy/></r:value><r:view-id> 7 </r:view-id></r:leased-value>"}.change()
	require.NoError(t, err)
	require.Equal(t, "7", c.View)
	_, err = Property{PropState, "<r:leased-value/>"}.change()
	require.ErrorIs(t, err, errXML)
	_, err = Property{PropState, "<r:leased-value>"}.change()
	require.ErrorIs(t, err, errXML)
}

func TestParseSeconds(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0": 0, "1200": 20 * time.Minute, "Second-3600": time.Hour, "007": 7 * time.Second,
		"99999999999999999999999": maxSeconds * time.Second, "2147483648": maxSeconds * time.Second,
	} {
		d, err := parseSeconds(s)
		require.NoError(t, err)
		require.Equal(t, want, d, s)
	}
	for _, s := range []string{"", "-1", "+1", "1.5", "Infinite", "1 2", "Second-", "\u0661"} {
		_, err := parseSeconds(s)
		require.ErrorIs(t, err, errXML, "%q", s)
	}
}

// FuzzProperty checks that any text comes back from TextProperty but for what
// XML cannot hold; that any content has a state or text or neither, without a panic; that what a change
// holds is read again as it was; and that no CR and no NUL is written as it is.
func FuzzProperty(f *testing.F) {
	f.Add("Anna & Ben", "<r:leased-value><r:value>x</r:value><d:timeout>7</d:timeout></r:leased-value>")
	f.Add("\r\n\x00", "<online/>")
	f.Add("]]>", "a<x:b xmlns:x='urn:b' y='1'>c &#13;</x:b><r:view-id>4</r:view-id>")
	f.Fuzz(func(t *testing.T, text, inner string) {
		p := TextProperty(PropDisplayName, text)
		require.NotContains(t, p.Inner, "\r")
		require.NotContains(t, p.Inner, "\x00")
		require.Equal(t, p, TextProperty(PropDisplayName, p.Text()))
		p.Text()
		for _, name := range []xml.Name{PropState, PropEmail, {Space: "urn:x", Local: "y"}} {
			p := Property{name, inner}
			p.Text()
			if s, ok := p.State(); ok {
				require.True(t, s.Valid())
			}
			c, err := p.change()
			if err != nil {
				continue
			}
			again, err := Property{name, c.inner()}.change()
			require.NoError(t, err, c.inner())
			require.Equal(t, c.inner(), again.inner())
		}
	})
}
