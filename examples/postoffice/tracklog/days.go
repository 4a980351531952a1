package tracklog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A date is a day of the calendar, as the name of its file has it: 20030401.
type date int

// dateOf is the day of t where t is.
func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date(y*10000 + int(m)*100 + d)
}

// midnight is when the day after that of t begins.
func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}

func (d date) file(dir string) string { return filepath.Join(dir, fmt.Sprintf("%08d.log", d)) }

// parseDate reads the name of a file. It reports whether that is one of ours.
func parseDate(name string) (date, bool) {
	day, ok := strings.CutSuffix(name, ".log")
	if !ok || len(day) != len("20060102") {
		return 0, false
	}
	t, err := time.Parse("20060102", day)
	return dateOf(t), err == nil
}

// days lists the files of a folder, newest first.
func days(dir string) ([]date, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("tracklog: %w", err)
	}
	var list []date
	for _, e := range entries {
		if d, ok := parseDate(e.Name()); ok && e.Type().IsRegular() {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b date) int { return int(b - a) })
	return list, nil
}

// prune removes the files from before the last n days, of which the day of now
// is one.
func prune(dir string, now time.Time, n int) error {
	y, m, d := now.Date()
	first := dateOf(time.Date(y, m, d-n+1, 12, 0, 0, 0, time.UTC))
	list, err := days(dir)
	for _, day := range list {
		if day < first {
			err = errors.Join(err, os.Remove(day.file(dir)))
		}
	}
	return err
}
