package ledger

// Decimal writes bytes as Docker does: powers of 1000, three digits.
func Decimal(n int64) string {
	if n < 0 {
		return "−" + decimal(-n)
	}
	return decimal(n)
}
