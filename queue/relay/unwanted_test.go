package relay_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/report"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
)

// everything asks for all changes at once.
var everything = queue.Content{UUEncode: true, Charset: "ISO-8859-1", NoRichText: true, LineLength: 40, NoNames: true}

// TestContentSealed: what a signature covers, or is encrypted, keeps every octet.
func TestContentSealed(t *testing.T) {
	for name, text := range map[string]string{
		"DKIM":      "DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=x; h=from; bh=x; b=x\n" + withFile,
		"S/MIME":    "From: Anna <a@example.net>\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"\n\n--s\n\nHi, this is a long line that would be wrapped at once.\n--s\nContent-Type: application/pkcs7-signature\n\nxx\n--s--\n",
		"enveloped": "From: Anna <a@example.net>\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAEC\n",
		"PGP":       "From: Anna <a@example.net>\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=s; protocol=\"application/pgp-encrypted\"\n\n--s\n\nVersion: 1\n--s--\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := delivery("x")
			d.Body = smtp.BodyFromBytes([]byte(lines(text)))
			d.Route.Options.Content = everything
			b, err := relay.Content(t.Context(), d)
			require.NoError(t, err)
			require.Equal(t, lines(text), read(t, b))
		})
	}
}

// TestContentMIME: files in a text are made attachments, and winmail.dat is made and taken apart.
func TestContentMIME(t *testing.T) {
	d := delivery("x")
	d.Body = smtp.BodyFromBytes([]byte(lines("From: a@example.net\n\nHere it is.\n\nbegin 644 x.bin\n#``$\"\n`\nend\n")))
	d.Route.Options.Content = queue.Content{MIME: true}
	b, err := relay.Content(t.Context(), d)
	require.NoError(t, err)
	got := read(t, b)
	require.Contains(t, got, "multipart/mixed")
	require.Contains(t, got, "\r\nAAEC\r\n")

	d.Body = smtp.BodyFromBytes([]byte(lines(withFile)))
	d.Route.Options.Content = queue.Content{RichText: true}
	b, err = relay.Content(t.Context(), d)
	require.NoError(t, err)
	rich := read(t, b)
	require.Contains(t, rich, "application/ms-tnef")
	d.Body, d.Route.Options.Content = smtp.BodyFromBytes([]byte(rich)), queue.Content{NoRichText: true, RichText: true}
	b, err = relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.NotContains(t, read(t, b), "ms-tnef")
	d.Body, d.Route.Options.Content = smtp.BodyFromBytes([]byte(lines(withFile))), queue.Content{RichText: true, UUEncode: true, MIME: true}
	b, err = relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.Contains(t, read(t, b), "begin 644 x.bin", "UUEncode comes before the others")
}

// TestNoReports: reports that the destination is not to get are dropped, by what they say; other mail is not.
func TestNoReports(t *testing.T) {
	status := func(actions ...report.Action) string {
		s := &report.Delivery{ReportingMTA: report.Typed{Value: "mx.example.org"}}
		for _, a := range actions {
			r := report.Recipient{Final: report.Typed{Value: "a@example.org"}, Action: a, Status: report.Status{5, 1, 1}}
			switch a {
			case report.Delayed:
				r.Status = report.Status{4, 4, 1}
			case report.Failed:
			default:
				r.Status = report.Status{2, 0, 0}
			}
			s.Recipients = append(s.Recipients, r)
		}
		l := report.Letter{From: header.Address{Local: "postmaster", Domain: "example.org"}, To: []header.Address{{Local: "b", Domain: "example.net"}}, Date: time.Unix(0, 0)}
		m, err := l.Delivery(s)
		require.NoError(t, err)
		b, err := io.ReadAll(m)
		require.NoError(t, err)
		return string(b)
	}
	for name, tt := range map[string]struct {
		text                  string
		from                  string
		noDelivered, noFailed bool // dropped if only that is asked for
	}{
		"failed":           {status(report.Failed), "", false, true},
		"delayed":          {status(report.Delayed), "", false, true},
		"delivered":        {status(report.Delivered), "", true, false},
		"relayed":          {status(report.Relayed, report.Expanded), "", true, false},
		"both":             {status(report.Failed, report.Delivered), "", false, false},
		"passed on":        {status(report.Failed), "a@example.org", false, false},
		"no report":        {"Subject: failed\r\n\r\nAction: failed\r\n", "", false, false},
		"of disposition":   {lines("MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nRead.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; a@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n"), "", false, false},
		"without a status": {lines("MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nOops.\n--b--\n"), "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			for c, dropped := range map[queue.Content]bool{
				{NoDelivered: true}:                 tt.noDelivered,
				{NoFailed: true}:                    tt.noFailed,
				{NoDelivered: true, NoFailed: true}: tt.noDelivered || tt.noFailed || name == "both",
				{NoReplies: true}:                   false,
			} {
				d := delivery("x")
				d.Message.From.Path = smtp.Path{}
				if tt.from != "" {
					d.Message.From.Path = smtp.Path{Local: "a", Domain: "example.org"}
				}
				d.Body = smtp.BodyFromBytes([]byte(tt.text))
				d.Route.Options.Content = c
				b, err := relay.Content(t.Context(), d)
				if dropped {
					require.ErrorAs(t, err, new(smtp.Reply), "%+v", c)
					require.Contains(t, err.Error(), "250 2.0.0 report dropped")
				} else {
					require.NoError(t, err, "%+v", c)
					require.Equal(t, tt.text, read(t, b))
				}
			}
		})
	}
}
