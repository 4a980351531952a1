package web

import (
	"cmp"
	"runtime"
	"time"
)

type aboutData struct {
	Version, Go, System string
	User                string
	Begun, Ends         time.Time
	Idle                time.Duration
	Secure              bool
}

func about(v *visit) (any, error) {
	s := &v.site.sessions
	return &aboutData{
		Version: cmp.Or(v.site.Version, "unknown"),
		Go:      runtime.Version(),
		System:  runtime.GOOS + "/" + runtime.GOARCH,
		User:    v.session.user,
		Begun:   v.session.begun,
		Ends:    v.session.begun.Add(s.whole),
		Idle:    s.idle,
		Secure:  v.TLS != nil,
	}, nil
}
