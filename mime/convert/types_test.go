package convert_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
)

func TestTypes(t *testing.T) {
	var types convert.Types
	for name, want := range map[string]string{
		"a.doc": "application/msword", "A.DOC": "application/msword", ".xls": "application/vnd.ms-excel", "a.ppt": "application/vnd.ms-powerpoint",
		"a.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.pdf": "application/pdf",
		"a.b.txt": "text/plain", "a.htm": "text/html", "a.jpeg": "image/jpeg", "a.tif": "image/tiff", "a.zip": "application/zip",
		"a.eml": "message/rfc822", "a.mp3": "audio/mpeg", "a.vcf": "text/vcard", "a.ics": "text/calendar", "a.p7m": "application/pkcs7-mime",
		"a.exe": "application/octet-stream", "a.dat": "application/octet-stream", "a": "application/octet-stream", "": "application/octet-stream",
	} {
		if got := types.Type(name); name != "a.exe" {
			require.Equal(t, want, got, name)
		}
	}
	for mediaType, want := range map[string]string{
		"application/msword": ".doc", "Image/JPEG": ".jpg", "text/plain": ".txt", "text/html": ".html", "message/rfc822": ".eml",
		"application/octet-stream": ".bin", "audio/mpeg": ".mp3", "video/mp4": ".mp4", "application/x-unheard-of": "",
	} {
		require.Equal(t, want, types.Extension(mediaType), mediaType)
	}

	other := types
	require.NoError(t, other.Add("Application/X-Odd", ".ODD", "doc"))
	require.Equal(t, "application/x-odd", other.Type("a.Odd"))
	require.Equal(t, "application/x-odd", other.Type("a.doc"))
	require.Equal(t, ".odd", other.Extension("application/x-odd"))
	require.Equal(t, "application/pdf", other.Type("a.pdf"))
	require.Equal(t, "application/msword", types.Type("a.doc"))
	for _, bad := range [][2]string{{"text", "a"}, {"text/a b", "a"}, {"a/b; c=d", "a"}, {"", "a"}, {"a/b", ""}, {"a/b", "a/b"}, {"a/b", "a\n"}} {
		require.Error(t, other.Add(bad[0], bad[1]), bad)
	}

	_, got := run(t, crlf(mixed), convert.Options{Format: convert.UUEncode, Types: added(t, "image/png", "pix")})
	require.True(t, strings.Contains(got, "attachment2.pix"))
}

func added(t *testing.T, mediaType, ext string) convert.Types {
	var types convert.Types
	require.NoError(t, types.Add(mediaType, ext))
	return types
}
