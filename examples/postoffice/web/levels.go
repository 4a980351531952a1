package web

import (
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
)

// A setLevel is the level of a category, of a server within one ("smtp/transfer"), or of all others ("").
type setLevel struct {
	Name, Field, Level string // Level is empty if it is that of the next larger
	Choices            []string
}

// levelsOf lists what can be set: the default, the categories, and the servers that have a level of their own.
func levelsOf(b *logs.Book) []setLevel {
	own := make(map[string]string)
	names := append([]string{""}, b.Categories()...)
	for part := range strings.SplitSeq(b.Levels(), ",") {
		name, level, ok := strings.Cut(part, "=")
		if !ok {
			name, level = "", part
		}
		if own[name] = level; strings.Contains(name, "/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var list []setLevel
	for _, name := range slices.Compact(names) {
		l := setLevel{Name: name, Field: "level-" + name, Level: own[name], Choices: levelNames()}
		if l.Level != "" && !slices.Contains(l.Choices, l.Level) {
			l.Choices = append(l.Choices, l.Level) // one that somebody has set elsewhere
		}
		list = append(list, l)
	}
	return list
}

// actLogs sets the levels that differ from what they are.
func actLogs(v *visit) (outcome, error) {
	var set []string
	for _, l := range levelsOf(v.site.Logs) {
		wanted := v.PostForm.Get(l.Field)
		switch {
		case !v.PostForm.Has(l.Field) || wanted == l.Level:
			continue
		case l.Name == "":
			set = append(set, wanted)
		default:
			set = append(set, l.Name+"="+wanted)
		}
		if wanted != "" && !slices.Contains(levelNames(), wanted) || wanted == "" && l.Name == "" {
			return outcome{}, errors.New("there is no such level: choose debug, info, warn or error")
		}
	}
	if len(set) == 0 {
		return outcome{to: v.self(), notice: "the levels are as they were"}, nil
	}
	if err := v.site.Logs.SetLevels(strings.Join(set, ",")); err != nil {
		return outcome{}, err
	}
	return outcome{to: v.self(), notice: "the levels were set: " + strings.Join(set, ", ")}, nil
}
