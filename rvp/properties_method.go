package rvp

import (
	"encoding/xml"
	"net/http"
	"slices"
	"time"
)

// maxNamed bounds the properties of one PROPFIND: each may be named again and again.
const maxNamed = 256

// propfind tells properties (rvp-exchange2000, 5.4).
func (h *HomeServer) propfind(q *request) answer {
	if depth := q.Header["Depth"]; len(depth) != 1 || q.field("Depth") != "0" { // RVP-062
		return refuse(http.StatusPreconditionFailed, "Depth must be 0.")
	}
	r, now, err := h.Store.Record(q.Context(), q.node)
	if err != nil {
		return h.fail(q, "the store", err)
	}
	body, a := h.read(q)
	if a.refused() {
		return a
	}
	find, err := parsePropFind(body)
	if err != nil || !find.All && !find.Names && len(find.Props) == 0 { // RVP-066
		return refuse(http.StatusBadRequest, "The body must be a propfind that names properties.")
	}
	if len(find.Props) > maxNamed {
		return refuse(http.StatusBadRequest, "The body names too many properties.")
	}
	f := finder{h: h, q: q, record: &r, now: now}
	stats, a := f.find(find)
	if a.refused() {
		return a
	}
	return answer{
		status: http.StatusMultiStatus,
		body:   appendMultistatus(make([]byte, 0, 1024), []response{{Href: q.node.URL(), Stats: stats}}),
	}
}

// A finder answers one PROPFIND.
type finder struct {
	h      *HomeServer
	q      *request
	record *Record
	now    time.Time
}

func (f *finder) find(find propFind) ([]propStat, answer) {
	need := []Rights{RightRead}
	switch {
	case find.All:
		need = []Rights{RightList, RightRead}
	case find.Names:
		need = []Rights{RightList}
	case slices.Contains(find.Props, PropState):
		need = []Rights{RightRead, RightPresence} // RVP-133
	}
	for _, right := range need {
		if a := f.h.permit(f.q, f.record, right, false); a.refused() {
			return nil, a
		}
	}
	switch {
	case find.All:
		return []propStat{{Status: http.StatusOK, Props: f.all()}}, answer{}
	case find.Names:
		props := f.all()
		for i := range props {
			props[i].Inner = ""
		}
		return []propStat{{Status: http.StatusOK, Props: props}}, answer{}
	}
	return f.named(find.Props), answer{}
}

// all returns what allprop stands for (RVP-065): the state only for those who may
// see it.
func (f *finder) all() []Property {
	p := profile{f.q.node, f.q.user, f.record}
	list := p.all()
	if f.h.may(f.q, f.record, &f.q.caller, RightPresence) {
		list = slices.Insert(list, 0, f.state())
	}
	return list
}

func (f *finder) state() Property { return StateProperty(f.h.stateFor(f.q, f.record, f.now)) }

// named returns what there is of some properties, and what is not (RVP-063, RVP-064).
func (f *finder) named(names []xml.Name) []propStat {
	var there, missing []Property
	p := profile{f.q.node, f.q.user, f.record}
	for _, name := range names {
		switch v, ok := p.property(name); {
		case name == PropState:
			there = append(there, f.state())
		case ok:
			there = append(there, v)
		default:
			missing = append(missing, v)
		}
	}
	var stats []propStat
	if len(there) > 0 {
		stats = append(stats, propStat{Status: http.StatusOK, Props: there})
	}
	if len(missing) > 0 {
		stats = append(stats, propStat{Status: http.StatusNotFound, Props: missing})
	}
	return stats
}
