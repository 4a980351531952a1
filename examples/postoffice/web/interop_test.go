//go:build interop

package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// A browser is Chromium with one tab, and what it complained of.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex
	problems []string
}

// openBrowser starts Chromium on a site.
func openBrowser(t *testing.T, site *Site) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not there: install the Debian package chromium")
	}
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, base: server.URL}
	b.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(b.listen), chromedp.WithAllocatorOptions(
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true)))
	t.Cleanup(cancel)
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Enable, runtime.Enable} {
		call(b, enable, cdp.Empty{})
	}
	call(b, network.Enable, network.EnableParams{})
	return b
}

// listen notes what should not be.
func (b *browser) listen(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		problem = fmt.Sprint("console: ", e.Type, e.Args)
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			problem = "log: " + e.Entry.Text
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && "http://"+u.Host != b.base {
			problem = "request to another host: " + e.Request.URL
		}
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

// get runs one action and returns what it finds.
func get[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	found, err := chromedp.Run(b.ctx, action)
	require.NoError(b.t, err)
	return found
}

// call gives Chromium a command of its protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
}

// check requires that the browser has not complained of a page.
func (b *browser) check(name string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.problems, name)
}

// look sets the size of the window and the scheme of colours.
func (b *browser) look(width int64, scheme string) {
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// visit goes to a page, and checks that it fits and can be read by those who do not see it.
func (b *browser) visit(path, name string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base+path), chromedp.WaitReady("main"))
	over := get(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	require.LessOrEqual(b.t, over, 0, "%s is wider than its window", name)
	require.Equal(b.t, 1, get(b, chromedp.Evaluate[int](`document.querySelectorAll("h1").length`)), name)
	require.Empty(b.t, get(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("input:not([type=hidden]),select,textarea")].
		filter(e => !e.labels.length && !e.ariaLabel).map(e => e.outerHTML)`)), name)
	b.shoot(name)
	b.check(name)
}

// shoot keeps a picture where WEB_SCREENSHOTS says.
func (b *browser) shoot(name string) {
	dir := os.Getenv("WEB_SCREENSHOTS")
	if dir == "" {
		return
	}
	png := get(b, chromedp.FullScreenshot(100))
	require.NoError(b.t, os.MkdirAll(dir, 0o755))
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

func (b *browser) login() {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base+"/"), chromedp.WaitVisible("#name"),
		chromedp.SendKeys("#name", "ann@office.example"), chromedp.SendKeys("#password", testPassword),
		chromedp.Click("button.main"), chromedp.WaitVisible("nav"))
}

// TestBrowser visits every page in Chromium, wide and narrow, light and dark.
func TestBrowser(t *testing.T) {
	b := openBrowser(t, newSite(t, newOffice()))
	b.look(1280, "light")
	b.visit("/login", "login-light")
	b.login()
	for _, look := range []struct {
		name, scheme string
		width        int64
	}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"narrow", "light", 400}, {"narrow-dark", "dark", 400}} {
		b.look(look.width, look.scheme)
		for name, path := range pagesToVisit() {
			b.visit(path, name+"-"+look.name)
		}
	}
	b.run(chromedp.Click("label.menu"), chromedp.WaitVisible(`nav a[href="/queues"]`))
	b.shoot("menu")
}

// TestBrowserAction does things by the mouse: with a question before, and with the list changing by itself afterwards.
func TestBrowserAction(t *testing.T) {
	o := newOffice()
	b := openBrowser(t, newSite(t, o))
	b.look(1280, "light")
	b.login()
	b.run(chromedp.Navigate(b.base+"/servers"), chromedp.Click(`[aria-label="Stop transfer"]`), chromedp.WaitVisible("button.danger"))
	b.shoot("confirm")
	b.run(chromedp.Click("button.danger"), chromedp.WaitVisible(".message.ok"), chromedp.WaitVisible(`[aria-label="Start transfer"]`))
	require.Equal(t, []string{"stop transfer"}, o.done())

	b.run(chromedp.Click(`[aria-label="Start transfer"]`), chromedp.WaitVisible(`[aria-label="Stop transfer"]`))
	o.mu.Lock()
	o.servers[0].State = "paused"
	o.mu.Unlock()
	b.run(chromedp.WaitVisible(`[aria-label="Resume imap"]`))

	b.run(chromedp.Navigate(b.base+"/queues/mail"), chromedp.Click("input[data-all]"))
	require.Equal(t, pageSize, get(b, chromedp.Evaluate[int](`document.querySelectorAll("input[name=id]:checked").length`)))
	b.run(chromedp.SetValue("#action", "drop"), chromedp.Click("fieldset button.main"), chromedp.WaitVisible("button.danger"))
	b.check("actions")

	b.run(chromedp.Navigate(b.base+"/accounts/new"), chromedp.SendKeys("#name", "eve"), chromedp.SendKeys("#password", "one"),
		chromedp.SendKeys("#again", "two"), chromedp.Click("main button.main"), chromedp.WaitVisible(".message.bad"))
	b.shoot("problem")
	require.Equal(t, "eve", get(b, chromedp.Value("#name")))
}
