//go:build interop

package convert_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
)

// uuencoded is a message with random files and what they hold.
func uuencoded(t *testing.T, seed uint64) (text string, files map[string][32]byte) {
	mail := randomMail(seed)
	_, text = run(t, mail, convert.Options{Format: convert.UUEncode, LineLength: 76, Encoding: transfer.SevenBit})
	return text, attachments(t, mail)
}

// requireFiles checks that a folder has the files.
func requireFiles(t *testing.T, folder string, files map[string][32]byte) {
	for name, sum := range files {
		b, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Equal(t, sum, sha256.Sum256(b), name)
	}
}

// TestUudecode has the uudecode of GNU sharutils read what we write, each file by itself, for it takes but one.
func TestUudecode(t *testing.T) {
	for seed := range uint64(50) {
		text, files := uuencoded(t, seed)
		folder := t.TempDir()
		blocks := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\nbegin ")[1:]
		require.Len(t, blocks, len(files))
		for _, block := range blocks {
			cmd := exec.CommandContext(t.Context(), "uudecode")
			cmd.Dir, cmd.Stdin = folder, strings.NewReader("begin "+block)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
		}
		requireFiles(t, folder, files)
	}
}

// TestMunpack has munpack of mpack read what we write, in uuencode and in MIME.
func TestMunpack(t *testing.T) {
	for seed := range uint64(50) {
		text, files := uuencoded(t, seed)
		_, back := run(t, text, convert.Options{Format: convert.MIME})
		for _, message := range []string{text, back} {
			if message == text && len(files) > 1 {
				continue // of files that are no parts it takes but one
			}
			folder := t.TempDir()
			cmd := exec.CommandContext(t.Context(), "munpack", "-q", "-t")
			cmd.Dir, cmd.Stdin = folder, strings.NewReader(strings.ReplaceAll(message, "\r\n", "\n"))
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			full := map[string][32]byte{}
			for name, sum := range files {
				if sum != sha256.Sum256(nil) { // it writes no empty files
					full[name] = sum
				}
			}
			requireFiles(t, folder, full)
		}
	}
}

// pythonReads tells of the leaves of a message what they hold and whether something is wrong with it.
const pythonReads = `
import sys, json, email, email.policy, hashlib
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
out, defects = [], []
for p in m.walk():
    defects += [type(d).__name__ for d in p.defects]
    if not p.is_multipart():
        out.append([p.get_filename() or "", hashlib.sha256(p.get_payload(decode=True)).hexdigest()])
print(json.dumps(dict(parts=out, defects=defects, subject=str(m["subject"]))))
`

// TestPython has Python's email package read what is made of messages: attachments made of uuencode, 8 bits made 7, and
// headers beyond ASCII.
func TestPython(t *testing.T) {
	python := func(text string) (found struct {
		Parts   [][2]string `json:"parts"`
		Defects []string    `json:"defects"`
		Subject string      `json:"subject"`
	},
	) {
		cmd := exec.CommandContext(t.Context(), "python3", "-c", pythonReads)
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.Output()
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(out, &found))
		return found
	}
	for seed := range uint64(10) {
		text, files := uuencoded(t, seed)
		_, back := run(t, text, convert.Options{Format: convert.MIME})
		found := python(back)
		require.Empty(t, found.Defects)
		for _, part := range found.Parts {
			if sum, ok := files[part[0]]; ok {
				require.Equal(t, hex.EncodeToString(sum[:]), part[1])
				delete(files, part[0])
			}
		}
		require.Empty(t, files)
	}
	for _, text := range []string{crlf(strings.Replace(eightBit, "Subject: x", "Subject: Grüße", 1)), crlf(strings.Replace(mixed, "files", "Grüße", 1))} {
		_, got := run(t, text, sevenBit)
		before, after := python(text), python(got)
		require.Empty(t, after.Defects)
		require.Equal(t, before.Parts, after.Parts)
		require.Equal(t, "Grüße", after.Subject)
	}
}
