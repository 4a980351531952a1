package transfer

import (
	"io"
	"io/fs"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of files in text, whatever their encoding.
const (
	NoFile     defect.Kind = "no encoded file where one was announced"
	MissingEnd defect.Kind = "an encoded file without its end"
)

// A File is the header of a file that stands in a text.
type File struct {
	Encoding Encoding    // UUEncode, YEnc, or Base64 for the "begin-base64" of POSIX
	Name     string      // as it was sent, less control characters; it may hold slashes and is not safe as a path
	Mode     fs.FileMode // the permissions; yEnc has none
	Size     int64       // of the whole file, in octets, as yEnc declares it; -1 if that is not said

	// For a yEnc file that was sent in parts. All is zero for one that was not.
	Part, Total int   // from 1; Total is 0 if that is not said
	Begin       int64 // how many octets of the file come before this part
	PartSize    int64 // of this part, in octets
}

// cleanName takes control characters and outer blanks from a name.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || 0x7f <= r && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Trim(s, " ")
}

// fileReader gives the first file that a Scanner finds.
type fileReader struct {
	scan *Scanner
	file *Segment
	err  error
}

func (f *fileReader) Read(p []byte) (int, error) {
	for f.file == nil && f.err == nil {
		var s *Segment
		if s, f.err = f.scan.Next(); f.err == nil && s.File != nil {
			f.file = s
		}
	}
	if f.err == io.EOF {
		f.scan.report.add(NoFile, 0)
	}
	if f.err != nil {
		return 0, f.err
	}
	return f.file.Read(p)
}
