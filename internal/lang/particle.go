package lang

import (
	"strings"
	"unicode"
)

// particle picks between the two forms of a Korean particle by the last sound
// of the word before it: first (은, 이, 을, 으로, 과) after a consonant, second
// after a vowel. 으로 gives way to 로 after ㄹ too. Digits and Latin letters
// are taken as Koreans read them aloud.
func particle(word, first, second string) string {
	r := lastSound(word)
	if r == 0 {
		return first + "(" + second + ")"
	}
	coda := codaOf(r)
	if coda == none || first == "으로" && coda == rieul {
		return second
	}
	return first
}

type coda int

const (
	none coda = iota
	rieul
	other
)

// lastSound is the last letter or digit; brackets, quotes and marks are silent.
func lastSound(word string) rune {
	if strings.HasSuffix(word, "%") {
		return '트' // read 퍼센트
	}
	if strings.HasSuffix(word, "B") && word[0] >= '0' && word[0] <= '9' {
		return '트' // a size: read 바이트
	}
	runes := []rune(word)
	for i := len(runes) - 1; i >= 0; i-- {
		if unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]) {
			return unicode.ToLower(runes[i])
		}
	}
	return 0
}

func codaOf(r rune) coda {
	switch {
	case r >= '가' && r <= '힣':
		switch (r - '가') % 28 {
		case 0:
			return none
		case 8:
			return rieul
		default:
			return other
		}
	case strings.ContainsRune("178lr", r): // 일, 칠, 팔, 엘, 알
		return rieul
	case strings.ContainsRune("036mn", r): // 영, 삼, 육, 엠, 엔
		return other
	case strings.ContainsRune("bckptg", r): // words such as hub, stack, stop, Spinnaker's k
		return other
	default:
		return none
	}
}
