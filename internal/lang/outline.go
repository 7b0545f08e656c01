package lang

import "strings"

// Outline words a message for all its arguments at once: … stands for each.
func (l Lang) Outline(id string) string {
	var out strings.Builder
	for _, p := range books()[l].messages[id] {
		switch {
		case p.arg == "":
			out.WriteString(p.text)
		case p.words != nil:
			out.WriteString(p.words[len(p.words)-1])
		default:
			out.WriteString("…")
			if first, second, ok := strings.Cut(p.particle, "/"); ok {
				out.WriteString(particle("…", first, second))
			}
		}
	}
	return out.String()
}
