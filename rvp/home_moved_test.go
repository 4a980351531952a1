package rvp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// A user who has moved to another home server is not served at the old one, which
// has whoever comes by an old redirection ask the router (RVP-034).
func TestHomeMoved(t *testing.T) {
	inWorld(t, func(w *world) {
		w.home.Name = "home1.example.test"
		w.users["ben"] = rvp.User{Home: "HOME1.example.test"}
	}, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		require.Equal(t, 404, anna.subscribe("far", "update/propchange", url("anna")).status)
		require.Equal(t, 207, anna.subscribe("ben", "update/propchange", url("anna")).status)
	})
}
