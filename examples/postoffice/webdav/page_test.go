package webdav

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPage(t *testing.T) {
	r := newRig(t)
	r.h.PageSize = 3
	r.do(201, "MKCOL", home+"%3Cscript%3E&amp;", "")
	page := r.do(200, "GET", home, "").Body.String()
	require.Contains(t, page, `<a href="/exchange/alice/%3Cscript%3E&amp;amp%3B/">&lt;script&gt;&amp;amp;</a>`)
	require.NotContains(t, page, "<script>")

	r.put(boxed+"x.eml", `<script>alert("1")</script>`)
	r.fill(7)
	w := r.do(200, "GET", boxed, "")
	require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	require.Contains(t, w.Body.String(), `<html lang="en">`)
	subjects := func(page string) (found []string) {
		for _, s := range []string{"Letter 6", "Letter 5", "Letter 4", "Letter 3", "Letter 2", "Letter 1", "Letter 0", "alert"} {
			if strings.Contains(page, s) {
				found = append(found, s)
			}
		}
		return found
	}
	require.Equal(t, []string{"Letter 6", "Letter 5", "Letter 4"}, subjects(w.Body.String()))
	require.Contains(t, w.Body.String(), `href="?before=6"`)
	w = r.do(200, "GET", boxed+"?before=6", "")
	require.Equal(t, []string{"Letter 3", "Letter 2", "Letter 1"}, subjects(w.Body.String()))
	w = r.do(200, "GET", boxed+"?before=3", "")
	require.Equal(t, []string{"Letter 0", "alert"}, subjects(w.Body.String()))
	require.NotContains(t, w.Body.String(), "before=")
	require.NotContains(t, w.Body.String(), "<script")
	r.do(400, "GET", boxed+"?before=x", "")
	require.Empty(t, r.do(200, "HEAD", boxed, "").Body.String())
	require.Contains(t, r.do(200, "GET", "/exchange/", "").Body.String(), "Mailboxes")
}
