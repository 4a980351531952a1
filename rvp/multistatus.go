package rvp

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// A response is what a 207 says of one node.
type response struct {
	Href  string
	Stats []propStat
}

// A propStat is a status and the properties that have it.
type propStat struct {
	Status int
	Props  []Property
}

// parseMultistatus reads the body of a 207.
func parseMultistatus(b []byte) ([]response, error) {
	root, err := parseRoot(b, maxNodes, "multistatus")
	if err != nil {
		return nil, err
	}
	var all []response
	for e := range root.all("response") {
		var r response
		if href, ok := e.child("href"); ok {
			r.Href = href.text()
		}
		for s := range e.all("propstat") {
			stat := propStat{Status: s.status()}
			for prop := range s.all("prop") {
				for p := range prop.children() {
					name := p.name()
					stat.Props = append(stat.Props, Property{Name: name, Inner: p.content(name)})
				}
			}
			r.Stats = append(r.Stats, stat)
		}
		if len(r.Stats) == 0 {
			r.Stats = []propStat{{Status: e.status()}}
		}
		all = append(all, r)
	}
	return all, nil
}

// content is what e holds, which is plain or leased and may have the ID of a view.
func (e element) content(name xml.Name) string {
	if _, ok := e.child("leased-value"); ok || name != PropState {
		return e.inner()
	}
	return e.value(name, "")
}

// status is that of e's d:status, such as "HTTP/1.1 200 Successful", whatever
// its reason is (RVP-111); 200 if there is none, 500 if it is malformed.
func (e element) status() int {
	s, ok := e.child("status")
	if !ok {
		return http.StatusOK
	}
	_, rest, _ := strings.Cut(s.text(), " ")
	rest = strings.TrimLeft(rest, " ")
	n, err := strconv.ParseUint(rest[:min(3, len(rest))], 10, 16)
	if err != nil || n < 100 || len(rest) > 3 && rest[3] != ' ' {
		return http.StatusInternalServerError
	}
	return int(n)
}

// appendMultistatus appends the body of a 207.
func appendMultistatus(dst []byte, all []response) []byte {
	dst = openRoot(dst, "d:multistatus")
	for _, r := range all {
		dst = appendElement(append(dst, "<d:response>"...), "d:href", r.Href)
		for _, s := range r.Stats {
			dst = append(dst, "<d:propstat><d:prop>"...)
			for _, p := range s.Props {
				dst = appendProperty(dst, p.Name, p.Inner)
			}
			dst = append(dst, "</d:prop>"...)
			dst = appendElement(dst, "d:status", "HTTP/1.1 "+strconv.Itoa(s.Status)+" "+reason(s.Status))
			dst = append(dst, "</d:propstat>"...)
		}
		dst = append(dst, "</d:response>"...)
	}
	return append(dst, "</d:multistatus>"...)
}

// reason is the text of a status, which for 200 is the protocol's own.
func reason(status int) string {
	if status == http.StatusOK {
		return "Successful"
	}
	return http.StatusText(status)
}
