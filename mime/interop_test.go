//go:build interop

package mime_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/transfer"
)

// pythonScript reads messages from a JSON array, adds some of its own, and shows all of them as it reads them.
const pythonScript = `
import base64, email, email.policy, json, random, sys
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

def b64(b): return base64.b64encode(b).decode()

def content(p):
    try:
        return p.get_content()
    except (LookupError, AttributeError):
        return None

def show(m, policy):
    out = []
    for p in m.walk():
        leaf = not p.is_multipart()
        text = leaf and policy == "default" and p.get_content_maintype() == "text"
        out.append(dict(type=p.get_content_type(), leaf=leaf, charset=p.get_content_charset() or "", filename=p.get_filename() or "",
            body=b64(p.get_payload(decode=True) or b"") if leaf else "", text=content(p) if text else None))
    return out

random.seed(1)
words = ["plain", "Größe", "日本語", "naïve", "мир", "a=b", ".", "From x", "--b", "x" * 90, " ", "\n", "😀"]
def words_of(n): return " ".join(random.choice(words) for _ in range(n)) + "\n"
def octets(): return bytes(random.randrange(256) for _ in range(random.randrange(200)))

def modern(depth):
    m, leaves = EmailMessage(), []
    m["Subject"] = words_of(5).replace("\n", " ")
    text = words_of(random.randrange(40))
    m.set_content(text, cte=random.choice(["quoted-printable", "base64", "8bit"]))
    leaves.append(text)
    form = random.choice(["alternative", "related", ""])
    if form == "alternative":
        m.add_alternative("<p>" + text, subtype="html")
        leaves.append("<p>" + text)
    if form == "related":
        b = octets()
        m.add_related(b, "image", "png", cid="<a@b>")
        leaves.append(b)
    for _ in range(random.randrange(3)):
        b = octets()
        m.add_attachment(b, "application", "x-y", filename=random.choice(["a b.txt", "größe.txt", "日本語" * 20 + ".txt", 'q"\\.txt']))
        leaves.append(b)
    if depth and random.random() < 0.5:
        inner, more = modern(depth - 1)
        m.add_attachment(inner)
        leaves += more
    return m, leaves

def legacy(depth):
    m, leaves = MIMEMultipart(random.choice(["mixed", "alternative"])), []
    m["Subject"] = "x"
    m.preamble, m.epilogue = random.choice([None, "before\n"]), random.choice([None, "", "after\n"])
    for _ in range(random.randrange(1, 4)):
        text = words_of(10)
        charset = random.choice(["utf-8", "utf-8", "koi8-r", "iso-2022-jp", "shift_jis"])
        try:
            text.encode(charset)
        except UnicodeError:
            charset = "utf-8"
        m.attach(MIMEText(text, "plain", charset))
        leaves.append(text)
    b = octets()
    m.attach(MIMEApplication(b))
    leaves.append(b)
    if depth and random.random() < 0.5:
        inner, more = legacy(depth - 1)
        m.attach(MIMEMessage(inner))
        leaves += more
    return m, leaves

given, written = [base64.b64decode(b) for b in json.load(sys.stdin)], []
for i in range(200):
    m, leaves = [modern, legacy][i % 2](2)
    text = m.as_bytes(policy=m.policy.clone(linesep=random.choice(["\n", "\r\n"])))
    written.append(dict(message=b64(text), leaves=[b64(l if isinstance(l, bytes) else l.encode()) for l in leaves]))
policies = dict(default=email.policy.default, compat32=email.policy.compat32)
for name, policy in policies.items():
    print(json.dumps([show(email.message_from_bytes(b, policy=policy), name) for b in given]))
print(json.dumps(written))
`

// A seen is a part as Python reads it.
type seen struct {
	Type     string  `json:"type"`
	Leaf     bool    `json:"leaf"`
	Charset  string  `json:"charset"`
	Filename string  `json:"filename"`
	Body     []byte  `json:"body"`
	Text     *string `json:"text"`
}

// run runs a program of a Debian package.
func run(t *testing.T, debian, dir string, in []byte, program string, args ...string) []byte {
	t.Helper()
	_, err := exec.LookPath(program)
	require.NoError(t, err, "install the Debian package %s", debian)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s: %s", program, &errs)
	return out.Bytes()
}

// view is a message as we read it, in the terms of Python.
func view(t *testing.T, m *mime.Message) (parts []seen) {
	for p := range m.Root.All() {
		s := seen{Type: p.Type, Leaf: !p.IsMultipart() && p.Message == nil, Charset: strings.ToLower(p.Params.Get("charset")), Filename: p.Filename()}
		if s.Leaf {
			s.Body = []byte(readAll(t, p.Decoded()))
			if strings.HasPrefix(p.Type, "text/") {
				text := readAll(t, p.Text())
				s.Text = &text
			}
		}
		parts = append(parts, s)
	}
	return parts
}

// TestPython compares what we read with what Python reads, and reads what Python writes.
func TestPython(t *testing.T) {
	var composers []*composer
	var given [][]byte
	for seed := range uint64(400) {
		c := &composer{rand: rand.New(rand.NewPCG(seed, 2))}
		text := c.message(4)
		if seed%2 == 0 {
			text = crlf(text)
		}
		composers, given = append(composers, c), append(given, []byte(text))
	}
	in, err := json.Marshal(given)
	require.NoError(t, err)
	out := json.NewDecoder(bytes.NewReader(run(t, "python3", "", in, "python3", "-c", pythonScript)))
	for _, policy := range []string{"default", "compat32"} {
		var theirs [][]seen
		require.NoError(t, out.Decode(&theirs))
		require.Len(t, theirs, len(given))
		for i, parts := range theirs {
			if c := composers[i]; policy == "default" || !c.comments && !c.words { // compat32 reads neither
				requireSame(t, parts, view(t, index(t, string(given[i]))), string(given[i]))
			}
		}
	}
	var written []struct {
		Message []byte   `json:"message"`
		Leaves  [][]byte `json:"leaves"`
	}
	require.NoError(t, out.Decode(&written))
	require.NotEmpty(t, written)
	for _, w := range written {
		var leaves []string
		for p := range index(t, string(w.Message)).Root.All() {
			switch {
			case p.IsMultipart() || p.Message != nil:
			case strings.HasPrefix(p.Type, "text/"):
				leaves = append(leaves, strings.ReplaceAll(readAll(t, p.Text()), "\r\n", "\n"))
			default:
				leaves = append(leaves, readAll(t, p.Decoded()))
			}
		}
		require.Len(t, leaves, len(w.Leaves), "%q", w.Message)
		for i, want := range w.Leaves {
			require.Equal(t, string(want), leaves[i], "%q", w.Message)
		}
	}
}

// requireSame compares parts. Where Python knows no charset, it has no text.
func requireSame(t *testing.T, want, got []seen, text string) {
	t.Helper()
	require.Len(t, got, len(want), "%q", text)
	for i := range want {
		want[i].Type, _, _ = strings.Cut(want[i].Type, " (") // Python keeps comments
		if want[i].Text == nil {
			got[i].Text = nil
		}
		if len(want[i].Body) == 0 {
			want[i].Body = nil
		}
		if len(got[i].Body) == 0 {
			got[i].Body = nil
		}
		require.Equal(t, want[i], got[i], "part %d of %q", i, text)
	}
}

// TestMunpack compares the leaves of messages with what munpack unpacks, and reads what mpack packs.
func TestMunpack(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-t", "-C", dir}
	var want, texts []string
	for seed := range uint64(200) {
		c := &composer{rand: rand.New(rand.NewPCG(seed, 3)), simple: true}
		text := "MIME-Version: 1.0\n" + c.multipart(3) // it unpacks no text that is alone
		name := filepath.Join(t.TempDir(), fmt.Sprintf("%d.eml", seed))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		args = append(args, name)
		for p := range index(t, text).Root.All() {
			if !p.IsMultipart() && p.Message == nil {
				want, texts = append(want, readAll(t, p.Decoded())), append(texts, text)
			}
		}
	}
	var got []string
	for line := range strings.Lines(string(run(t, "mpack", dir, nil, "munpack", args...))) {
		name, _, ok := strings.Cut(line, " (")
		require.True(t, ok, line)
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got = append(got, string(b))
	}
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "%q", texts[i])
	}
	require.Len(t, got, len(want))

	file, packed := filepath.Join(dir, "data.bin"), filepath.Join(dir, "packed")
	octets := bytes.Repeat([]byte("\x00\x01\xfeabc"), 5000)
	require.NoError(t, os.WriteFile(file, octets, 0o600))
	run(t, "mpack", dir, nil, "mpack", "-s", "a subject", "-o", packed, file)
	text, err := os.ReadFile(packed)
	require.NoError(t, err)
	m := index(t, string(text))
	p := m.Root.Children[len(m.Root.Children)-1]
	require.Equal(t, "data.bin", p.Filename())
	require.Equal(t, string(octets), readAll(t, p.Decoded()))
}

// TestUUDecode compares the files in the texts of messages with what uudecode makes of those.
func TestUUDecode(t *testing.T) {
	dir := t.TempDir()
	want := map[string]string{}
	var args []string
	c := &composer{rand: rand.New(rand.NewPCG(1, 4)), simple: true}
	for i := range 100 {
		head := c.field("Content-Type", "text/plain") + c.encodingField("quoted-printable")
		m := index(t, head+"\n"+c.encode("quoted-printable", []byte(c.uuText()), false))
		text := strings.ReplaceAll(readAll(t, m.Root.Text()), "\r\n", "\n")
		name := filepath.Join(t.TempDir(), fmt.Sprintf("%d.txt", i))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		args = append(args, name)
		for s := transfer.NewScanner(strings.NewReader(text), nil); ; {
			segment, err := s.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			if segment.File != nil {
				want[segment.File.Name] = readAll(t, segment)
			}
		}
	}
	run(t, "sharutils", dir, nil, "uudecode", args...)
	got := map[string]string{}
	for name := range want {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got[name] = string(b)
	}
	require.Len(t, got, 100)
	require.Equal(t, want, got)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, len(got))
}
