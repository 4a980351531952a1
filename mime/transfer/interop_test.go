//go:build interop

package transfer_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/transfer"
)

// pipe runs a program of a Debian package on in.
func pipe(t *testing.T, debian, in, program string, args ...string) string {
	t.Helper()
	_, err := exec.LookPath(program)
	require.NoError(t, err, "install the Debian package %s", debian)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader([]byte(in))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s: %s", program, &errs)
	return out.String()
}

// python runs an expression over b, the octets of in.
func python(t *testing.T, expression, in string) string {
	return pipe(t, "python3", in, "python3", "-c",
		"import sys, base64, quopri, binascii\nb = sys.stdin.buffer.read()\nsys.stdout.buffer.write("+expression+")")
}

// contents are what the codecs have to carry.
func contents() map[string]string {
	return map[string]string{
		"empty": "", "one": "\x00", "octets": string(octets(5000)), "zeros": string(make([]byte, 1000)),
		"prose": prose[:5000], "blanks": "a \t\r\nFrom b\r\n.\r\n..c  ", "line": string(octets(45)),
	}
}

func TestPythonBase64(t *testing.T) {
	for name, in := range contents() {
		require.Equal(t, in, python(t, "base64.b64decode(b)", encode(t, base64Writer, in)), name)
		got, _ := decode(t, transfer.Base64, python(t, "base64.encodebytes(b)", in))
		require.Equal(t, in, got, name)
	}
}

func TestPythonQuotedPrintable(t *testing.T) {
	for name, in := range contents() {
		require.Equal(t, in, python(t, "quopri.decodestring(b)", encode(t, qpBinaryWriter, in)), name)
		for _, istext := range []string{"True", "False"} {
			if istext == "True" && name == "octets" {
				continue // as text it has lone CR and LF, which Python leaves alone
			}
			got, _ := decode(t, transfer.QuotedPrintable, python(t, "binascii.b2a_qp(b, istext="+istext+")", in))
			require.Equal(t, in, got, name)
		}
	}
}

func TestUUProgramsReadWhatWeWrite(t *testing.T) {
	for name, in := range contents() {
		for _, e := range []transfer.Encoding{transfer.UUEncode, transfer.Base64} {
			coded := encode(t, func(w io.Writer) io.WriteCloser {
				return transfer.NewFileWriter(transfer.File{Encoding: e, Name: "x"}, w)
			}, in)
			if e == transfer.Base64 {
				coded = strings.ReplaceAll(coded, "\r\n", "\n") // uudecode has no room for the CR
			}
			require.Equal(t, in, pipe(t, "sharutils", coded, "uudecode", "-o", "/dev/stdout"), name)
		}
	}
}

func TestWeReadWhatUUProgramsWrite(t *testing.T) {
	for name, in := range contents() {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, []byte(in), 0o640))
		require.NoError(t, os.Chmod(file, 0o640))
		for _, args := range [][]string{{file, "a name"}, {"-m", file, "a name"}} {
			got, found := scan(t, "Hello,\n\n"+pipe(t, "sharutils", "", "uuencode", args...)+"-- \nme\n")
			require.Len(t, got, 3, name)
			require.Equal(t, "a name", got[1].file.Name)
			require.Equal(t, os.FileMode(0o640), got[1].file.Mode)
			require.Equal(t, in, got[1].text, name)
			for _, d := range found {
				require.Equal(t, transfer.BareLF, d.Kind, name)
			}
		}
		got, _ := decode(t, transfer.UUEncode, "begin 644 x\n"+
			python(t, "b''.join(binascii.b2a_uu(b[i:i+45]) for i in range(0, len(b), 45))", in)+" \nend\n")
		require.Equal(t, in, got, name)
	}
}

func TestPythonReadsOurUUEncode(t *testing.T) {
	for name, in := range contents() {
		coded := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewWriter(transfer.UUEncode, w) }, in)
		require.Equal(t, in, python(t, "b''.join(binascii.a2b_uu(l) for l in b.split(b'\\r\\n')[1:-3])", coded), name)
	}
}

// TestChecksumOfYEnc compares our checksum with Python's.
func TestChecksumOfYEnc(t *testing.T) {
	for name, in := range contents() {
		file := transfer.File{Encoding: transfer.YEnc, Name: "x", Size: int64(len(in))}
		coded := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(file, w) }, in)
		require.Contains(t, coded, " crc32="+python(t, "b'%08x' % binascii.crc32(b)", in)+"\r\n", name)
	}
}
