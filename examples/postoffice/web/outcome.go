package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// An outcome is what comes of an action: where to go and what to say there, or a question first.
type outcome struct {
	to, notice string
	confirm    *confirmation
}

// A confirmation asks before something is done that is not easily undone. The form is sent again with the answer, so that
// no script is needed.
type confirmation struct {
	Question, Detail, Button string
	Danger                   bool
	Why                      string // who a reason is for, if there may be one
	Back, Self               string
	Fields                   []field
}

// A field is one that was posted, to be posted again.
type field struct{ Name, Value string }

// confirmed reports whether the question was answered.
func (v *visit) confirmed() bool { return v.PostForm.Get("confirmed") == "yes" }

// ask is the outcome of an action that is to be confirmed.
func ask(back, question, detail, button string, danger bool) outcome {
	return outcome{confirm: &confirmation{Question: question, Detail: detail, Button: button, Danger: danger, Back: back}}
}

// askWhy has a question ask for a reason too, which may be left out.
func askWhy(o outcome, reader string) outcome {
	o.confirm.Why = reader
	return o
}

func (v *visit) confirm(w http.ResponseWriter, c *confirmation) {
	c.Self = v.self()
	for _, name := range slices.Sorted(maps.Keys(v.PostForm)) {
		for _, value := range v.PostForm[name] {
			c.Fields = append(c.Fields, field{name, value})
		}
	}
	view := v.view(c.Question)
	view.Data = c
	v.site.render(w, v.Request, http.StatusOK, "confirm", view)
}

// count says how many, in words.
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
