package web

import (
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

type itemData struct {
	manage.QueuedMail
	CanTrack bool
}

func (d *itemData) heading() string { return "Message " + d.ID }

func showItem(v *visit) (any, error) {
	id := v.URL.Query().Get("id")
	if id == "" {
		return nil, errGone
	}
	list, err := v.site.Mail.List(v.Context(), queue.Filter{ID: id}, 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errGone
	}
	return &itemData{list[0], v.site.Tracking != nil}, nil
}

func actItem(v *visit) (outcome, error) {
	a, err := v.action()
	if err != nil {
		return outcome{}, err
	}
	back := v.self()
	if a == manage.Drop || a == manage.Return {
		back = "/queues" // it will not be here
	}
	return v.doSelected(a, []string{v.URL.Query().Get("id")}, back)
}
