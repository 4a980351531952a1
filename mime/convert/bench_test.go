package convert_test

import (
	"encoding/base64"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
)

// withAttachment is a message with an attachment of 1 MiB, in base64 or as it is.
func withAttachment(binary bool) string {
	data := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	head := plural + "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n--b\r\n" +
		"Content-Type: application/msword; name=a.doc\r\n"
	if binary {
		return head + "Content-Transfer-Encoding: binary\r\n\r\n" + string(data) + "\r\n--b--\r\n"
	}
	return head + foldBase64("Content-Transfer-Encoding: base64\r\n\r\n"+base64.StdEncoding.EncodeToString(data)) + "\r\n--b--\r\n"
}

func BenchmarkConvert(b *testing.B) {
	_, plain := run(b, withAttachment(false), convert.Options{Format: convert.UUEncode})
	text := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
		strings.Repeat("Eine Zeile Text, die jemand in eine Mail schrieb, mit Umlauten wie ä und ö darin.\r\n", 1<<20/84)
	for _, bench := range []struct {
		name, text string
		o          convert.Options
	}{
		{"unchanged", withAttachment(false), convert.Options{Encoding: transfer.EightBit}},
		{"7bit of 8bit", withAttachment(false), convert.Options{Encoding: transfer.SevenBit}},
		{"7bit of binary", withAttachment(true), convert.Options{Encoding: transfer.SevenBit}},
		{"uuencode", withAttachment(false), convert.Options{Format: convert.UUEncode, LineLength: 76}},
		{"MIME", plain, convert.Options{Format: convert.MIME}},
		{"winmail.dat", withAttachment(false), convert.Options{RichText: convert.RichTextAlways}},
		{"text wrapped in latin1", text, convert.Options{Charset: "iso-8859-1", LineLength: 76}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.text)))
			m := index(b, bench.text)
			for b.Loop() {
				r, err := convert.Convert(m, bench.o)
				require.NoError(b, err)
				_, err = r.WriteTo(io.Discard)
				require.NoError(b, err)
			}
		})
	}
}
