package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContrast computes how well the colours of the style stand off from each other (WCAG 2.2, 1.4.3 and 1.4.11).
func TestContrast(t *testing.T) {
	text, err := static.ReadFile("static/style.css")
	require.NoError(t, err)
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllSubmatch(text, -1)
	require.Len(t, blocks, 2, "light and dark")
	for i, scheme := range []string{"light", "dark"} {
		colours := make(map[string]string)
		for _, c := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllSubmatch(blocks[i][1], -1) {
			colours[string(c[1])] = string(c[2])
		}
		for pair, least := range map[string]float64{
			"text bg": 7, "text surface": 7, "text raised": 7, "muted bg": 4.5, "muted surface": 4.5, "muted raised": 4.5,
			"accent surface": 4.5, "accent bg": 4.5, "accent here": 4.5, "accent raised": 4.5, "on-accent accent": 4.5,
			"ok ok-bg": 4.5, "warn warn-bg": 4.5, "bad bad-bg": 4.5, "info info-bg": 4.5, "none none-bg": 4.5, "bad surface": 4.5,
			"edge surface": 3, "edge bg": 3,
		} {
			front, back, _ := strings.Cut(pair, " ")
			require.Contains(t, colours, front)
			require.Contains(t, colours, back)
			require.GreaterOrEqual(t, contrast(colours[front], colours[back]), least, "%s: %s", scheme, pair)
		}
	}
	rest := regexp.MustCompile(`(?s):root \{.*?\}`).ReplaceAll(text, nil)
	require.NotRegexp(t, `#[0-9a-f]{3,6}\b|rgb\(|url\(|@import`, string(rest), "colours by name, and nothing from elsewhere")
	require.Contains(t, string(rest), "prefers-reduced-motion")
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is how bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance).
func luminance(colour string) float64 {
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		panic(err) // the pattern has matched it
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func TestLuminance(t *testing.T) {
	require.InDelta(t, 21, contrast("#000000", "#ffffff"), 0.001)
	require.InDelta(t, 4.54, contrast("#767676", "#ffffff"), 0.01)
}
