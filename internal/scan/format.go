package scan

import (
	"path"
	"strings"
)

// format is what a file is taken to be by its name.
type format int

const (
	nothing format = iota
	githubWorkflow
	githubAction
	gitlabCI
	gitlabPart // may be included by another
	jenkinsfile
	circleConfig
	manifest // YAML that may hold Tekton, Argo or Kustomize objects
	dockerfile
	helmChart
	codeOwners
	otherCI
)

// otherFormats are CI definitions that are told of and not read.
var otherFormats = map[string]string{
	"azure-pipelines.yml": "Azure Pipelines", "azure-pipelines.yaml": "Azure Pipelines", ".drone.yml": "Drone", ".drone.star": "Drone",
	".travis.yml": "Travis CI", "bitbucket-pipelines.yml": "Bitbucket Pipelines", "buildspec.yml": "AWS CodeBuild", "buildspec.yaml": "AWS CodeBuild",
	"cloudbuild.yaml": "Google Cloud Build", "cloudbuild.yml": "Google Cloud Build", "appveyor.yml": "AppVeyor", ".appveyor.yml": "AppVeyor",
	".woodpecker.yml": "Woodpecker CI", ".woodpecker.yaml": "Woodpecker CI", "skaffold.yaml": "Skaffold", "Tiltfile": "Tilt", ".semaphore.yml": "Semaphore",
	".cirrus.yml": "Cirrus CI", "wercker.yml": "Wercker", "codefresh.yml": "Codefresh", "Earthfile": "Earthly", "screwdriver.yaml": "Screwdriver",
	".prow.yaml": "Prow",
}

// Wanted tells whether a file of that name may say something, so that an
// archive's other files need not be kept.
func Wanted(file string) bool { return formatOf(file) != nothing }

func formatOf(file string) format {
	base, ext := path.Base(file), path.Ext(file)
	lower := strings.ToLower(base)
	isYAML := ext == ".yml" || ext == ".yaml"
	switch {
	case base == "CODEOWNERS":
		return codeOwners
	case path.Dir(file) == ".github/workflows" && isYAML:
		return githubWorkflow
	case isYAML && strings.TrimSuffix(base, ext) == "action":
		return githubAction
	case file == ".gitlab-ci.yml" || file == ".gitlab-ci.yaml":
		return gitlabCI
	case path.Dir(file) == ".circleci" && isYAML && strings.TrimSuffix(base, ext) == "config":
		return circleConfig
	case base == "Jenkinsfile" || strings.HasPrefix(base, "Jenkinsfile.") || strings.HasSuffix(lower, ".jenkinsfile"):
		return jenkinsfile
	case lower == "dockerfile" || lower == "containerfile" || strings.HasSuffix(lower, ".dockerfile") ||
		strings.HasPrefix(base, "Dockerfile.") && ext != ".md" && ext != ".dockerignore":
		return dockerfile
	case base == "Chart.yaml":
		return helmChart
	case otherFormats[base] != "":
		return otherCI
	case strings.HasPrefix(file, ".gitlab/") && isYAML, strings.HasSuffix(base, ".gitlab-ci.yml"):
		return gitlabPart
	case isYAML || base == "Kustomization":
		return manifest
	}
	return nothing
}
