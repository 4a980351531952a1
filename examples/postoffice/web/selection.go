package web

import (
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

// doSelected does something to single messages and goes on to back.
func (v *visit) doSelected(a manage.Action, ids []string, back string) (outcome, error) {
	switch {
	case len(ids) == 0:
		return outcome{}, errors.New("no message was selected: mark some in the list, or choose all")
	case len(ids) > pageSize:
		return outcome{}, fmt.Errorf("more than %d messages were selected: choose all of a filtered list instead", pageSize)
	case (a == manage.Drop || a == manage.Return) && !v.confirmed():
		what := "this message"
		if len(ids) > 1 {
			what = count(len(ids), "message", "messages")
		}
		return askAction(a, what, v.self()), nil
	}
	done := 0
	for _, id := range ids {
		if id == "" {
			continue // it would be all
		}
		n, err := v.site.Mail.Do(v.Context(), a, queue.Filter{ID: id}, v.reason())
		if err != nil {
			return outcome{}, fmt.Errorf("%s of %d were done, then: %w", number(int64(done)), len(ids), err)
		}
		done += n
	}
	if done == 0 {
		return outcome{}, errors.New("nothing was changed: these messages are gone, or are just being sent; look at the list again")
	}
	return outcome{to: back, notice: actionDone(a) + ": " + count(done, "message", "messages")}, nil
}
