package convert

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/mime/header"
)

// types.txt is made from Debian's table, of the package media-types, which changes with each release; so not by go generate:
//
//	go run ./internal/typetable /etc/mime.types > types.txt

// typesText has a line for each media type with the extensions that files of it have, the best one first.
//
//go:embed types.txt
var typesText string

// Types is a table of media types and the extensions of file names, which a program can add to. The zero value has about
// 1,500 extensions, those of Debian's mime.types with a few changes for what is usual in mail. It may be read by several
// goroutines at a time. A copy of it is changed with it.
type Types struct {
	own typeTable
}

type typeTable struct {
	types      map[string]string // by extension
	extensions map[string]string // by type: the best one
}

// builtin is the table that comes with the package.
var builtin = sync.OnceValue(func() typeTable {
	t := typeTable{make(map[string]string, 2000), make(map[string]string, 1300)}
	for line := range strings.Lines(typesText) {
		words := strings.Fields(line)
		t.add(words[0], words[1:])
	}
	return t
})

func (t typeTable) add(mediaType string, extensions []string) {
	for i, ext := range extensions {
		t.types[ext] = mediaType
		if i == 0 {
			t.extensions[mediaType] = ext
		}
	}
}

// Add adds a media type and its extensions, with or without their dots; the first one is that of new files. It goes before
// what is in the table. It is an error if the type is no type/subtype or an extension has other characters than names of
// files have.
func (t *Types) Add(mediaType string, extensions ...string) error {
	value, params := header.ParseParams(mediaType, nil)
	if value != lower(mediaType) || strings.Count(value, "/") != 1 || len(params) > 0 {
		return fmt.Errorf("convert: %q is no media type: want type/subtype", mediaType)
	}
	if _, err := header.FormatParams(value, nil, header.ASCII); err != nil {
		return fmt.Errorf("convert: media type: %w", err)
	}
	var clean []string
	for _, ext := range extensions {
		ext = lower(strings.TrimPrefix(ext, "."))
		if ext == "" || len(ext) > maxExtension || strings.ContainsFunc(ext, notInExtension) {
			return fmt.Errorf("convert: %q is no extension: want letters and digits", ext)
		}
		clean = append(clean, ext)
	}
	own := typeTable{maps.Clone(t.own.types), maps.Clone(t.own.extensions)} // who reads at the moment is not disturbed
	if own.types == nil {
		own = typeTable{map[string]string{}, map[string]string{}}
	}
	own.add(value, clean)
	t.own = own
	return nil
}

// maxExtension is how many octets an extension has at most.
const maxExtension = 32

// notInExtension reports whether a character is in no extension.
func notInExtension(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`/\.:*?"<>|`, r)
}

// Type is the media type of a file by the extension of its name, application/octet-stream if that says nothing. A name
// that is an extension with its dot, ".doc", will do.
func (t *Types) Type(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 && len(name)-i-1 <= maxExtension {
		ext := lower(name[i+1:])
		if found, ok := t.own.types[ext]; ok {
			return found
		}
		if found, ok := builtin().types[ext]; ok {
			return found
		}
	}
	return octetStream
}

// Extension is the extension of new files of a media type, with its dot; "" if none is known.
func (t *Types) Extension(mediaType string) string {
	mediaType = lower(mediaType)
	ext := t.own.extensions[mediaType]
	if ext == "" {
		ext = builtin().extensions[mediaType]
	}
	if ext == "" {
		return ""
	}
	return "." + ext
}

const octetStream = "application/octet-stream"
