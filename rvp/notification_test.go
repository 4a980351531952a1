package rvp

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

const lunch = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Tahoma; EF=; CO=0; CS=0; PF=22\r\nSession-Id: {7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}\r\n\r\nSee you at noon?"

// TestNotification compares what is written with what clients sent, octet for octet.
func TestNotification(t *testing.T) {
	message := &Notification{From: Contact{anna, "Anna Poe"}, To: []Contact{{ben, "Ben Roe"}}, MIME: []byte(lunch)}
	want := `<?xml version="1.0"?><r:notification` + declared + `<r:message><r:notification-from><r:contact><d:href>http://im.example.test/instmsg/aliases/anna</d:href><r:description>Anna Poe</r:description></r:contact></r:notification-from><r:notification-to><r:contact><d:href>http://im.example.test/instmsg/aliases/ben</d:href><r:description>Ben Roe</r:description></r:contact></r:notification-to><r:msgbody><r:mime-data><![CDATA[` + lunch + `]]></r:mime-data></r:msgbody></r:message></r:notification>`
	require.Equal(t, want, string(message.Append(nil)), "RVP-105 RVP-107 RVP-110")
	n, err := ParseNotification([]byte(want))
	require.NoError(t, err)
	require.Equal(t, message, n)

	change := &Notification{From: Contact{ben, "Ben Roe"}, To: []Contact{{anna, "anna"}}, Change: []Property{StateProperty(Online)}}
	want = `<?xml version="1.0"?><r:notification` + declared + `<r:propnotification><r:notification-from><r:contact><d:href>http://im.example.test/instmsg/aliases/ben</d:href><r:description>Ben Roe</r:description></r:contact></r:notification-from><r:notification-to><r:contact><d:href>http://im.example.test/instmsg/aliases/anna</d:href><r:description>anna</r:description></r:contact></r:notification-to><d:propertyupdate><d:set><d:prop><r:state><r:online/></r:state></d:prop></d:set></d:propertyupdate></r:propnotification></r:notification>`
	require.Equal(t, want, string(change.Append(nil)), "RVP-086")
	n, err = ParseNotification([]byte(want))
	require.NoError(t, err)
	require.Equal(t, change, n)

	change.To[0].Description = ""
	require.Equal(t, want, string(change.Append(nil)), "RVP-106: there is always a description")
	require.Equal(t, "before"+want, string(change.Append([]byte("before"))))
}

// TestNotificationMIME checks that the MIME comes through octet for octet (RVP-089, RVP-105).
func TestNotificationMIME(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"<![CDATA[a\r\nb\n\r\n&amp;<x>]]>", "a\r\nb\n\r\n&amp;<x>"},
		{"\r\n    <![CDATA[\r\na]]>\r\n  ", "\r\na"},
		{"<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b"},
		{"a&#13;&#10;b &lt;&amp;]]&gt;", "a\r\nb <&]]>"},
		{"a\r\nb", "a\r\nb"},
		{"<![CDATA[caf\xe9]]>", "caf\xe9"}, // of a client that does not know UTF-8
		{"<![CDATA[]]>", ""},
		{"", ""},
	} {
		n, err := ParseNotification([]byte("<r:notification><r:message><r:msgbody><r:mime-data>" + c.data + "</r:mime-data></r:msgbody></r:message></r:notification>"))
		require.NoError(t, err, "%q", c.data)
		require.Equal(t, c.want, string(n.MIME))
		require.Nil(t, n.Change)
		again, err := ParseNotification(n.Append(nil))
		require.NoError(t, err)
		require.Equal(t, c.want, string(again.MIME))
	}
	for _, text := range []string{"]]>", "]]]>", "]]>]]>", "]]]]>>", "x]]", ">"} {
		doc := (&Notification{MIME: []byte(text)}).Append(nil)
		require.Len(t, stdNames(t, string(doc)), 8)
		n, err := ParseNotification(doc)
		require.NoError(t, err)
		require.Equal(t, text, string(n.MIME))
	}
	n, err := ParseNotification((&Notification{MIME: []byte("a\x00b\x1b\uffff")}).Append(nil))
	require.NoError(t, err)
	require.Equal(t, "a\ufffdb\ufffd\ufffd", string(n.MIME), "what XML cannot hold")
}

// TestNotificationLiberties reads what differs among clients (facts, 4.6, 9 and 10).
func TestNotificationLiberties(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want Notification
	}{
		"the document's root, of the other namespace, and its layout": {
			`<?xml version="1.0"?>
<D:notification xmlns:D="DAV:" xmlns:Z="http://schemas.microsoft.com/rvp/">
  <Z:message>
    <Z:notification-from><Z:contact><D:href>
       http://im.example.test/instmsg/aliases/anna
    </D:href><Z:description>
       Anna Poe
    </Z:description></Z:contact></Z:notification-from>
    <Z:msgbody><Z:mime-data>
      <![CDATA[x]]>
    </Z:mime-data></Z:msgbody>
  </Z:message>
</D:notification>`,
			Notification{From: Contact{anna, "Anna Poe"}, MIME: []byte("x")},
		},
		"no description, several receivers, no msgbody": {
			`<r:notification id="1"><r:message><r:notification-from><r:contact><d:href>HTTP://IM.EXAMPLE.TEST/instmsg/aliases/Anna</d:href></r:contact></r:notification-from><r:notification-to><r:contact><d:href>http://im.example.test/instmsg/aliases/ben</d:href></r:contact></r:notification-to><r:notification-to><r:contact><d:href>im.example.test</d:href><r:description>B</r:description></r:contact></r:notification-to></r:message></r:notification>`,
			Notification{From: Contact{Node: anna}, To: []Contact{{Node: ben}, {Description: "B"}}},
		},
		"propstat, unknown children, a lease, something removed": {
			`<r:notification><x/><r:propnotification><y/><d:propstat><d:prop><r:state><online/></r:state></d:prop></d:propstat><d:propertyupdate><d:set><d:prop><r:state><r:leased-value><r:value><r:busy/></r:value></r:leased-value><r:view-id>1</r:view-id></r:state><r:state><r:leased-value/></r:state></d:prop></d:set><d:remove><d:prop><r:email/></d:prop></d:remove></d:propertyupdate></r:propnotification></r:notification>`,
			Notification{Change: []Property{StateProperty(Online), StateProperty(Busy), {Name: PropEmail}}},
		},
		"a change of nothing is no message": {
			`<r:notification><r:propnotification/></r:notification>`,
			Notification{Change: []Property{}},
		},
		"the first of two counts": {
			`<r:notification><r:propnotification/><r:message/></r:notification>`,
			Notification{Change: []Property{}},
		},
	} {
		n, err := ParseNotification([]byte(c.body))
		require.NoError(t, err, name)
		require.Equal(t, c.want, *n, name)
	}
	for _, body := range []string{
		"", "<r:notification/>", "<r:notification><mEvent/></r:notification>", "<r:message/>",
		// Text with ]]> of a client that does not part it (facts, 9.19).
		"<r:notification><r:message><r:msgbody><r:mime-data><![CDATA[a]]>b]]></r:mime-data></r:msgbody></r:message></r:notification>",
	} {
		_, err := ParseNotification([]byte(body))
		require.ErrorIs(t, err, errXML, "RVP-013 %q", body)
	}
}

// FuzzNotification checks that what was parsed is written as a document that encoding/xml takes too,
// and that parsing it again gives the same, MIME included; that MIME is no longer than
// the document; and that written once or twice is the same.
func FuzzNotification(f *testing.F) {
	f.Add((&Notification{From: Contact{anna, "Anna"}, To: []Contact{{ben, ""}}, MIME: []byte(lunch)}).Append(nil))
	f.Add((&Notification{Change: []Property{StateProperty(Busy), {PropEmail, "<x:y xmlns:x='urn:x'>a</x:y>"}}}).Append(nil))
	f.Add([]byte("<notification><message><msgbody><mime-data>\r\n<![CDATA[]]]]><![CDATA[>\xff]]> a&#13;</mime-data></msgbody></message></notification>"))
	f.Add([]byte("<r:notification><r:propnotification><d:propstat><d:prop><r:state><online/></r:state><q xmlns='urn:q'>x</q></d:prop></d:propstat></r:propnotification></r:notification>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := ParseNotification(b)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		require.LessOrEqual(t, len(n.MIME), len(b))
		doc := n.Append(nil)
		if utf8.Valid(n.MIME) {
			stdNames(t, string(doc))
		}
		again, err := ParseNotification(doc)
		if err != nil && strings.Contains(err.Error(), "deeper than") { // a d:propstat lies less deep than what is written
			return
		}
		require.NoError(t, err, "%q", doc)
		for i, c := range n.To {
			if c.Description == "" {
				n.To[i].Description = c.Node.Name
			}
		}
		if n.From.Description == "" {
			n.From.Description = n.From.Node.Name
		}
		if n.Change == nil && n.MIME == nil {
			n.MIME = []byte{}
		}
		require.Equal(t, n, again)
		require.True(t, bytes.Equal(doc, again.Append(nil)))
	})
}
