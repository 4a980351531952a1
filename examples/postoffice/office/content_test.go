package office

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

const letter = "From: Alice A. <alice@postoffice.test>\r\nTo: \"C\" <c@x.example>\r\nDate: Sun, 1 Nov 2026 10:00:00 +0000\r\n" +
	"Message-ID: <1@postoffice.test>\r\nSubject: files\r\nMIME-Version: 1.0\r\n"

const letterBody = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nEin sch=C3=B6ner Text, der etwas l=C3=A4nger ist als eine Zeile.\r\n" +
	"--b\r\nContent-Type: application/octet-stream; name=x.bin\r\nContent-Disposition: attachment; filename=x.bin\r\n" +
	"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n"

// What leaves for each domain is what it is set up to get, octet for octet; a signed message is as it was, and others get
// theirs unchanged.
func TestContent(t *testing.T) {
	text := strings.Replace(letter, "MIME-Version: 1.0\r\n", "", 1)
	signed := letter + "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n--s\r\n" + letterBody +
		"--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nxx\r\n--s--\r\n"
	dkim := "DKIM-Signature: v=1; a=rsa-sha256; d=postoffice.test; s=x; h=from; bh=x; b=x\r\n" + letter + letterBody
	away := "From: alice@postoffice.test\r\nDate: Sun, 1 Nov 2026 10:00:00 +0000\r\nMessage-ID: <2@postoffice.test>\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nNot here.\r\n"
	for name, tt := range map[string]struct {
		content queue.Content
		send    string
		want    string // "" is nothing at all
	}{
		"as it is": {queue.Content{}, letter + letterBody, letter + letterBody},
		"uuencode": {
			queue.Content{UUEncode: true, Charset: "ISO-8859-1"},
			letter + letterBody,
			text + "\r\nEin sch\xf6ner Text, der etwas l\xe4nger ist als eine Zeile.\r\n\r\nbegin 644 x.bin\r\n#``$\"\r\n`\r\nend\r\n",
		},
		"charset": {
			queue.Content{Charset: "ISO-8859-1"},
			letter + letterBody,
			strings.NewReplacer("charset=utf-8", "charset=iso-8859-1", "=C3=B6", "=F6", "=C3=A4", "=E4").Replace(letter + letterBody),
		},
		"wrap": {
			queue.Content{LineLength: 40},
			letter + letterBody,
			strings.Replace(letter+letterBody, "l=C3=A4nger ist ", "l=C3=A4nger ist\r\n", 1),
		},
		"no names": {
			queue.Content{NoNames: true},
			letter + letterBody,
			strings.NewReplacer("Alice A. <alice@postoffice.test>", "alice@postoffice.test", "\"C\" <c@x.example>", "c@x.example").Replace(letter + letterBody),
		},
		"signed":          {queue.Content{UUEncode: true, NoNames: true, LineLength: 40, Charset: "ISO-8859-1"}, signed, signed},
		"signed by DKIM":  {queue.Content{UUEncode: true, NoNames: true, LineLength: 40, Charset: "ISO-8859-1"}, dkim, dkim},
		"automatic reply": {queue.Content{NoReplies: true}, away, ""},
		"other replies":   {queue.Content{NoDelivered: true, NoFailed: true}, away, away},
	} {
		t.Run(name, func(t *testing.T) {
			far, other := smtptest.NewServer(t), smtptest.NewServer(t)
			o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{other.Addr}}, Connector: Connector{Routes: []queue.Connector{{
				Name: "r", Spaces: to("*.example"), Next: []string{far.Addr}, Domains: map[string]queue.RouteOptions{"*.x.example": {Content: tt.content}},
			}}}})
			alice := o.DemoUsers()[0]
			o.send(t, alice, tt.send, "c@a.x.example", "d@elsewhere.test", "e@y.example")
			want := 2
			if tt.want == "" {
				want = 1
			}
			eventually(t, func() bool { return len(far.Messages()) == want && len(other.Messages()) == 1 })
			require.Equal(t, tt.send, withoutReceived(t, other.Messages()[0].Data))
			for _, m := range far.Messages() {
				if m.Envelope.To[0].Path.Domain == "y.example" {
					require.Equal(t, tt.send, withoutReceived(t, m.Data))
				} else {
					require.Equal(t, tt.want, withoutReceived(t, m.Data))
				}
			}
			eventually(t, func() bool { // what was dropped is done with, too
				list, err := o.Mail().List(t.Context(), queue.Filter{}, 1)
				require.NoError(t, err)
				return len(list) == 0
			})
		})
	}
}

// withoutReceived takes away the first field, which is ours.
func withoutReceived(t *testing.T, data []byte) string {
	t.Helper()
	rest, ok := strings.CutPrefix(string(data), "Received: ")
	require.True(t, ok)
	for {
		_, next, _ := strings.Cut(rest, "\r\n")
		if !strings.HasPrefix(next, "\t") {
			return next
		}
		rest = next
	}
}

// Reports of what failed do not leave for a domain that is not to get them.
func TestReportsOff(t *testing.T) {
	far := smtptest.NewServer(t)
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}, Connector: Connector{
		Other:  queue.RouteOptions{Content: queue.Content{NoFailed: true}},
		Routes: []queue.Connector{{Name: "told", Spaces: to("told.example"), Next: []string{far.Addr}}, {Name: "shut", Spaces: to("shut.example"), Options: queue.RouteOptions{Refuse: true}}},
	}})
	for _, from := range []string{"a@quiet.example", "a@told.example"} {
		env, err := smtp.NewEnvelope(from, "b@shut.example")
		require.NoError(t, err)
		_, err = o.queue.Add(context.Background(), queue.Submission{Envelope: env, Body: strings.NewReader(hello), Size: -1, Own: true})
		require.NoError(t, err)
	}
	eventually(t, func() bool {
		list, err := o.Mail().List(t.Context(), queue.Filter{}, 1)
		require.NoError(t, err)
		return len(list) == 0 && len(far.Messages()) == 1
	})
	require.Equal(t, []string{"a@told.example"}, sentTo(far))
}
