package lang

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/number"
)

// part is a piece of a message: plain text, or an argument to be written.
type part struct {
	text     string // plain text when arg is empty
	arg      string
	format   string
	words    []string // of {n?one|other}
	particle string   // such as 은/는
}

var errBrace = errors.New("a brace without its other half")

func parse(s string) (out []part, err error) {
	for s != "" {
		text, rest, found := strings.Cut(s, "{")
		if strings.Contains(text, "}") {
			return nil, errBrace
		}
		if text != "" {
			out = append(out, part{text: text})
		}
		if !found {
			return out, nil
		}
		inner, after, found := strings.Cut(rest, "}")
		if !found {
			return nil, errBrace
		}
		out = append(out, parseArg(inner))
		s = after
	}
	return out, nil
}

func parseArg(s string) part {
	if name, words, ok := strings.Cut(s, "?"); ok {
		return part{arg: name, words: strings.Split(words, "|")}
	}
	var p part
	if before, after, ok := cutLast(s, ":"); ok && strings.Contains(after, "/") {
		s, p.particle = before, after
	}
	p.arg, p.format, _ = strings.Cut(s, ",")
	return p
}

func cutLast(s, sep string) (string, string, bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (l Lang) write(out *strings.Builder, p part, args map[string]any) {
	if p.arg == "" {
		out.WriteString(p.text)
		return
	}
	v, ok := args[p.arg]
	if p.words != nil {
		word := p.words[len(p.words)-1]
		if n, isNumber := toFloat(v); isNumber && n == 1 {
			word = p.words[0]
		}
		out.WriteString(word)
		return
	}
	if !ok {
		out.WriteString("‹" + p.arg + "›")
		return
	}
	s := l.value(v, p.format, args)
	out.WriteString(s)
	if p.particle != "" {
		first, second, _ := strings.Cut(p.particle, "/")
		out.WriteString(particle(s, first, second))
	}
}

func (l Lang) value(v any, format string, args map[string]any) string {
	if prefix, ok := strings.CutPrefix(format, "msg:"); ok {
		return l.T(prefix+fmt.Sprint(v), args)
	}
	n, isNumber := toFloat(v)
	if !isNumber {
		return fmt.Sprint(v)
	}
	switch format {
	case "percent":
		return l.Percent(n)
	case "hours":
		return l.Hours(n)
	case "minutes":
		return l.Minutes(n)
	case "seconds":
		return l.Seconds(n)
	case "money":
		currency, _ := args["currency"].(string)
		return l.Money(n, currency)
	case "date":
		return l.Date(time.UnixMilli(int64(n)))
	case "time":
		return l.Time(time.UnixMilli(int64(n)))
	default:
		return l.Number(n)
	}
}

func toFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	case interface{ Float64() (float64, error) }: // json.Number
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// Figure writes a figure in its unit: percent, hours, minutes or money; any
// other is a plain number.
func (l Lang) Figure(x float64, unit, currency string) string {
	switch unit {
	case "percent":
		return l.Percent(x)
	case "hours":
		return l.Hours(x)
	case "minutes":
		return l.Minutes(x)
	case "seconds":
		return l.Seconds(x)
	case "money":
		return l.Money(x, currency)
	}
	return l.Number(x)
}

// Number writes a number with as many digits as a reader can use: three
// significant ones below 100, whole above.
func (l Lang) Number(n float64) string {
	switch {
	case n == math.Trunc(n) || math.Abs(n) >= 100:
		return books()[l].printer.Sprint(number.Decimal(math.Round(n)))
	case math.Abs(n) >= 10:
		return books()[l].printer.Sprint(number.Decimal(n, number.MaxFractionDigits(1)))
	case math.Abs(n) >= 0.1:
		return books()[l].printer.Sprint(number.Decimal(n, number.MaxFractionDigits(2)))
	default:
		return strconv.FormatFloat(n, 'g', 2, 64)
	}
}

// Percent writes a fraction as a percentage: 0.81 is 81%.
func (l Lang) Percent(f float64) string {
	p := f * 100
	if p != 0 && math.Abs(p) < 10 && math.Abs(p-math.Round(p)) > 0.05 {
		return strconv.FormatFloat(p, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(math.Round(p), 'f', 0, 64) + "%"
}

// Hours writes a number of hours.
func (l Lang) Hours(h float64) string {
	if l == Korean {
		return l.Number(h) + "시간"
	}
	return l.Number(h) + " h"
}

// Minutes writes a time of minutes as days, hours and minutes, the two largest.
func (l Lang) Minutes(m float64) string {
	total := int(math.Round(m))
	units := []struct {
		n      int
		en, ko string
	}{{total / 1440, "d", "일"}, {total % 1440 / 60, "h", "시간"}, {total % 60, "min", "분"}}
	var words []string
	for _, u := range units {
		if u.n == 0 || len(words) == 2 {
			continue
		}
		if l == Korean {
			words = append(words, strconv.Itoa(u.n)+u.ko)
		} else {
			words = append(words, strconv.Itoa(u.n)+" "+u.en)
		}
	}
	if len(words) == 0 {
		if l == Korean {
			return "0분"
		}
		return "0 min"
	}
	return strings.Join(words, " ")
}

// Seconds writes a time of seconds: seconds below two minutes, minutes and
// seconds below an hour, else as Minutes does.
func (l Lang) Seconds(s float64) string {
	unit, minute := " s", " min"
	if l == Korean {
		unit, minute = "초", "분"
	}
	if math.Abs(s) >= 3600 {
		return l.Minutes(s / 60)
	}
	if s < 120 {
		if s >= 10 {
			s = math.Round(s)
		} else {
			s = math.Round(s*10) / 10
		}
		return l.Number(s) + unit
	}
	total := int(math.Round(s))
	if total%60 == 0 {
		return strconv.Itoa(total/60) + minute
	}
	return strconv.Itoa(total/60) + minute + " " + strconv.Itoa(total%60) + unit
}

var symbols = map[string]string{"": "$", "USD": "$", "KRW": "₩", "EUR": "€", "JPY": "¥", "GBP": "£"}

// Money writes an amount in a currency, shortened above ten thousand.
func (l Lang) Money(n float64, currency string) string {
	symbol, ok := symbols[currency]
	if !ok {
		symbol = currency + " "
	}
	if l == Korean && math.Abs(n) >= 1e4 {
		if math.Abs(n) >= 1e8 {
			return symbol + l.Number(n/1e8) + "억"
		}
		return symbol + l.Number(n/1e4) + "만"
	}
	if math.Abs(n) >= 1e6 {
		return symbol + l.Number(n/1e6) + "M"
	}
	if math.Abs(n) >= 1e4 {
		return symbol + l.Number(n/1e3) + "k"
	}
	return symbol + l.Number(math.Round(n))
}

// Date writes a day.
func (l Lang) Date(t time.Time) string {
	if l == Korean {
		return t.Format("2006년 1월 2일")
	}
	return t.Format("2 Jan 2006")
}

// Time writes a day and the time of day.
func (l Lang) Time(t time.Time) string { return l.Date(t) + " " + t.Format("15:04") }

// Moment writes a time in short, as seen from now: the time of day today, the
// day too this year, else the date.
func (l Lang) Moment(t, now time.Time) string {
	switch {
	case t.Year() != now.Year():
		return l.Date(t)
	case t.YearDay() == now.YearDay():
		return t.Format("15:04")
	case l == Korean:
		return t.Format("1월 2일 15:04")
	}
	return t.Format("2 Jan 15:04")
}

// Age writes how long something has lasted, coarsely.
func (l Lang) Age(d time.Duration) string {
	if d < time.Minute {
		if l == Korean {
			return strconv.Itoa(max(0, int(d.Seconds()))) + "초"
		}
		return strconv.Itoa(max(0, int(d.Seconds()))) + " s"
	}
	return l.Minutes(d.Minutes())
}
