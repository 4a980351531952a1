//go:build interop

package mime_test

import (
	"encoding/base64"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// pythonReadsBuilt reads messages with Python's email package.
const pythonReadsBuilt = `
import base64, json, sys, email, email.policy
out = []
for text in json.load(sys.stdin):
    m = email.message_from_bytes(base64.b64decode(text), policy=email.policy.SMTP)
    parts, defects = [], []
    for p in m.walk():
        defects += [type(d).__name__ for d in p.defects]
        for h in p.values():
            defects += [type(d).__name__ + ": " + str(d) for d in h.defects]
        body = ""
        if not p.is_multipart():
            body = base64.b64encode(p.get_payload(decode=True)).decode()
        parts.append(dict(type=p.get_content_type(), filename=p.get_filename() or "", body=body, id=p["Content-ID"] or "", x=p.get_param("x-param") or ""))
    out.append(dict(subject=m["Subject"] or "", parts=parts, defects=defects))
print(json.dumps(out))
`

// TestInteropBuild checks that Python reads what is built as what it is, and finds nothing wrong with it that is not meant.
func TestInteropBuild(t *testing.T) {
	type part struct{ Type, Filename, Body, ID, X string }
	var texts []string
	var messages []*mime.Message
	for _, text := range []string{"plain", "Grüße, in a text of mostly ASCII\nwith \ntrailing", "日本語のテキスト", strings.Repeat("x", 2000), "From here\n.\n"} {
		for _, name := range []string{"a.txt", "Übersicht 2026.pdf", strings.Repeat("long name ", 20) + ".bin", `q"uo\te.txt`} {
			for _, flowed := range []bool{false, true} {
				d := &mime.Draft{
					From: []header.Address{jane}, To: []header.Address{joe}, Subject: name + " " + string([]rune(text)[:5]), Text: text, Flowed: flowed,
					HTML: "<p>" + text, Inline: []mime.Entity{{Type: "image/png", ID: "1@a.example", Content: mime.ContentFromString("\x89PNG\n")}},
					Attachments: []mime.Entity{
						{Filename: name, Content: mime.ContentFromString(text), Params: header.Params{{Name: "x-param", Value: "v " + string([]rune(name)[:1])}}},
						{Filename: name, Type: "text/plain", Content: mime.ContentFromString(text)},
					},
				}
				s, m := built(t, mime.Builder{}, d)
				texts = append(texts, base64.StdEncoding.EncodeToString([]byte(s)))
				messages = append(messages, m)
			}
		}
	}
	in, err := json.Marshal(texts)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "python3", "-c", pythonReadsBuilt)
	cmd.Stdin = strings.NewReader(string(in))
	answer, err := cmd.Output()
	require.NoError(t, err)
	var read []struct {
		Subject string
		Parts   []part
		Defects []string
	}
	require.NoError(t, json.Unmarshal(answer, &read))
	require.Len(t, read, len(messages))
	for i, m := range messages {
		for _, d := range read[i].Defects { // a filename beyond ASCII is written as encoded words too, for older programs
			require.Contains(t, []string{
				"InvalidHeaderDefect: encoded word inside quoted string",
				"InvalidHeaderDefect: missing trailing whitespace after encoded-word",
				"InvalidHeaderDefect: duplicate parameter name; duplicate(s) ignored",
			}, d)
			require.Contains(t, m.Root.Children[1].Filename(), "Ü")
		}
		h, err := m.Root.Header()
		require.NoError(t, err)
		require.Equal(t, header.DecodeText(h.Get("Subject"), nil), read[i].Subject)
		var parts []part
		for p := range m.Root.All() {
			one := part{Type: p.Type, Filename: p.Filename(), ID: p.ID, X: p.Params.Get("x-param")}
			if !p.IsMultipart() {
				one.Body = base64.StdEncoding.EncodeToString([]byte(content(t, p)))
			}
			parts = append(parts, one)
		}
		require.Equal(t, parts, read[i].Parts)
	}
}
