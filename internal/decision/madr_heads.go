package decision

import (
	"regexp"
	"strings"
	"unicode"
)

// part is a section that the reader understands.
type part string

const (
	partContext      part = "context"
	partDrivers      part = "drivers"
	partOptions      part = "options"
	partOutcome      part = "outcome"
	partConsequences part = "consequences"
	partPositive     part = "positive"
	partNegative     part = "negative"
	partConfirmation part = "confirmation"
	partArguments    part = "arguments"
	partAssumptions  part = "assumptions"
	partMore         part = "more"
	partLinks        part = "links"
	partStatus       part = "status"
	partDate         part = "date"
	partMakers       part = "makers"
	partConsulted    part = "consulted"
	partInformed     part = "informed"
	partReviewBy     part = "review"
	partStory        part = "story"
)

// headings are the names of sections: MADR's of all its versions, Nygard's,
// and those of Korean translations.
var headings = index(map[part]string{
	partContext: "Context and Problem Statement|Context & Problem Statement|Context|Problem Statement|Problem|Background|Context and Problem|Background and Context|" +
		"배경과 문제|배경 및 문제|배경과 문제 정의|배경 및 문제 정의|맥락과 문제 정의|맥락 및 문제 정의|맥락과 문제|맥락 및 문제 설명|맥락과 문제 설명|상황 및 문제 정의|상황과 문제 정의|컨텍스트와 문제 정의|컨텍스트 및 문제 정의|컨텍스트 및 문제 설명|컨텍스트와 문제 설명|컨텍스트|맥락|배경|문제|문제 정의|문제 설명|문제 상황|상황",
	partDrivers: "Decision Drivers|Drivers|Forces|Decision Criteria|" +
		"결정 요인|결정 동인|결정 요소|결정 기준|의사결정 요인|의사결정 동인|의사결정 기준|의사 결정 요소",
	partOptions: "Considered Options|Options Considered|Options|Considered Alternatives|Alternatives Considered|Alternatives|" +
		"검토한 선택지|검토된 선택지|고려한 선택지|고려된 선택지|선택지|검토한 대안|검토된 대안|고려한 대안|고려된 대안|대안|고려한 옵션|고려된 옵션|검토한 옵션|검토된 옵션|옵션|고려 옵션|고려한 안|검토한 안|고려 대안",
	partOutcome: "Decision Outcome|Decision|The Decision|Outcome|Resolution|" +
		"결정 결과|의사결정 결과|결정|의사결정|결정 사항|결정 내용|최종 결정",
	partConsequences: "Consequences|Consequence|결과와 영향|결과 및 영향|결과|영향|결정에 따른 결과|결정의 영향",
	partPositive:     "Positive Consequences|Positive|Positives|긍정적 결과|긍정적인 결과|긍정적 영향|긍정적인 영향|좋은 결과",
	partNegative:     "Negative Consequences|Negative|Negatives|부정적 결과|부정적인 결과|부정적 영향|부정적인 영향|나쁜 결과",
	partConfirmation: "Confirmation|Validation|Compliance|확인 방법|확인|검증|검증 방법|준수 확인",
	partArguments: "Pros and Cons of the Options|Pros and Cons of Options|Pros and Cons|Pros & Cons of the Options|" +
		"선택지별 장단점|선택지의 장단점|선택지의 장점과 단점|옵션별 장단점|옵션의 장단점|옵션의 장점과 단점|옵션별 장점과 단점|대안별 장단점|대안의 장단점|대안의 장점과 단점|장단점|각 옵션의 장단점|각 옵션의 장점과 단점",
	partAssumptions: "Assumptions|Assumption|가정|전제|전제 조건",
	partMore:        "More Information|Additional Information|Further Information|추가 정보|더 많은 정보|기타 정보|부가 정보",
	partLinks:       "Links|Related Decisions|Related ADRs|링크|관련 결정|관련 링크|관련 ADR",
	partStatus:      "Status|상태",
	partDate:        "Date|Last Updated|Updated|날짜|일자|결정일|작성일",
	partMakers:      "Decision-Makers|Deciders|Decision Makers|Decider|Decided By|결정자|의사결정자|결정권자|결정한 사람",
	partConsulted:   "Consulted|자문|자문한 사람|협의 대상|의견 제공자",
	partInformed:    "Informed|통보|통보 대상|공유 대상|통보받은 사람",
	partReviewBy:    "Review-By|Review Date|재검토일",
	partStory:       "Technical Story|기술 스토리|관련 이슈",
})

func index(names map[part]string) map[string]part {
	out := map[string]part{}
	for p, all := range names {
		for name := range strings.SplitSeq(all, "|") {
			out[heading(name)] = p
		}
	}
	return out
}

var (
	comment  = regexp.MustCompile(`<!--[^>]{0,200}-->`)
	ordinal  = regexp.MustCompile(`^\d{1,2}[.)]\s+`)
	brackets = regexp.MustCompile(`\([A-Za-z &-]{1,40}\)$`)
)

// heading brings a heading to the form that names are compared in: letters and
// digits in small letters, without comments, numbering or an English
// translation in brackets.
func heading(s string) string {
	s = strings.TrimSpace(comment.ReplaceAllString(s, ""))
	s = ordinal.ReplaceAllString(s, "")
	if t := strings.TrimSpace(brackets.ReplaceAllString(s, "")); t != "" {
		s = t
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsNumber(c) || c == '&' {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}

func partOf(head string) part { return headings[heading(head)] }

// within are the parts that have their place under another one's heading.
var within = map[part][]part{
	partOutcome:      {partConsequences, partPositive, partNegative, partConfirmation},
	partConsequences: {partPositive, partNegative},
}
