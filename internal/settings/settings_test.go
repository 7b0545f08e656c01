package settings

import (
	"testing"
	"time"
)

func TestAge_ReadsDaysAndRefusesWhatNobodyMeans(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "12h": 12 * time.Hour, "0": 0, "0d": 0, "1h30m": 90 * time.Minute, "3650d": 3650 * 24 * time.Hour} {
		if got, err := age(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "90", "-1d", "-5h", "5m", "3651d", "99999999999d", "1.5d", "d", "forever"} {
		if got, err := age(text); err == nil {
			t.Errorf("%s is taken as %v", text, got)
		}
	}
}
