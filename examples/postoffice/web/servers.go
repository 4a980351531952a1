package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

func showServers(v *visit) (any, error) {
	list, err := v.site.Servers.List(v.Context())
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b manage.Server) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// actServers starts, stops, pauses or resumes one server, or has the configuration read again.
func actServers(v *visit) (outcome, error) {
	name, action := v.PostForm.Get("name"), v.PostForm.Get("action")
	done := map[string]string{"start": "was started", "stop": "was stopped", "pause": "lets nobody else in now", "resume": "goes on"}
	switch {
	case action == "reload":
		return outcome{to: "/servers", notice: "the configuration was read again"}, v.site.Servers.Reload(v.Context())
	case done[action] == "":
		return outcome{}, fmt.Errorf("there is no action %q for servers: use the buttons of the list", action)
	case action == "stop" && !v.confirmed():
		return ask("/servers", "Stop the server "+name+"?",
			"Those who are connected have ten seconds to finish; then nobody is served until it is started again.", "Stop it", true), nil
	}
	if err := v.site.Servers.Do(v.Context(), name, manage.ServerAction(action)); err != nil {
		return outcome{}, err
	}
	return outcome{to: "/servers", notice: fmt.Sprintf("server %s %s", name, done[action])}, nil
}
