package scan

import (
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// work is what a command, an action or an image does.
type work struct {
	kind    plan.StageKind // empty: nothing that is a stage
	builder string         // of the catalogue, that builds the image
	tool    string         // of the catalogue, that does it in the CI tool's place
	right   string         // kind of credential it needs
	joins   bool           // a publication that belongs to the image's build
	edits   bool           // it writes to files of configuration
	pushes  bool           // it pushes commits
}

// rule is a pattern of a command's plain words and what it does. A word
// beginning with ~ may stand anywhere after the first; the first rule wins.
type rule struct {
	pattern string
	work
}

func kind(pattern string, k plan.StageKind) rule { return rule{pattern, work{kind: k}} }

func builds(pattern, builder string) rule {
	return rule{pattern, work{kind: plan.ContainerBuild, builder: builder}}
}

func pushes(pattern string) rule {
	return rule{pattern, work{kind: plan.Publish, right: "registry-push", joins: true}}
}

func needs(pattern, right string) rule { return rule{pattern, work{right: right}} }

func deploys(pattern, tool string) rule {
	return rule{pattern, work{kind: plan.Deploy, tool: tool, right: "cluster-deploy"}}
}

var commandRules = slices.Concat(
	[]rule{
		builds("docker buildx build", "buildkit"), builds("docker buildx bake", "buildkit"), builds("docker build", "docker_build"),
		builds("docker image build", "docker_build"), builds("docker compose build", "docker_build"), builds("docker-compose build", "docker_build"),
		pushes("docker push"), pushes("docker image push"), pushes("docker compose push"), pushes("docker-compose push"), pushes("docker buildx imagetools"),
		pushes("docker manifest"), needs("docker login", "registry-push"),
		builds("buildctl", "buildkit"), builds("buildah bud", "buildah"), builds("buildah build", "buildah"), builds("buildah commit", "buildah"),
		pushes("buildah push"), needs("buildah login", "registry-push"), builds("podman build", "podman_build"), pushes("podman push"),
		needs("podman login", "registry-push"), builds("nerdctl build", "nerdctl"), pushes("nerdctl push"), needs("nerdctl login", "registry-push"),
		builds("ko build", "ko"), builds("ko publish", "ko"), builds("ko apply", "ko"), builds("pack build", "buildpacks_pack"), builds("kp image", "buildpacks_kpack"),
		builds("executor", "kaniko"), builds("img build", ""), builds("s2i build", ""), builds("depot build", "buildkit"), builds("ctr images", "containerd_ctr"),
		pushes("crane copy"), pushes("crane push"), pushes("crane cp"), pushes("skopeo copy"), pushes("skopeo sync"), pushes("oras push"), pushes("regctl image"),
		needs("crane auth", "registry-push"), needs("skopeo login", "registry-push"), needs("aws ecr", "registry-push"), needs("az acr login", "registry-push"),
		needs("gcloud auth configure-docker", "registry-push"), needs("helm registry login", "registry-push"),
		builds("az acr build", ""), builds("gcloud builds submit", ""),
	},
	[]rule{
		{"cosign sign", work{kind: plan.Sign, right: "sign"}}, {"cosign attest", work{kind: plan.Sign, right: "sign"}}, {"notation sign", work{kind: plan.Sign, right: "sign"}},
		{"gpg ~--sign", work{kind: plan.Sign, right: "sign"}}, {"jarsigner", work{kind: plan.Sign, right: "sign"}}, kind("cosign verify", plan.Verify),
		kind("trivy", plan.Scan), kind("grype", plan.Scan), kind("syft", plan.Scan), kind("snyk", plan.Scan), kind("sonar-scanner", plan.Scan),
		kind("gosec", plan.Scan), kind("semgrep", plan.Scan), kind("govulncheck", plan.Scan), kind("checkov", plan.Scan), kind("gitleaks", plan.Scan),
		kind("bandit", plan.Scan), kind("dockle", plan.Scan), kind("docker scout", plan.Scan), kind("docker scan", plan.Scan), kind("npm audit", plan.Scan),
		kind("yarn audit", plan.Scan), kind("pnpm audit", plan.Scan), kind("cargo audit", plan.Scan), kind("pip-audit", plan.Scan), kind("safety", plan.Scan),
		kind("osv-scanner", plan.Scan), kind("anchore-cli", plan.Scan), kind("codeql", plan.Scan), kind("trufflehog", plan.Scan), kind("kubesec", plan.Scan),
		kind("tfsec", plan.Scan), kind("mvn ~sonar:sonar", plan.Scan), kind("mvnw ~sonar:sonar", plan.Scan), kind("gradle ~sonar", plan.Scan), kind("gradlew ~sonar", plan.Scan),
		kind("gradlew ~dependencyCheckAnalyze", plan.Scan), kind("gradle ~dependencyCheckAnalyze", plan.Scan),
	},
	[]rule{
		{"kustomize edit set", work{edits: true}}, {"yq", work{edits: true}}, {"sed ~-i", work{edits: true}}, {"git push", work{pushes: true}},
		{"gh pr create", work{pushes: true}}, deploys("argocd app sync", "argo_cd"), deploys("argocd app set", "argo_cd"), deploys("argocd app create", "argo_cd"),
		kind("argocd app wait", plan.Verify), needs("argocd login", "cluster-deploy"), deploys("flux reconcile", "flux"), deploys("kubectl argo rollouts promote", "argo_rollouts"),
		kind("kubectl argo rollouts status", plan.Verify), kind("kubectl rollout status", plan.Verify), kind("kubectl wait", plan.Verify), kind("helm test", plan.Verify),
		deploys("kubectl apply", ""), deploys("kubectl set", ""), deploys("kubectl replace", ""), deploys("kubectl patch", ""), deploys("kubectl rollout", ""),
		deploys("kubectl create", ""), deploys("oc apply", ""), deploys("oc rollout", ""), deploys("oc set", ""), deploys("oc start-build", ""), deploys("helm upgrade", ""),
		deploys("helm install", ""), deploys("helmfile", ""), deploys("helmsman", ""), deploys("skaffold run", ""), deploys("skaffold deploy", ""), deploys("kapp deploy", ""),
		deploys("werf converge", ""), builds("werf build", ""), builds("skaffold build", ""), {"helm push", work{kind: plan.Publish, right: "registry-push"}}, kind("helm lint", plan.Test),
		kind("terraform apply", plan.Deploy), kind("tofu apply", plan.Deploy), kind("pulumi up", plan.Deploy), kind("ansible-playbook", plan.Deploy), kind("cdk deploy", plan.Deploy),
		kind("aws ecs update-service", plan.Deploy), kind("aws s3 sync", plan.Deploy), kind("aws cloudformation deploy", plan.Deploy), kind("aws lambda update-function-code", plan.Deploy),
		kind("sam deploy", plan.Deploy), kind("gcloud run deploy", plan.Deploy), kind("gcloud app deploy", plan.Deploy), kind("az webapp", plan.Deploy), kind("serverless deploy", plan.Deploy),
		kind("flyctl deploy", plan.Deploy), kind("heroku container:release", plan.Deploy), kind("cf push", plan.Deploy), kind("firebase deploy", plan.Deploy), kind("wrangler deploy", plan.Deploy),
		needs("aws eks", "cluster-deploy"), needs("gcloud container clusters", "cluster-deploy"), needs("az aks get-credentials", "cluster-deploy"), needs("kubectl config", "cluster-deploy"),
		needs("vault", "secrets-read"), needs("aws secretsmanager", "secrets-read"), needs("op read", "secrets-read"), needs("sops", "secrets-read"),
	},
	[]rule{
		builds("mvn ~jib:build", "jib"), builds("mvnw ~jib:build", "jib"), builds("gradle ~jib", "jib"), builds("gradlew ~jib", "jib"), builds("mvn ~compile jib:build", "jib"),
		builds("mvn ~spring-boot:build-image", "buildpacks_pack"), builds("mvnw ~spring-boot:build-image", "buildpacks_pack"), builds("gradlew ~bootBuildImage", "buildpacks_pack"),
		kind("mvn ~deploy", plan.Publish), kind("mvnw ~deploy", plan.Publish), kind("mvn ~release:perform", plan.Publish), kind("gradle ~publish", plan.Publish), kind("gradlew ~publish", plan.Publish),
		kind("mvn ~package", plan.SourceBuild), kind("mvnw ~package", plan.SourceBuild), kind("mvn ~install", plan.SourceBuild), kind("mvnw ~install", plan.SourceBuild),
		kind("mvn ~compile", plan.SourceBuild), kind("mvnw ~compile", plan.SourceBuild), kind("mvn ~test", plan.Test), kind("mvnw ~test", plan.Test), kind("mvn ~verify", plan.Test), kind("mvnw ~verify", plan.Test),
		kind("gradle ~build", plan.SourceBuild), kind("gradlew ~build", plan.SourceBuild), kind("gradle ~assemble", plan.SourceBuild), kind("gradlew ~assemble", plan.SourceBuild),
		kind("gradlew ~bootJar", plan.SourceBuild), kind("gradle ~bootJar", plan.SourceBuild), kind("gradle ~test", plan.Test), kind("gradlew ~test", plan.Test), kind("gradle ~check", plan.Test), kind("gradlew ~check", plan.Test),
		kind("go build", plan.SourceBuild), kind("go install", plan.SourceBuild), kind("go test", plan.Test), kind("go vet", plan.Test), kind("gotestsum", plan.Test), kind("ginkgo", plan.Test),
		kind("golangci-lint", plan.Test), kind("gofmt", plan.Test), kind("golint", plan.Test), kind("gulp", plan.SourceBuild), kind("protoc", plan.SourceBuild), kind("staticcheck", plan.Test), kind("cargo build", plan.SourceBuild), kind("cargo test", plan.Test), kind("cargo clippy", plan.Test), kind("cargo fmt", plan.Test),
		kind("cargo publish", plan.Publish), kind("cargo nextest", plan.Test), kind("dotnet build", plan.SourceBuild), kind("dotnet publish", plan.SourceBuild), kind("dotnet test", plan.Test), kind("dotnet nuget push", plan.Publish),
		kind("npm publish", plan.Publish), kind("yarn publish", plan.Publish), kind("pnpm publish", plan.Publish), kind("npm test", plan.Test), kind("npm t", plan.Test), kind("lerna publish", plan.Publish),
		kind("semantic-release", plan.Publish), kind("pytest", plan.Test), kind("tox", plan.Test), kind("nox", plan.Test), kind("flake8", plan.Test), kind("ruff", plan.Test), kind("mypy", plan.Test), kind("pylint", plan.Test),
		kind("black", plan.Test), kind("pre-commit", plan.Test), kind("coverage run", plan.Test), kind("python -m pytest", plan.Test), kind("poetry build", plan.SourceBuild), kind("poetry publish", plan.Publish),
		kind("poetry run pytest", plan.Test), kind("uv build", plan.SourceBuild), kind("uv publish", plan.Publish), kind("uv run pytest", plan.Test), kind("twine upload", plan.Publish), kind("flit publish", plan.Publish),
		kind("eslint", plan.Test), kind("prettier", plan.Test), kind("jest", plan.Test), kind("vitest", plan.Test), kind("mocha", plan.Test), kind("tsc", plan.SourceBuild), kind("webpack", plan.SourceBuild), kind("vite build", plan.SourceBuild),
		kind("ng build", plan.SourceBuild), kind("ng test", plan.Test), kind("cypress run", plan.Test), kind("playwright test", plan.Test), kind("k6 run", plan.Test), kind("newman run", plan.Test),
		kind("shellcheck", plan.Test), kind("hadolint", plan.Test), kind("yamllint", plan.Test), kind("kubeconform", plan.Test), kind("kube-linter", plan.Test), kind("conftest", plan.Test), kind("ct lint", plan.Test), kind("ct install", plan.Test),
		kind("goreleaser ~--snapshot", plan.SourceBuild), kind("goreleaser build", plan.SourceBuild), kind("goreleaser release", plan.Publish), kind("gh release", plan.Publish), kind("jfrog rt", plan.Publish), kind("jf rt", plan.Publish), kind("cmake", plan.SourceBuild), kind("ctest", plan.Test), kind("ninja", plan.SourceBuild),
		kind("bazel build", plan.SourceBuild), kind("bazelisk build", plan.SourceBuild), kind("bazel test", plan.Test), kind("bazelisk test", plan.Test), kind("sbt ~test", plan.Test), kind("sbt ~compile", plan.SourceBuild), kind("sbt ~assembly", plan.SourceBuild),
		kind("bundle exec rspec", plan.Test), kind("rspec", plan.Test), kind("bundle exec rubocop", plan.Test), kind("rubocop", plan.Test), kind("bundle exec rake", plan.Test), kind("phpunit", plan.Test), kind("composer test", plan.Test),
		kind("xcodebuild", plan.SourceBuild), kind("swift build", plan.SourceBuild), kind("swift test", plan.Test), kind("fastlane", plan.Publish), kind("mix test", plan.Test), kind("mix compile", plan.SourceBuild), kind("hugo", plan.SourceBuild),
		kind("ant", plan.SourceBuild), kind("msbuild", plan.SourceBuild),
	},
)

// byProgram finds a program's rules without reading all of them.
var byProgram = func() map[string][]rule {
	out := map[string][]rule{}
	for _, r := range commandRules {
		first, _, _ := strings.Cut(r.pattern, " ")
		out[first] = append(out[first], r)
	}
	return out
}()

// targets run what a name says: make test, npm run build, ./deploy.sh.
var targets = map[string]int{"make": 1, "npm": 2, "yarn": 1, "pnpm": 1, "task": 1, "just": 1, "rake": 1, "mage": 1, "nx": 1, "turbo": 1, "earthly": 1, "invoke": 1, "inv": 1, "bun": 2}

// quiet programs prepare or look, and are no stage of anything.
var quiet = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`echo printf cd pushd popd export set unset mkdir rmdir cp mv rm ln ls cat touch chmod chown test [ [[ true false if exit
		source . pwd sleep date env which type head tail tr cut sort uniq wc tee grep egrep awk sed jq find xargs tar zip unzip gzip gunzip curl wget git gh
		apt apt-get apk yum dnf microdnf pip pip3 npm yarn pnpm bun corepack nvm gem bundle go python python3 node java javac rustup cargo dotnet poetry uv
		skaffold docker docker-compose podman buildah skopeo crane helm kubectl kustomize argocd flux aws gcloud gsutil az oc eval read trap local return shift basename dirname realpath mktemp
		base64 openssl ssh ssh-add ssh-agent ssh-keyscan scp rsync sha256sum sha512sum md5sum uname id whoami hostname df du free ps kill wait seq diff patch
		envsubst update-ca-certificates systemctl service brew choco add-apt-repository dpkg gpg file stat : $ EXPRESSION cosign mvn mvnw gradle gradlew composer terraform tofu yq umask ulimit nproc
		codecov cc-test-reporter npm-cli-login ct make task just junit2html lerna goveralls benchstat tree sysctl readlink paste rev pipx update-alternatives pkill nix goreleaser google-chrome`) {
		out[w] = true
	}
	return out
}()

// recognise tells what a command does, and whether it is worth a word that
// nothing of it was recognised.
func recognise(c command) (w work, known bool) {
	plain := c.plain()
	for _, r := range byProgram[plain[0]] {
		if r.matches(plain, c) {
			return r.work, true
		}
	}
	prog := plain[0]
	if n, ok := targets[prog]; ok {
		rest := plain[1:]
		if len(rest) > 0 && (rest[0] == "run" || rest[0] == "exec") {
			rest = rest[1:]
		} else if n == 2 {
			return work{}, true // npm ci, npm install
		}
		if len(rest) > 0 {
			for _, r := range byProgram[rest[0]] {
				if r.matches(rest, c) {
					return r.work, true // pnpm eslint
				}
			}
			k := byName(rest[0])
			return workOf(k), k != "" || quietTarget(rest[0])
		}
		if prog == "make" {
			return work{kind: plan.SourceBuild}, true
		}
		return work{}, true
	}
	if strings.HasSuffix(prog, ".sh") || strings.HasSuffix(prog, ".py") || strings.HasSuffix(prog, ".js") || strings.HasSuffix(prog, ".ps1") {
		k := byName(strings.TrimSuffix(prog, prog[strings.LastIndex(prog, "."):]))
		return workOf(k), k != ""
	}
	return work{}, quiet[prog]
}

func quietTarget(name string) bool {
	for _, w := range []string{"install", "deps", "setup", "init", "clean", "generate", "gen", "ci", "bootstrap", "prepare", "tools", "vendor", "tidy", "login", "version"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

func workOf(k plan.StageKind) work {
	w := work{kind: k}
	switch k {
	case plan.Deploy:
		w.right = "cluster-deploy"
	case plan.Sign:
		w.right = "sign"
	}
	return w
}

func (r rule) matches(plain []string, c command) bool {
	at := 1
	for i, word := range strings.Fields(r.pattern) {
		switch loose, ok := strings.CutPrefix(word, "~"); {
		case i == 0:
		case ok && strings.HasPrefix(loose, "-"):
			if !slices.ContainsFunc(c.words, func(w string) bool { return w == loose || loose == "-i" && strings.HasPrefix(w, "-i") }) {
				return false
			}
		case ok:
			if !slices.ContainsFunc(plain[1:], func(w string) bool { return w == loose || strings.HasSuffix(w, ":"+loose) }) {
				return false
			}
		case at >= len(plain) || plain[at] != word:
			return false
		default:
			at++
		}
	}
	return true
}
