package argocdtest

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

//go:embed testdata/v2.14.21-applications.json
var realApplications []byte

// RealApps are ten applications as an Argo CD v2.14.21 on a real cluster
// answered them: synced, drifted, degraded, failed, suspended and unknown.
func RealApps() ([]*v1alpha1.Application, error) {
	var l v1alpha1.ApplicationList
	if err := json.Unmarshal(realApplications, &l); err != nil {
		return nil, fmt.Errorf("real applications: %w", err)
	}
	apps := make([]*v1alpha1.Application, len(l.Items))
	for i := range l.Items {
		apps[i] = &l.Items[i]
	}
	return apps, nil
}
