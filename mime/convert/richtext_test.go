package convert_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
	"github.com/wirepost/wirepost/mime/transfer"
)

// winmail is a TNEF message in base64.
func winmail(t testing.TB, m *tnef.Message) string {
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func richMessage() *tnef.Message {
	m := &tnef.Message{CodePage: 65001}
	m.Properties.Set(tnef.PidTagMessageClass, "IPM.Note")
	m.Properties.Set(tnef.PidTagSubject, "Grüße")
	m.Properties.Set(tnef.PidTagImportance, int32(2))
	m.Properties.Set(tnef.PidTagBody, "hello\r\n")
	m.Properties.Set(tnef.PidTagInternetCodepage, int32(65001))
	m.Properties.Set(tnef.PidTagHtml, []byte("<p>hello</p>"))
	inner := &tnef.Message{CodePage: 65001}
	inner.Properties.Set(tnef.PidTagSubject, "inner")
	inner.Properties.Set(tnef.PidTagBody, "inside")
	inner.Properties.Set(tnef.PidTagSenderName, "Jörg")
	inner.Properties.Set(tnef.PidTagSenderAddressType, "SMTP")
	inner.Properties.Set(tnef.PidTagSenderEmailAddress, "joerg@a.example")
	inner.Properties.Set(tnef.PidTagClientSubmitTime, time.Date(2026, 3, 5, 10, 0, 0, 0, time.UTC))
	inner.Recipients = []tnef.Recipient{tnef.NewRecipient(tnef.To, "", "b@b.example")}
	m.Attachments = []tnef.Attachment{
		tnef.NewAttachment(`C:\a.doc`, "", []byte("\x00\x01doc")), tnef.NewAttachment("p.png", "image/png", []byte("png")), tnef.Embed(inner),
	}
	return m
}

func TestRichTextNever(t *testing.T) {
	never := convert.Options{RichText: convert.RichTextNever, Encoding: transfer.SevenBit}
	for _, text := range []string{
		"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n" +
			"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" + winmail(t, richMessage()) + "\r\n--b--\r\n",
		"Content-Type: application/octet-stream; name=WINMAIL.DAT\r\nContent-Transfer-Encoding: base64\r\n\r\n" + winmail(t, richMessage()),
	} {
		text := foldBase64(text)
		r, got := run(t, text, never)
		require.NoError(t, r.Err())
		require.Contains(t, kinds(r.Changes), convert.RichTextApart)
		requireSevenBit(t, got)
		m := index(t, got)
		require.Zero(t, m.Defects.Len())
		var types []string
		for p := range m.Root.All() {
			types = append(types, p.Type)
		}
		require.Equal(t, []string{
			"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/msword", "image/png", "message/rfc822",
			"multipart/mixed", "text/plain",
		}, types)
		h, err := m.Root.Header()
		require.NoError(t, err)
		require.NotEmpty(t, h.Get("Subject"))
		require.Equal(t, "high", h.Get("Importance"))
		require.Equal(t, "a.doc", m.Part("2").Filename())
		b, err := io.ReadAll(m.Part("2").Decoded())
		require.NoError(t, err)
		require.Equal(t, "\x00\x01doc", string(b))
		e, err := m.Part("4").Message.Envelope()
		require.NoError(t, err)
		require.Equal(t, "joerg", e.From[0].Local)
		require.Equal(t, "b", e.To[0].Local)
		require.Equal(t, "inner", *e.Subject)
		require.Equal(t, "Thu, 05 Mar 2026 10:00:00 +0000", strings.Replace(*e.Date, "Thu, 5", "Thu, 05", 1))

		again, _ := run(t, got, never)
		require.False(t, again.Changed())
	}
}

// foldBase64 breaks lines of base64.
func foldBase64(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for len(line) > 200 {
			b.WriteString(line[:76] + "\r\n")
			line = line[76:]
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestRichTextForms checks what is made of other bodies, and of what is no TNEF or too much.
func TestRichTextForms(t *testing.T) {
	wrap := func(content string) string {
		return foldBase64("Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + content)
	}
	never := convert.Options{RichText: convert.RichTextNever}
	m := &tnef.Message{}
	m.Properties.Set(tnef.PidTagRtfCompressed, rtf.Compress([]byte(`{\rtf1\ansi bold}`)))
	_, got := run(t, wrap(winmail(t, m)), never)
	require.Contains(t, got, "text/rtf")
	require.Equal(t, `{\rtf1\ansi bold}`, contents(t, got)[1])

	m = &tnef.Message{}
	m.Properties.Set(tnef.PidTagRtfCompressed, rtf.Compress(rtf.FromText("only text")))
	_, got = run(t, wrap(winmail(t, m)), never)
	require.Equal(t, []string{"only text"}, contents(t, got))

	r, got := run(t, wrap("AAAA"), never)
	require.False(t, r.Changed())
	require.Contains(t, got, "AAAA")

	never.MaxRichText = 10
	r, _ = run(t, wrap(winmail(t, richMessage())), never)
	require.Equal(t, []convert.Kind{convert.TooLarge}, kinds(r.Problems))
	require.False(t, r.Changed())
}

func TestRichTextAlways(t *testing.T) {
	always := convert.Options{RichText: convert.RichTextAlways}
	r, got := run(t, crlf(mixed), always)
	require.Equal(t, []convert.Kind{convert.RichTextMade}, kinds(r.Changes))
	m := index(t, got)
	require.Equal(t, "multipart/mixed", m.Root.Type)
	require.Len(t, m.Root.Children, 2)
	require.Equal(t, "winmail.dat", m.Part("2").Filename())
	b, err := io.ReadAll(m.Part("2").Decoded())
	require.NoError(t, err)
	rich := tnef.Parse(b, tnef.Limits{})
	require.Zero(t, rich.Defects.Len())
	body, _ := rich.Body(0)
	require.Equal(t, "\r\n<p>html</p>", "\r\n"+strings.TrimSpace(body.HTML))
	require.Contains(t, body.Text, "“café”")
	require.Len(t, rich.Attachments, 2)
	require.Equal(t, "\x00\x01\x02\x03\x04\x05\xff", string(rich.Attachments[0].Data))
	require.Equal(t, "data.bin", rich.Attachments[0].Name())

	r, again := run(t, got, always)
	require.False(t, r.Changed())
	require.Equal(t, got, again)

	_, apart := run(t, got, convert.Options{RichText: convert.RichTextNever})
	before := attachments(t, crlf(mixed))
	for name, sum := range attachments(t, apart) {
		if before[name] != [32]byte{} {
			require.Equal(t, before[name], sum)
		}
	}
	require.Contains(t, attachments(t, apart), "data.bin")

	always.MaxRichText = 20
	r, _ = run(t, crlf(mixed), always)
	require.Equal(t, []convert.Kind{convert.TooLarge}, kinds(r.Problems))
	require.False(t, r.Changed())
}
