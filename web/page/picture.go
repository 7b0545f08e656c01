package page

import "encoding/base64"

// dataURL makes an SVG an image that the page may show: as an image it can run
// nothing and load nothing, whatever it holds.
func dataURL(svg string) string {
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}
