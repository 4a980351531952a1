package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"net/http"
	"sync"
)

//go:embed static
var static embed.FS

// version tells one state of the files from another, so that browsers may keep them for ever.
var version = sync.OnceValue(func() string {
	h := sha256.New()
	for _, name := range []string{"style.css", "script.js", "icon.svg"} {
		text, err := static.ReadFile("static/" + name)
		if err != nil {
			panic(err) // it is part of the program
		}
		h.Write(text)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
})

// asset is the address of a file.
func asset(name string) string { return "/static/" + name + "?v=" + version() }

func assets() http.Handler {
	files := http.FileServerFS(static)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("v") == version() {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if r.URL.Path == "/static/" { // no list of files
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
}
