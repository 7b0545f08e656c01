package scan

import (
	"path"
	"strings"

	"deckplan/internal/plan"
)

// ready are actions, orb commands and catalogue tasks that are known by name.
// The longest name that a use begins with is the one that counts.
var ready = map[string]work{}

func init() {
	fill := func(w work, names string) {
		for _, n := range strings.Fields(names) {
			ready[n] = w
		}
	}
	fill(work{right: "source-read"}, `actions/checkout checkout git-clone git-cli`)
	fill(work{}, `actions/setup- actions/cache actions/upload-artifact actions/download-artifact actions/github-script actions/labeler actions/stale actions/first-interaction
		docker/setup- docker/metadata-action sigstore/cosign-installer imjasonh/setup-ko ko-build/setup-ko azure/setup- engineerd/setup-kind helm/kind-action
		codecov/ gradle/actions/setup-gradle gradle/wrapper-validation-action actions-rs/toolchain dtolnay/rust-toolchain actions-rust-lang/setup-rust-toolchain swatinem/rust-cache
		pnpm/action-setup astral-sh/setup-uv ruby/setup-ruby shivammathur/setup-php hashicorp/setup- slack slackapi/ 8398a7/action-slack dorny/paths-filter dependabot/fetch-metadata crazy-max/ghaction-github-runtime styfle/cancel-workflow-action actions/configure-pages coverallsapp/github-action re-actors/alls-green tj-actions/changed-files
		step-security/harden-runner taiki-e/install-action jlumbroso/free-disk-space anchore/sbom-action/download-syft oracle-actions/ graalvm/setup-graalvm
		setup_remote_docker save_cache restore_cache persist_to_workspace attach_workspace store_artifacts store_test_results add_ssh_keys when unless
		slack/ codecov/upload node/install node/install-packages go/load-cache go/save-cache go/mod-download go/install python/install-packages maven/with_cache
		docker/install aws-cli/ gcp-cli/ aws-eks/install helm/install-helm-client kubernetes/install continuation/continue path-filtering/filter`)
	fill(work{kind: plan.ContainerBuild, builder: "buildkit"}, `docker/build-push-action docker/bake-action depot/build-push-action docker/github-builder`)
	fill(work{kind: plan.ContainerBuild, builder: "docker_build"}, `docker/build docker/publish aws-ecr/build-and-push-image aws-ecr/build_and_push_image aws-ecr/build-image gcp-gcr/build-and-push-image gcp-gcr/build-image azure-acr/build-and-push-image mr-smithers-excellent/docker-build-push`)
	fill(work{kind: plan.ContainerBuild, builder: "buildah"}, `redhat-actions/buildah-build buildah buildah-ns`)
	fill(work{kind: plan.ContainerBuild, builder: "kaniko"}, `aevea/action-kaniko kaniko kaniko-chains`)
	fill(work{kind: plan.ContainerBuild, builder: "ko"}, `ko ko-build`)
	fill(work{kind: plan.ContainerBuild, builder: "jib"}, `jib-maven jib-gradle`)
	fill(work{kind: plan.ContainerBuild, builder: "buildpacks_pack"}, `buildpacks buildpacks-phases dfreilich/pack-action`)
	fill(work{kind: plan.Publish, right: "registry-push", joins: true}, `redhat-actions/push-to-registry docker/push aws-ecr/push-image gcp-gcr/push-image skopeo-copy`)
	fill(work{right: "registry-push"}, `docker/login-action redhat-actions/podman-login aws-actions/amazon-ecr-login azure/docker-login docker/check aws-ecr/ecr-login gcp-gcr/gcr-auth`)
	fill(work{kind: plan.Scan}, `aquasecurity/trivy-action aquasecurity/setup-trivy anchore/scan-action anchore/sbom-action snyk/ github/codeql-action sonarsource/ sonarcloud/ returntocorp/semgrep-action
		semgrep/ gitleaks/gitleaks-action ossf/scorecard-action docker/scout-action actions/dependency-review-action golang/govulncheck-action securego/gosec trufflesecurity/trufflehog fossas/fossa-action
		google/osv-scanner-action bridgecrewio/checkov-action github/super-linter/sarif trivy-scanner grype sonarqube-scanner`)
	fill(work{kind: plan.Sign, right: "sign"}, `actions/attest slsa-framework/slsa-github-generator sigstore/gh-action-sigstore-python crazy-max/ghaction-import-gpg cosign-sign cosign`)
	fill(work{kind: plan.Test}, `golangci/golangci-lint-action pre-commit/action cypress-io/github-action hadolint/hadolint-action reviewdog/ github/super-linter super-linter/super-linter psf/black helm/chart-testing-action
		rhysd/actionlint crate-ci/typos ludeeus/action-shellcheck azure/k8s-lint dominikh/staticcheck-action raven-actions/actionlint ibiqlik/action-yamllint node/test go/test python/test maven/test gradle/test ruby/rspec-test cypress/run golang-test golangci-lint pytest`)
	fill(work{kind: plan.SourceBuild}, `gradle/gradle-build-action gradle/actions golang-build maven gradle npm node/run android/assemble`)
	fill(work{kind: plan.Publish, right: "source-write"}, `softprops/action-gh-release actions/create-release actions/upload-release-asset ncipollo/release-action googleapis/release-please-action
		google-github-actions/release-please-action release-drafter/release-drafter changesets/action cycjimmy/semantic-release-action goreleaser/goreleaser-action helm/chart-releaser-action mikepenz/release-changelog-builder-action`)
	fill(work{kind: plan.Publish}, `pypa/gh-action-pypi-publish js-devtools/npm-publish cargo-release`)
	fill(work{kind: plan.Deploy}, `actions/deploy-pages peaceiris/actions-gh-pages jamesives/github-pages-deploy-action google-github-actions/deploy- aws-actions/amazon-ecs-deploy-task-definition azure/webapps-deploy
		aws-ecs/deploy-service-update gcp-cloud-run/deploy netlify/actions cloudflare/wrangler-action aws-s3/ appleboy/ssh-action`)
	fill(work{kind: plan.Deploy, right: "cluster-deploy"}, `azure/k8s-deploy azure/k8s-bake steebchen/kubectl actions-hub/kubectl deliverybot/helm kubernetes/create-or-update-resource aws-eks/update-container-image
		helm/upgrade-helm-chart helm/upgrade kubernetes-actions kubectl-deploy openshift-client helm-upgrade-from-repo helm-upgrade-from-source`)
	fill(work{kind: plan.Deploy, tool: "argo_cd", right: "cluster-deploy"}, `argocd-task-sync-and-wait clowdhaus/argo-cd-action`)
	fill(work{right: "cluster-deploy"}, `azure/aks-set-context azure/k8s-set-context google-github-actions/get-gke-credentials aws-eks/update-kubeconfig-with-authenticator kubernetes/install-kubeconfig redhat-actions/oc-login`)
	fill(work{right: "cloud"}, `aws-actions/configure-aws-credentials google-github-actions/auth azure/login google-github-actions/setup-gcloud`)
	fill(work{right: "secrets-read"}, `hashicorp/vault-action azure/get-keyvault-secrets google-github-actions/get-secretmanager-secrets aws-actions/aws-secretsmanager-get-secrets`)
	fill(work{kind: plan.ConfigUpdate, right: "config-repo-write"}, `fjogeleit/yaml-update-action git-batch-merge`)
	fill(work{pushes: true}, `stefanzweifel/git-auto-commit-action peter-evans/create-pull-request endbug/add-and-commit ad-m/github-push-action`)
}

// readyMade tells what an action, an orb's command or a task does by its name.
func readyMade(name string) (work, bool) {
	name, _, _ = strings.Cut(strings.ToLower(name), "@")
	for n := name; n != ""; n = n[:len(n)-1] {
		if w, ok := ready[n]; ok && (n == name || strings.ContainsAny(n[len(n)-1:], "/-") || strings.ContainsAny(name[len(n):len(n)+1], "/")) {
			return w, true
		}
	}
	return work{}, false
}

// byImage gives the command that an image without a script would run.
func byImage(image string, args []string) command {
	name, _, _ := strings.Cut(strings.TrimPrefix(image, "docker://"), "@")
	base := path.Base(name)
	base, _, _ = strings.Cut(base, ":")
	if strings.Contains(name, "kaniko") {
		base = "executor"
	}
	return command{words: append([]string{base}, args...)}
}
