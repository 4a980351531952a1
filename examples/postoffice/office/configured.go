package office

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

// Configured is what a configuration file says. Where the data is kept, the loggers, and a directory
// of accounts are for the caller to add.
func Configured(f *config.File) (Config, error) {
	c := Config{
		Domain:      f.Server.Domain,
		Hostname:    f.Server.Hostname,
		Certificate: string(f.Server.Certificate),
		Key:         string(f.Server.Key),
		ClientCA:    string(f.Server.ClientCA),
		LegacyAuth:  f.Accounts.LegacyPasswords,
		Accounts:    policyFrom(&f.Accounts),
		Virtual:     f.Virtual,
		NoDemo:      true,
		Levels:      levelsOf(f),
		Relaying:    relayingOf(&f.Connector),
		IM:          imOf(f),
		Web:         &f.Web,
		NoMetrics:   !f.Server.Metrics,
		lasting:     lastingOf(f),

		TrackingDays: f.Log.TrackingDays,
	}
	if !f.Log.Tracking {
		c.TrackingDays = -1
	}
	var err error
	if c.Connector, err = connectorOf(f); err != nil {
		return c, err
	}
	c.News, err = newsOf(&f.News)
	return c, err
}

// imOf has a domain for instant messages if a file names none: what holds without a file.
func imOf(f *config.File) *config.IM {
	im := f.IM
	if len(im.Domains) == 0 {
		im.Domains = []string{"im." + f.Server.Domain}
	}
	return &im
}

// levelsOf are those of the log, as logs.Book takes them.
func levelsOf(f *config.File) string {
	levels := []string{f.Server.LogLevel}
	for _, category := range slices.Sorted(maps.Keys(f.Log.Levels)) {
		levels = append(levels, category+"="+f.Log.Levels[category])
	}
	return strings.Join(levels, ",")
}

// lastingOf is what can't change while the server runs, by the keys of the file.
func lastingOf(f *config.File) map[string]any {
	c := &f.Connector
	return map[string]any{
		"server.hostname":                       cmp.Or(f.Server.Hostname, f.Server.Domain), // of mail that leaves
		"server.client-ca":                      f.Server.ClientCA != "",
		"log.format":                            f.Log.Format,
		"log.tracking":                          f.Log.Tracking,
		"log.tracking-days":                     f.Log.TrackingDays,
		"accounts.ldap":                         f.Accounts.LDAP,
		"accounts.legacy-passwords":             f.Accounts.LegacyPasswords,
		"connector.outbound-connections":        c.Outbound, // of the queue, as the next two are
		"connector.connections-per-destination": c.PerDestination,
		"connector.timeouts.delivery":           c.Timeouts.Delivery,
		"news.path-identity":                    f.News.PathIdentity,
	}
}

// levels are those that a Config names, for virtual servers too. What a book has of others it loses.
func (c *Config) levels(list []config.Virtual) string {
	var levels []string
	for _, category := range c.Logs.Categories() {
		levels = append(levels, category+"=")
	}
	levels = append(levels, c.Levels)
	for i := range list {
		level := list[i].LogLevel
		if level == "default" {
			level = ""
		}
		levels = append(levels, categories[list[i].Protocol]+"/"+list[i].Name+"="+level)
	}
	return strings.Join(levels, ",")
}

// setLevels has them in force, if there is a book.
func (c *Config) setLevels(list []config.Virtual) error {
	if c.Logs == nil {
		return nil
	}
	if err := c.Logs.SetLevels(c.levels(list)); err != nil {
		return fmt.Errorf("log levels: %w", err)
	}
	return nil
}
